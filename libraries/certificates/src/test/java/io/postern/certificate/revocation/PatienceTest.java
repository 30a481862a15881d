package io.postern.certificate.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final Instant ASKED = Instant.parse("2026-11-25T10:00:00Z");
  private final Patience patience = Patience.of(ASKED, Duration.ofSeconds(4));

  /** A list that stalls leaves time for the responder, whatever time the chain is judged for. */
  @Test
  void theFirstHalfEndsInTheMiddle() {
    assertThat(patience.firstHalf().until()).isEqualTo(ASKED.plusSeconds(2));
    assertThat(patience.until()).isEqualTo(ASKED.plusSeconds(4));
  }

  @Test
  void aPartIsNeverLongerThanTheWhole() {
    assertThat(patience.noLongerThan(ASKED.plusSeconds(1)).until()).isEqualTo(ASKED.plusSeconds(1));
    assertThat(patience.noLongerThan(ASKED.plusSeconds(9)).until()).isEqualTo(ASKED.plusSeconds(4));
  }
}
