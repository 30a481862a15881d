package io.postern.console.web.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FlowTablesTest {
  @Test
  void aNumberOfMessagesLinksToMessagesWithoutRefusals() {
    Instant hour = Instant.parse("2026-12-01T10:00:00Z");
    assertThat(FlowTables.link("none", "contoso", hour, hour.plusSeconds(3_600)))
        .isEqualTo(
            "/messages?kind=messages&tls=none&organization=contoso"
                + "&since=2026-12-01T10%3A00%3A00Z&until=2026-12-01T11%3A00%3A00Z");
  }
}
