package io.postern.operator.trace;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.HandshakeFailure;
import io.postern.contracts.v1.MessageRefused;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The clients that could not finish a handshake, out of the records of mail.refusals, by address
 * and cause. Bound: {@value #MOST} of them, since anybody can make more; the handshakes of others
 * are counted in total. One thread.
 */
public final class FailedHandshakes {
  static final int MOST = 10_000;

  private record Key(String client, HandshakeFailure failure) {}

  /**
   * A client and cause.
   *
   * @param greeting the newest name of its EHLO before STARTTLS, which proves nothing; absent: none
   * @param first of the time that was asked for
   * @param reference of a refusal, for {@code postern refusals}
   */
  public record Client(
      String client,
      @Nullable String greeting,
      String cause,
      long count,
      String first,
      String last,
      @Nullable String reference,
      String advice) {}

  /**
   * @param clients by cause, the most frequent first
   * @param others handshakes of clients beyond the bound
   * @param uncertain refusals that were counted without client and rule: handshakes may be among
   *     them
   */
  public record Result(List<Client> clients, long others, long uncertain) {
    public List<String> lines() {
      List<String> lines = new ArrayList<>();
      Map<String, List<Client>> causes =
          clients.stream()
              .collect(
                  Collectors.groupingBy(Client::cause, LinkedHashMap::new, Collectors.toList()));
      causes.forEach((cause, of) -> lines.addAll(lines(cause, of)));
      if (clients.isEmpty()) {
        lines.add("no handshake failed");
      }
      if (others > 0) {
        lines.add(
            "… and "
                + others
                + " handshakes of other clients: use --address, or a shorter "
                + "time");
      }
      if (uncertain > 0) {
        lines.add(uncertain + " refusals are only counted in total: they may include handshakes");
      }
      return lines;
    }

    private static List<String> lines(String cause, List<Client> clients) {
      List<String> lines = new ArrayList<>();
      lines.add(
          "%s: %d clients, %d handshakes"
              .formatted(cause, clients.size(), clients.stream().mapToLong(Client::count).sum()));
      lines.add("  " + clients.getFirst().advice());
      for (Client client : clients) {
        lines.add(
            "  %6d  %s  %s  from %s to %s  %s"
                .formatted(
                    client.count(),
                    client.client(),
                    Objects.requireNonNullElse(client.greeting(), "-"),
                    client.first(),
                    client.last(),
                    Objects.requireNonNullElse(client.reference(), "-")));
      }
      return lines;
    }
  }

  private static final class Row {
    String greeting = "";
    String reference = "";
    long count;
    long first = Long.MAX_VALUE;
    long last;
  }

  private final @Nullable String only;
  private final Map<Key, Row> rows = new HashMap<>();
  private long others;
  private long uncertain;

  /** {@code only}: this address; null: all. */
  public FailedHandshakes(@Nullable String only) {
    this.only = only;
  }

  public void add(MessageRefused refused) {
    long count = Math.max(1, refused.getCount()); // older records stand for one
    if (refused.getRule().equals("beyond-bounds")) {
      uncertain += count;
      return;
    }
    String client = refused.getSession().getClientIp();
    if (!refused.getRule().equals("handshake") || only != null && !only.equals(client)) {
      return;
    }
    Key key = new Key(client, refused.getHandshakeFailure());
    Row row = rows.get(key);
    if (row == null) {
      if (rows.size() >= MOST) {
        others += count;
        return;
      }
      row = new Row();
      rows.put(key, row);
    }
    boolean again = refused.getFromMillis() > 0;
    row.count += count;
    row.first = Math.min(row.first, again ? refused.getFromMillis() : refused.getAtMillis());
    row.last = Math.max(row.last, again ? refused.getUntilMillis() : refused.getAtMillis());
    if (!refused.getReference().isEmpty()) {
      row.reference = refused.getReference();
    }
    if (!refused.getSession().getGreeting().isEmpty()) {
      row.greeting = refused.getSession().getGreeting();
    }
  }

  public Result result() {
    Map<HandshakeFailure, Long> totals =
        rows.entrySet().stream()
            .collect(
                Collectors.groupingBy(
                    entry -> entry.getKey().failure(),
                    Collectors.summingLong(entry -> entry.getValue().count)));
    List<Client> clients =
        rows.entrySet().stream()
            .sorted(
                Comparator.<Map.Entry<Key, Row>>comparingLong(
                        entry -> -totals.getOrDefault(entry.getKey().failure(), 0L))
                    .thenComparing(entry -> entry.getKey().failure())
                    .thenComparingLong(entry -> -entry.getValue().count)
                    .thenComparing(entry -> entry.getKey().client()))
            .map(entry -> client(entry.getKey(), entry.getValue()))
            .toList();
    return new Result(clients, others, uncertain);
  }

  private static Client client(Key key, Row row) {
    String cause = Spelling.of(key.failure());
    return new Client(
        key.client(),
        TraceJson.present(row.greeting),
        cause.isEmpty() ? Spelling.UNKNOWN : cause,
        row.count,
        TraceJson.time(row.first),
        TraceJson.time(row.last),
        TraceJson.present(row.reference),
        HandshakeAdvice.of(key.failure()));
  }
}
