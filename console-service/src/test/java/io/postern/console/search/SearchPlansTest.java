package io.postern.console.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.Postgres;
import io.postern.console.ReadModelBenchmark;
import io.postern.console.sight.Sight;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Each filter has an index: with 20,000 messages of seven days no search reads a day's table from
 * its beginning to its end. The times of a million are measured by {@code ReadModelBenchmark}.
 */
class SearchPlansTest {
  private static final int MESSAGES = 20_000;
  private static final long MOST = MESSAGES / 2;
  private static final Pattern FRUITLESS = Pattern.compile("Rows Removed by Filter: (\\d+)");
  private static final long NOW = System.currentTimeMillis();
  private static String url = "";

  @BeforeAll
  static void fill() throws Exception {
    url = Postgres.migrated();
    ReadModelBenchmark.fill(url, MESSAGES, NOW);
  }

  @Test
  void noSearchReadsWholeDays() throws SQLException {
    try (Connection connection = SearchTimes.connect(url)) {
      for (Map.Entry<String, Sight> sight : SearchTimes.sights().entrySet()) {
        for (Map.Entry<String, Consumer<Parameters>> each : SearchTimes.filters().entrySet()) {
          Filter filter = SearchTimes.filter(each.getValue(), NOW, null);
          String column = filter.connector().isEmpty() ? "" : "connector";
          Conditions conditions = new Conditions();
          String sql = MessageSearch.sql(connection, filter, sight.getValue(), column, conditions);
          check(each.getKey() + ", " + sight.getKey(), plan(connection, sql, conditions));
        }
      }
    }
  }

  @Test
  void noSearchOfRefusalsReadsWholeDays() throws SQLException {
    List<Consumer<Parameters>> filters =
        List.of(
            p -> {},
            p -> p.from = "x3@s7.example",
            p -> p.fromDomain = "s7.example",
            p -> p.to = "user7@contoso.example",
            p -> p.ip = "198.51.17.0/24",
            p -> p.connector = "From partner 7",
            p -> p.organization = "tailspin",
            p -> p.tls = "TLSv1.2",
            p -> p.rule = "syntax",
            p -> p.reportedConnector = "New server 1",
            p -> p.reportedResult = "accepted",
            p -> p.reportedRule = "requireTls",
            p -> p.reference = "0000-0017");
    try (Connection connection = SearchTimes.connect(url)) {
      for (int i = 0; i < filters.size(); i++) {
        Filter filter = SearchTimes.filter(filters.get(i), NOW, null);
        Conditions conditions = RefusalSearch.conditions(filter, Sight.everything());
        String sql =
            "SELECT at FROM refusal WHERE "
                + conditions.sql()
                + " ORDER BY at DESC, partition DESC, log_offset DESC LIMIT ?";
        assertThat(plan(connection, sql, conditions)).as("filter %d", i).doesNotContain("Seq Scan");
      }
    }
  }

  @Test
  void pagesHaveEachMessageOnceInTheOrderOfTheWholeList() throws SQLException {
    try (Connection connection = SearchTimes.connect(url)) {
      Consumer<Parameters> filter = p -> p.toDomain = "d1.example";
      Filter all =
          SearchTimes.filter(
              p -> {
                filter.accept(p);
                p.limit = 500;
              },
              NOW,
              null);
      List<Cursor> whole = MessageSearch.find(connection, all, Sight.everything());
      assertThat(whole).hasSizeGreaterThan(100).isSortedAccordingTo(Cursor.NEWEST_FIRST);
      Set<Cursor> paged = new HashSet<>();
      Cursor after = null;
      while (paged.size() < 100) {
        List<Cursor> page =
            MessageSearch.find(
                connection, SearchTimes.filter(filter, NOW, after), Sight.everything());
        List<Cursor> shown = page.subList(0, 50);
        assertThat(paged).doesNotContainAnyElementsOf(shown);
        assertThat(shown).isEqualTo(whole.subList(paged.size(), paged.size() + 50));
        paged.addAll(shown);
        after = shown.getLast();
      }
    }
  }

  /** Each row that is looked at and is no hit is counted in the plan. */
  private static void check(String search, String plan) {
    long fruitless =
        FRUITLESS.matcher(plan).results().mapToLong(m -> Long.parseLong(m.group(1))).sum();
    assertThat(plan).as(search).doesNotContain("Seq Scan");
    assertThat(fruitless).as("rows that %s looked at in vain: %s", search, plan).isLessThan(MOST);
  }

  private static String plan(Connection connection, String sql, Conditions conditions)
      throws SQLException {
    StringBuilder plan = new StringBuilder();
    try (Statement statement = connection.createStatement()) {
      // A day of some hundred rows is read whole by right; one without an index is so even now.
      statement.execute("SET enable_seqscan = off");
    }
    try (PreparedStatement explain = connection.prepareStatement("EXPLAIN ANALYZE " + sql)) {
      explain.setInt(conditions.set(explain, 1), 51);
      try (ResultSet row = explain.executeQuery()) {
        while (row.next()) {
          plan.append(row.getString(1)).append('\n');
        }
      }
    }
    return plan.toString();
  }
}
