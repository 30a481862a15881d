package io.postern.console.reports;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.Postgres;
import io.postern.console.ReadModelBenchmark;
import io.postern.console.search.Conditions;
import io.postern.console.sight.Sight;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The days of the report about connectors in report-only mode, which are not those of the queue
 * ids, have an index.
 */
class ReportPlanTest {
  private static final Pattern FRUITLESS = Pattern.compile("Rows Removed by Filter: (\\d+)");

  @Test
  void aDayOfReportsReadsNoOtherDay() throws Exception {
    String url = Postgres.migrated();
    long now = System.currentTimeMillis();
    ReadModelBenchmark.fill(url, 20_000, now);
    LocalDate day =
        LocalDate.ofInstant(java.time.Instant.ofEpochMilli(now), ZoneOffset.UTC).minusDays(3);
    Sight contoso = new Sight(Optional.of(Set.of("contoso")));
    Conditions conditions =
        ReportReader.conditions(ReportKind.REPORT_ONLY, day, day, "contoso", contoso);
    StringBuilder plan = new StringBuilder();
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement()) {
      statement.execute("SET enable_seqscan = off"); // of some thousand rows it is right now
      try (PreparedStatement explain =
          connection.prepareStatement(
              "EXPLAIN ANALYZE " + ReportReader.sql(ReportKind.REPORT_ONLY, conditions))) {
        explain.setInt(conditions.set(explain, 1), 100);
        try (ResultSet row = explain.executeQuery()) {
          while (row.next()) {
            plan.append(row.getString(1)).append('\n');
          }
        }
      }
      assertThat(
              ReportReader.read(
                      connection, ReportKind.REPORT_ONLY, day, day, "contoso", contoso, 100)
                  .rows())
          .isNotEmpty();
    }
    long fruitless =
        FRUITLESS.matcher(plan).results().mapToLong(m -> Long.parseLong(m.group(1))).sum();
    assertThat(plan.toString()).doesNotContain("Seq Scan");
    assertThat(fruitless).as(plan.toString()).isLessThan(200);
  }
}
