package io.postern.console.web.partners;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.MailBetweenOrganizations;
import io.postern.console.Postgres;
import io.postern.console.sight.Sight;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ConnectorTrafficTest {
  private static final Instant AT = Instant.ofEpochMilli(MailBetweenOrganizations.AT);
  private static String url = "";

  @BeforeAll
  static void fold() throws Exception {
    url = MailBetweenOrganizations.folded();
  }

  /** Mail between two organizations here uses a connector of each. */
  @Test
  void aConnectorThatTakesAnotherOrganizationsMailIsUsed() throws Exception {
    ConnectorTraffic.Uses uses = read(AT.minusSeconds(1), Sight.everything());
    assertThat(uses.of("contoso", Connectors.INBOUND, "own server"))
        .isEqualTo(new ConnectorTraffic.Use(2, 0, AT.toString()));
    assertThat(uses.of("fabrikam", Connectors.INBOUND, "From Contoso"))
        .isEqualTo(new ConnectorTraffic.Use(1, 0, AT.toString()));
    assertThat(uses.of("fabrikam", Connectors.INBOUND, "From outside"))
        .isEqualTo(new ConnectorTraffic.Use(0, 5, ""));
    assertThat(uses.of("contoso", Connectors.INBOUND, "From Contoso"))
        .isEqualTo(ConnectorTraffic.Use.NONE);
    assertThat(read(AT.plus(Duration.ofHours(1)), Sight.everything()).byConnector()).isEmpty();
  }

  @Test
  void aReaderSeesTheUseOfItsOwnConnectors() throws Exception {
    Sight fabrikam = new Sight(Optional.of(Set.of("fabrikam")));
    assertThat(read(AT, fabrikam).byConnector())
        .containsOnlyKeys("fabrikam/inbound/From Contoso", "fabrikam/inbound/From outside");
  }

  private static ConnectorTraffic.Uses read(Instant since, Sight sight) throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      return ConnectorTraffic.read(connection, since, sight);
    }
  }
}
