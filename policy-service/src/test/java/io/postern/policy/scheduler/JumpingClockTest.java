package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.log.TrustedClock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schedule on a machine whose wall clock is wrong. */
class JumpingClockTest {
  private static final Duration DAYS = Duration.ofDays(10);

  @TempDir Path folder = Path.of("");
  private SchedulerLab lab;
  private long steadyNanos;

  @BeforeEach
  void open() {
    lab = new SchedulerLab(folder);
    TrustedClock clock = new TrustedClock(lab::now, () -> steadyNanos, () -> 0);
    lab.clock(clock::trusted);
  }

  @AfterEach
  void close() {
    lab.close();
  }

  /** The wall clock and the steady one. */
  private void pass(Duration time) {
    steadyNanos += time.toNanos();
    lab.advance(time);
  }

  @Test
  void aClockThatIsTenDaysAheadForAMinuteBouncesNoMail() {
    QueueId waiting = SchedulerLab.message();
    QueueId held = SchedulerLab.message();
    lab.deferred(waiting, 1, 0);
    lab.deferred(held, 1, 0);
    lab.control(ControlKind.HOLD, held, "c1");
    pass(Duration.ofSeconds(10));
    lab.own();
    lab.notices();

    lab.advance(DAYS); // the wall clock alone
    pass(Duration.ofMinutes(1));

    assertThat(lab.ownStates()).isEmpty();
    assertThat(lab.notices()).as("not even of a delay").isEmpty();
    assertThat(lab.due()).as("the next attempt of its time").hasSize(1);
  }

  /** As with an NTP client that slews. */
  @Test
  void aClockThatStaysAheadLetsNoMailExpireBeforeItsTime() {
    QueueId waiting = SchedulerLab.message();
    lab.deferred(waiting, 1, 0);
    pass(Duration.ofSeconds(10));

    lab.advance(DAYS); // the wall clock alone
    int attempt = 1;
    for (int minute = 0; minute < 23 * 60; minute++) {
      pass(Duration.ofMinutes(1));
      if (!lab.due().isEmpty()) {
        lab.deferred(waiting, ++attempt, 0);
      }
    }

    assertThat(attempt).as("attempts of its time").isGreaterThan(2);
    assertThat(lab.ownStates()).as("it expires after a day").isEmpty();
    pass(Duration.ofHours(2));
    assertThat(lab.ownStates().stream().map(RecipientOutcome::getKind))
        .containsExactly(OutcomeKind.EXPIRED_OUTCOME);
  }

  @Test
  void aClockThatIsTrustedLetsMailExpireAsBefore() {
    QueueId waiting = SchedulerLab.message();
    lab.deferred(waiting, 1, 0);

    pass(DAYS);

    assertThat(lab.ownStates().stream().map(RecipientOutcome::getKind))
        .containsExactly(OutcomeKind.EXPIRED_OUTCOME);
  }
}
