package io.postern.log.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SourceProgressTest {
  private final SourceProgress progress = new SourceProgress(4);

  @Test
  void eachDecisionContinuesTheOneSentBefore() {
    assertThat(progress.previous()).isEqualTo(4);
    progress.sent(5);
    assertThat(progress.previous()).isEqualTo(5);
    progress.sent(8);
    assertThat(progress.previous()).isEqualTo(8);
    assertThat(progress.decided()).as("nothing is acknowledged").isEqualTo(4);
    assertThat(progress.idle()).isFalse();
  }

  @Test
  void thePositionIsWhatTheLogHas() {
    progress.sent(5);
    progress.sent(6);
    progress.acknowledged(5);
    assertThat(progress.decided()).isEqualTo(5);
    progress.acknowledged(6);
    assertThat(progress.decided()).isEqualTo(6);
    assertThat(progress.idle()).isTrue();
  }

  @Test
  void afterAFailedSendAllThatIsNotAcknowledgedIsDecidedAgain() {
    progress.sent(5);
    progress.sent(6);
    progress.sent(7);
    progress.acknowledged(5);
    progress.failed();
    assertThat(progress.previous()).isEqualTo(5);
    assertThat(progress.decided()).isEqualTo(5);
    progress.sent(6);
    progress.acknowledged(6);
    assertThat(progress.decided()).isEqualTo(6);
  }

  @Test
  void whatWasNotSentIsNotAcknowledged() {
    progress.sent(5);
    assertThatThrownBy(() -> progress.acknowledged(6)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> progress.acknowledged(4)).isInstanceOf(IllegalStateException.class);
    progress.failed();
    assertThatThrownBy(() -> progress.acknowledged(5)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sourcesAreDecidedInTheirOrder() {
    assertThatThrownBy(() -> progress.sent(4)).isInstanceOf(IllegalArgumentException.class);
  }
}
