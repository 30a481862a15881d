package io.postern.console.search;

import io.postern.api.Times;
import io.postern.console.Postgres;
import io.postern.console.sight.Sight;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Times of searches, filter by filter; of {@code ReadModelBenchmark}'s messages. */
public final class SearchTimes {
  private static final int RUNS = Integer.getInteger("runs", 100);

  private SearchTimes() {}

  /** Filters that a search has, with values that are frequent and rare. */
  static Map<String, Consumer<Parameters>> filters() {
    Map<String, Consumer<Parameters>> filters = new LinkedHashMap<>();
    filters.put("no filter", p -> {});
    filters.put("from, frequent", p -> p.from = "user0@contoso.example");
    filters.put("from, rare", p -> p.from = "user1777@contoso.example");
    filters.put("fromDomain, most mail", p -> p.fromDomain = "contoso.example");
    filters.put("fromDomain, rare", p -> p.fromDomain = "d19017.example");
    filters.put("fromDomain, none", p -> p.fromDomain = "nobody.example");
    filters.put("to", p -> p.to = "info0@d7.example");
    filters.put("toDomain, frequent", p -> p.toDomain = "d0.example");
    filters.put("toDomain, rare", p -> p.toDomain = "d19017.example");
    filters.put("messageId, none", p -> p.messageId = "<nothing@contoso.example>");
    filters.put("ip, one", p -> p.ip = "192.0.77.3");
    filters.put("ip, /24", p -> p.ip = "192.0.77.0/24");
    filters.put("ip, all", p -> p.ip = "192.0.0.0/16");
    filters.put("connector, frequent", p -> p.connector = "From our own server");
    filters.put("connector, outbound", p -> p.connector = "To partner 7");
    filters.put("organization, small", p -> p.organization = "tailspin");
    filters.put("tls none", p -> p.tls = "none");
    filters.put("token, rare", p -> p.tls = "certificate-validation/revoked17");
    filters.put("token, frequent", p -> p.tls = "opportunistic:encryption-only");
    filters.put("reason, frequent", p -> p.reason = "host-unreachable");
    filters.put("reason, rare", p -> p.reason = "revoked17");
    filters.put("state waiting", p -> p.state = "waiting");
    filters.put("state held, none", p -> p.state = "held");
    filters.put("state delivered", p -> p.state = "delivered");
    filters.put("direction", p -> p.direction = "incoming");
    filters.put("reported connector", p -> p.reportedConnector = "From partner 0");
    filters.put("reported result, frequent", p -> p.reportedResult = "met");
    filters.put("reported result, rare", p -> p.reportedResult = "missed");
    filters.put("reported rule", p -> p.reportedRule = "requireTls");
    filters.put("reported rule, none", p -> p.reportedRule = "senderIPAddresses");
    filters.put(
        "reported refusals of a domain",
        p -> {
          p.fromDomain = "d17.example";
          p.reportedResult = "refused";
        });
    filters.put("until 5d", p -> p.until = "5d");
    filters.put(
        "frequent domain, rare reason",
        p -> {
          p.toDomain = "d0.example";
          p.reason = "revoked17";
        });
    filters.put(
        "frequent sender, rare domain",
        p -> {
          p.from = "user0@contoso.example";
          p.toDomain = "d15017.example";
        });
    filters.put(
        "frequent connector, plaintext, waiting",
        p -> {
          p.connector = "From our own server";
          p.tls = "none";
          p.state = "waiting";
        });
    return filters;
  }

  static Filter filter(Consumer<Parameters> of, long now, @Nullable Cursor after) {
    Parameters p = new Parameters();
    of.accept(p);
    Instant at = Instant.ofEpochMilli(now);
    return new Filter(
        p.from,
        p.fromDomain,
        p.to,
        p.toDomain,
        p.messageId,
        p.queueId,
        p.reference,
        p.ip,
        p.connector,
        p.organization,
        p.tls,
        p.reason,
        p.state,
        p.direction,
        p.rule,
        new Filter.Reported(p.reportedConnector, p.reportedResult, p.reportedRule),
        Times.parse("since", p.since, at).toEpochMilli(),
        p.until.isEmpty() ? now : Times.parse("until", p.until, at).toEpochMilli(),
        p.limit,
        after);
  }

  /** The sights of an operator, and of readers of a large and of a small organization. */
  static Map<String, Sight> sights() {
    Map<String, Sight> sights = new LinkedHashMap<>();
    sights.put("operator", Sight.everything());
    sights.put("contoso", new Sight(Optional.of(Set.of("contoso"))));
    sights.put("tailspin", new Sight(Optional.of(Set.of("tailspin"))));
    return sights;
  }

  /** A connection as the service has it. */
  static Connection connect(String url) throws SQLException {
    Connection connection = Postgres.connect(url);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SET plan_cache_mode = force_custom_plan; SET statement_timeout = '10s'; SET jit = off");
    }
    return connection;
  }

  private static String explained(
      Connection connection, Consumer<Parameters> of, long now, Sight sight) throws SQLException {
    Filter filter = filter(of, now, null);
    Conditions conditions = new Conditions();
    String sql =
        MessageSearch.sql(
            connection, filter, sight, filter.connector().isEmpty() ? "" : "connector", conditions);
    StringBuilder plan = new StringBuilder();
    try (PreparedStatement explain =
        connection.prepareStatement("EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) " + sql)) {
      explain.setInt(conditions.set(explain, 1), 51);
      try (ResultSet row = explain.executeQuery()) {
        while (row.next()) {
          plan.append(row.getString(1)).append('\n');
        }
      }
    }
    return plan.toString();
  }

  public static void print(String url) throws SQLException {
    long now = System.currentTimeMillis();
    System.out.printf(
        "%-45s %10s %8s %8s %8s %6s%n", "filter", "reader", "p50 ms", "p99 ms", "worst", "hits");
    try (Connection connection = connect(url)) {
      for (Map.Entry<String, Sight> sight : sights().entrySet()) {
        for (Map.Entry<String, Consumer<Parameters>> each : filters().entrySet()) {
          List<Double> times = new ArrayList<>();
          int hits = 0;
          for (int run = 0; run < RUNS; run++) {
            Filter filter = filter(each.getValue(), now, null);
            long begin = System.nanoTime();
            List<Cursor> found = MessageSearch.find(connection, filter, sight.getValue());
            List<Cursor> shown = found.subList(0, Math.min(found.size(), filter.limit()));
            var unused =
                MessagePage.of(
                    connection, shown.stream().map(Cursor::queueId).toList(), sight.getValue());
            times.add((System.nanoTime() - begin) / 1e6);
            hits = found.size();
          }
          Collections.sort(times);
          if (times.get(RUNS / 2) > 40) {
            System.out.println(explained(connection, each.getValue(), now, sight.getValue()));
          }
          System.out.printf(
              "%-45s %10s %8.1f %8.1f %8.1f %6d%n",
              each.getKey(),
              sight.getKey(),
              times.get(RUNS / 2),
              times.get(RUNS * 99 / 100 - 1),
              times.getLast(),
              hits);
        }
      }
    }
  }
}
