package io.postern.console.web.operation;

import io.postern.console.flow.Flow;
import io.postern.console.search.TlsResult;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.QueryPath;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The tables of mail over time, which are also the numbers of the charts. Stateless. */
final class FlowTables {
  private static final List<String> IN = List.of("TLSv1.3", "TLSv1.2", "none");
  private static final List<String> OUT =
      Arrays.stream(TlsResult.values()).map(TlsResult::word).toList();

  private FlowTables() {}

  /**
   * @param id of the table in the page
   * @param columns of numbers
   * @param rows the newest first
   * @param total of all numbers
   */
  public record Table(String id, String title, List<String> columns, List<Row> rows, long total) {
    public boolean isEmpty() {
      return total == 0;
    }
  }

  /**
   * @param at beginning, RFC 3339
   * @param seconds the same since 1970
   */
  public record Row(String at, String label, long seconds, List<Cell> cells) {}

  /**
   * @param href the list behind the number; empty: it is 0
   */
  public record Cell(long value, String number, String href) {}

  private record Key(String at, String column) {}

  static Table in(Frame f, Flow flow, String organization) {
    Map<Key, Long> counts = new TreeMap<>(FlowTables::compare);
    for (Flow.In each : flow.in()) {
      String column = IN.contains(each.tls()) ? each.tls() : "none";
      counts.merge(new Key(each.at(), column), each.recipients(), Long::sum);
    }
    return table(f, flow, "flow-in", IN, counts, organization);
  }

  static Table out(Frame f, Flow flow, String organization) {
    Map<Key, Long> counts = new TreeMap<>(FlowTables::compare);
    for (Flow.Out each : flow.out()) {
      String column = TlsResult.of(each.tls()).word();
      counts.merge(new Key(each.at(), column), each.recipients(), Long::sum);
    }
    return table(f, flow, "flow-out", OUT, counts, organization);
  }

  private static int compare(Key one, Key other) {
    int at = one.at().compareTo(other.at());
    return at == 0 ? one.column().compareTo(other.column()) : at;
  }

  /** The search for the mail that a cell counts: refusals have a session's TLS, too. */
  static String link(String tls, String organization, Instant since, Instant until) {
    return QueryPath.to("/messages")
        .with("kind", "messages")
        .with("tls", tls)
        .with("organization", organization)
        .with("since", since.toString())
        .with("until", until.toString())
        .toString();
  }

  private static ChronoUnit unit(Flow flow) {
    return flow.step().equals("day") ? ChronoUnit.DAYS : ChronoUnit.HOURS;
  }

  private static Table table(
      Frame f,
      Flow flow,
      String id,
      List<String> columns,
      Map<Key, Long> counts,
      String organization) {
    boolean days = flow.step().equals("day");
    List<Row> rows = new ArrayList<>();
    long total = 0;
    Instant until = Instant.parse(flow.until());
    for (Instant at = Instant.parse(flow.since());
        at.isBefore(until);
        at = at.plus(1, unit(flow))) {
      List<Cell> cells = new ArrayList<>();
      for (String column : columns) {
        Key key = new Key(at.toString(), column);
        String href = link(column, organization, at, at.plus(1, unit(flow)));
        long value = counts.getOrDefault(key, 0L);
        total += value;
        cells.add(new Cell(value, f.number(value), value == 0 ? "" : href));
      }
      String time = at.toString();
      rows.addFirst(
          new Row(time, days ? time.substring(0, 10) : f.time(time), at.getEpochSecond(), cells));
    }
    return new Table(
        id,
        f.t("overview." + id),
        columns.stream().map(column -> f.t("overview." + id + "." + column)).toList(),
        rows,
        total);
  }
}
