package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Time counts when the outcomes of that time are read (docs/design/the-log.md, "Watch and time").
 */
class BacklogTest {
  private static final Duration AWAY = Duration.ofHours(1);

  @TempDir Path folder = Path.of("");
  private SchedulerLab lab;
  private final QueueId message = SchedulerLab.message();

  @BeforeEach
  void open() {
    lab = new SchedulerLab(folder);
  }

  @AfterEach
  void close() {
    lab.close();
  }

  private @Nullable ScheduleState state() {
    ScheduleEntry entry = lab.entry(message, 0);
    return entry == null ? null : entry.getState();
  }

  private void nothingHasHappened() {
    assertThat(lab.due()).isEmpty();
    assertThat(lab.own()).isEmpty();
    assertThat(lab.notices()).isEmpty();
  }

  @Test
  void aWatchDoesNotEndBeforeWhatFollowedItIsRead() {
    lab.write(lab.outcome(message, 1, OutcomeKind.STILL_OPEN, "", 0));
    lab.unread(lab.outcome(message, 1, OutcomeKind.FAILED, "x", 0).setAfterStillOpen(true));
    lab.advance(AWAY);
    nothingHasHappened();
    assertThat(state()).isEqualTo(ScheduleState.WATCHED);
    lab.readOn();
    lab.advance(Duration.ZERO);
    assertThat(lab.due()).isEmpty();
    assertThat(lab.notices()).hasSize(1);
    assertThat(state()).isNull();
  }

  @Test
  void nothingExpiresBeforeItsDeliveryIsRead() {
    lab.write(
        lab.outcome(message, 1, OutcomeKind.DEFERRED, "x", 0)
            .setExpiresMillis(lab.millis() + 30_000));
    lab.taken(SchedulerLab.LATER);
    lab.unread(lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0)); // by the former owner
    lab.advance(AWAY);
    nothingHasHappened();
    lab.readOn();
    lab.advance(Duration.ofDays(3));
    nothingHasHappened();
  }

  @Test
  void noAttemptIsDueBeforeItsDeliveryIsRead() {
    lab.deferred(message, 1, 0);
    lab.taken(SchedulerLab.LATER);
    lab.unread(lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0));
    lab.advance(AWAY);
    lab.control(ControlKind.RETRY_NOW, message, "c", 0);
    lab.flush(SchedulerLab.ROUTE, "f");
    lab.advance(AWAY);
    assertThat(lab.due()).isEmpty();
    lab.readOn();
    lab.advance(AWAY);
    assertThat(lab.due()).isEmpty();
    assertThat(state()).isEqualTo(ScheduleState.DELIVERED_MARK);
  }

  @Test
  void noHoldEndsBeforeItsDeliveryIsRead() {
    lab.write(lab.outcome(message, 1, OutcomeKind.HELD, Reasons.NO_ROUTE, 0));
    lab.notices();
    lab.unread(
        lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0)
            .setOwner(SchedulerLab.FORMER.message()));
    lab.advance(Duration.ofDays(14).plus(AWAY));
    nothingHasHappened();
    lab.readOn();
    lab.advance(AWAY);
    nothingHasHappened();
  }

  @Test
  void whatIsReadToTheEndGoesOnAtTheTimeUntilWhichItIsRead() {
    lab.write(
        lab.outcome(message, 1, OutcomeKind.DEFERRED, "x", 0)
            .setExpiresMillis(lab.millis() + Duration.ofMinutes(90).toMillis()));
    lab.silent(true);
    lab.advance(Duration.ofHours(2));
    nothingHasHappened();
    lab.silent(false);
    lab.advance(Duration.ZERO);
    assertThat(lab.due()).isEmpty();
    assertThat(lab.ownStates())
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.EXPIRED_OUTCOME);
  }

  @Test
  void aFlushWaitsForWhatWasSaidWhenItWasAskedFor() {
    lab.deferred(message, 1, 0);
    lab.silent(true);
    lab.advance(Duration.ofSeconds(1));
    lab.flush(SchedulerLab.ROUTE, "f");
    lab.advance(Duration.ofSeconds(1));
    assertThat(lab.due()).isEmpty();
    lab.silent(false);
    lab.advance(Duration.ofSeconds(1));
    assertThat(lab.due()).extracting(AttemptDue::getAttempt).containsExactly(2);
  }
}
