package io.postern.policy.scheduler;

import io.postern.contracts.ParkedEntries;
import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.ScheduleEntry;

/**
 * The step of an entry whose time has come: the next attempt, expiry, the delay notice, the end of
 * a hold or a watch (docs/design/architecture.md, "Time"). The time is that until which the
 * outcomes are read, since an outcome of that time comes first (docs/design/the-log.md, "Watch and
 * time"). A pure step: all changes are staged. Any thread.
 */
final class DueStep {
  private final Transitions transitions;
  private final RememberedControl remembered;

  DueStep(Transitions transitions, RememberedControl remembered) {
    this.transitions = transitions;
    this.remembered = remembered;
  }

  void apply(Changes changes, EntryKey key, ScheduleEntry entry) {
    long now = changes.now();
    switch (entry.getState()) {
      case WAITING -> {
        if (now >= entry.getExpiresMillis()) {
          transitions.expire(changes, key, entry);
        } else if (now >= entry.getDueMillis() && !ParkedEntries.isParked(entry)) {
          transitions.open(changes, key, entry);
        } else {
          transitions.delayed(changes, key, entry);
        }
      }
      case ENTRY_HELD -> transitions.cancelAtHoldLimit(changes, key, entry);
      case WATCHED -> watchOver(changes, key, entry);
      // The outcome of the attempt never came: nobody may be working at it.
      case OPEN -> remembered.undecidable(changes, key, entry.toBuilder());
      case DELIVERED_MARK -> changes.remove(key);
      case REMEMBERED -> {
        RememberedControl.answer(changes, key, entry.toBuilder(), Answers.NOTHING_TO_DO);
        changes.remove(key);
      }
      case SCHEDULE_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new UnprocessableException(
              "an entry in state " + entry.getStateValue() + " is never due");
    }
  }

  /** The owner of the open delivery has written nothing: it is lost, and the attempt with it. */
  private void watchOver(Changes changes, EntryKey key, ScheduleEntry entry) {
    ScheduleEntry.Builder tried =
        entry.toBuilder()
            .setTries(entry.getTries() + 1)
            .setHandBacks(0)
            .setCause(DueCause.DUE_WATCH_ENDED)
            .clearOwner();
    boolean expired = changes.now() >= entry.getExpiresMillis();
    switch (entry.getRemembered()) {
      case CANCEL -> remembered.obey(changes, key, tried, 0);
      case HOLD -> {
        if (expired) {
          expire(changes, key, tried);
        } else {
          remembered.obey(changes, key, tried, 0);
        }
      }
      case RETRY_NOW, RELEASE, CONTROL_KIND_UNSPECIFIED, UNRECOGNIZED -> {
        if (expired) {
          expire(changes, key, tried);
        } else {
          RememberedControl.answer(changes, key, tried, Answers.RETRIED);
          transitions.open(changes, key, tried.build());
        }
      }
    }
  }

  private void expire(Changes changes, EntryKey key, ScheduleEntry.Builder entry) {
    RememberedControl.answer(changes, key, entry, Answers.ALREADY_FAILED);
    transitions.expire(changes, key, entry.build());
  }
}
