package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.log.TrustedClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TaskClockTest {
  /** Each task begins so, and operators were told that the machine's clock had jumped to 1970. */
  @Test
  void aTaskForWhichStreamsHasNotLookedAtTheClockIsNoJumpOfTheMachines() {
    long before = System.currentTimeMillis();
    assertThat(SchedulerTopology.trusted(0))
        .isBetween(before, before + Duration.ofMinutes(1).toMillis());
    assertThat(TrustedClock.ofTheMachine().jump()).isZero();
  }

  @Test
  void aReadingThatHasJumpedIsNotUsed() {
    long now = System.currentTimeMillis();
    long hour = Duration.ofHours(1).toMillis();
    assertThat(SchedulerTopology.trusted(now + hour)).isLessThan(now + hour);
  }
}
