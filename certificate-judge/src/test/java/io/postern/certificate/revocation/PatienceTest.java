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
  void theFirstHalfEndsInTheMiddleOfTheWaitingAndRunsOutForTheWhole() {
    Patience half = patience.firstHalf();
    assertThat(half.until()).isEqualTo(ASKED.plusSeconds(2));
    assertThat(patience.until()).isEqualTo(ASKED.plusSeconds(4));
    half.runOut();
    assertThat(patience.hasRunOut()).isTrue();
  }

  @Test
  void withoutPatienceTheFirstHalfHasNoneEither() {
    Patience half = Patience.none().firstHalf();
    half.runOut();
    assertThat(half.isOver()).isTrue();
  }
}
