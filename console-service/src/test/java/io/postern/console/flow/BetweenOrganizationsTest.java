package io.postern.console.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.MailBetweenOrganizations;
import io.postern.console.Postgres;
import io.postern.console.sight.Sight;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who sees both sides of mail counts it once, and each side's reader its own. */
class BetweenOrganizationsTest {
  private static String url = "";

  @BeforeAll
  static void fold() throws Exception {
    url = MailBetweenOrganizations.folded();
  }

  @Test
  void whoSeesBothSidesCountsOnce() throws Exception {
    assertThat(in("", Sight.everything())).isEqualTo(2);
    assertThat(in("", reader("contoso", "fabrikam"))).isEqualTo(2);
    assertThat(in("contoso", reader("contoso", "fabrikam"))).isEqualTo(2);
    assertThat(in("fabrikam", Sight.everything())).isEqualTo(1);
  }

  @Test
  void eachSideCountsItsOwn() throws Exception {
    assertThat(in("", reader("contoso"))).isEqualTo(2);
    assertThat(in("", reader("fabrikam"))).isEqualTo(1);
    assertThat(in("", reader("northwind"))).isZero();
    assertThat(in("contoso", reader("fabrikam"))).isZero();
    assertThat(refused(Sight.everything())).isEqualTo(10);
    assertThat(refused(reader("fabrikam"))).isEqualTo(5);
    assertThat(refused(reader("northwind"))).isZero();
  }

  private static Sight reader(String... organizations) {
    return new Sight(Optional.of(Set.of(organizations)));
  }

  private static FlowReader.Span span(String organization, Sight sight) {
    long hour = TimeUnit.MILLISECONDS.toHours(MailBetweenOrganizations.AT);
    return new FlowReader.Span(hour, hour + 1, 1, organization, sight);
  }

  private static long in(String organization, Sight sight) throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      return FlowReader.in(connection, span(organization, sight)).stream()
          .mapToLong(Flow.In::recipients)
          .sum();
    }
  }

  private static long refused(Sight sight) throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      return FlowReader.refused(connection, span("", sight)).stream()
          .mapToLong(Flow.Refused::refusals)
          .sum();
    }
  }
}
