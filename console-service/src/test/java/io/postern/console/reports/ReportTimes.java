package io.postern.console.reports;

import io.postern.console.Postgres;
import io.postern.console.sight.Sight;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;

/** Times of the reports over {@code ReadModelBenchmark}'s messages. */
public final class ReportTimes {
  private static final int RUNS = 5;

  private ReportTimes() {}

  public static void print(String url) throws SQLException {
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    try (Connection connection = Postgres.connect(url);
        Statement statement = connection.createStatement()) {
      statement.execute("SET plan_cache_mode = force_custom_plan; SET jit = off");
      for (ReportKind kind : ReportKind.values()) {
        long[] nanos = new long[RUNS];
        int rows = 0;
        for (int run = 0; run < RUNS; run++) {
          long begin = System.nanoTime();
          rows =
              ReportReader.read(
                      connection, kind, today.minusDays(7), today, "", Sight.everything(), 10_000)
                  .rows()
                  .size();
          nanos[run] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        System.out.printf(
            "report %-18s %,6d rows, %,.0f ms (median of %d)%n",
            kind.word(), rows, nanos[RUNS / 2] / 1e6, RUNS);
      }
    }
  }
}
