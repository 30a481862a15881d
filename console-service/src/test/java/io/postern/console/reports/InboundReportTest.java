package io.postern.console.reports;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.MailBetweenOrganizations;
import io.postern.console.Postgres;
import io.postern.console.sight.Sight;
import java.sql.Connection;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InboundReportTest {
  private static final LocalDate DAY =
      LocalDate.ofEpochDay(MailBetweenOrganizations.AT / 86_400_000);

  /** Mail between two organizations here has a row of each: with its own connector. */
  @Test
  void eachSideHasItsRow() throws Exception {
    List<Object> contosos =
        List.of("2026-11-28", "contoso", "own server", "originating", "none", 1L, 2L);
    List<Object> fabrikams =
        List.of("2026-11-28", "fabrikam", "From Contoso", "originating", "none", 1L, 1L);
    try (Connection connection = Postgres.connect(MailBetweenOrganizations.folded())) {
      assertThat(rows(connection, Sight.everything())).containsExactly(contosos, fabrikams);
      assertThat(rows(connection, new Sight(Optional.of(Set.of("fabrikam")))))
          .containsExactly(fabrikams);
    }
  }

  private static List<List<Object>> rows(Connection connection, Sight sight) throws Exception {
    return ReportReader.read(connection, ReportKind.INBOUND, DAY, DAY, "", sight, 10).rows();
  }
}
