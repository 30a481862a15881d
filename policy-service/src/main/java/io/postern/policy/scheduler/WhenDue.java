package io.postern.policy.scheduler;

import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.ScheduleEntry;

/**
 * What the clock does to an entry whose time has come: the next attempt, expiry, the delay notice,
 * the end of a hold or a watch (DESIGN §8). A pure step: all it does is staged. Any thread.
 */
final class WhenDue {
  private final Transitions transitions;

  WhenDue(Transitions transitions) {
    this.transitions = transitions;
  }

  /**
   * @return whether an attempt was asked for
   */
  boolean apply(Changes changes, EntryKey key, ScheduleEntry entry) {
    long now = changes.now();
    switch (entry.getState()) {
      case WAITING -> {
        if (now >= entry.getExpiresMillis()) {
          transitions.expire(changes, key, entry);
        } else if (now >= entry.getDueMillis()) {
          transitions.open(changes, key, entry);
          return true;
        } else {
          transitions.delayed(changes, key, entry);
        }
      }
      case ENTRY_HELD -> transitions.cancel(changes, key, entry, Answers.HOLD_LIMIT, "");
      case WATCHED -> {
        return watchOver(changes, key, entry);
      }
      case DELIVERED_MARK -> changes.remove(key);
      case REMEMBERED -> {
        changes
            .outbox()
            .outcome(
                key,
                entry,
                entry.getRememberedBy(),
                Answers.of(key.recipient(), Answers.NOTHING_TO_DO));
        changes.remove(key);
      }
      case OPEN, SCHEDULE_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new Unprocessable("an entry in state " + entry.getStateValue() + " is never due");
    }
    return false;
  }

  /** The owner of the open delivery has written nothing: it is lost, and the attempt with it. */
  private boolean watchOver(Changes changes, EntryKey key, ScheduleEntry entry) {
    String by = entry.getRememberedBy();
    ScheduleEntry tried =
        entry.toBuilder()
            .setTries(entry.getTries() + 1)
            .setHandBacks(0)
            .clearRemembered()
            .clearRememberedBy()
            .build();
    if (entry.getRemembered() == ControlKind.CANCEL) {
      transitions.cancel(changes, key, tried, Answers.ADMINISTRATOR, by);
    } else if (changes.now() >= entry.getExpiresMillis()) {
      transitions.expire(changes, key, tried);
    } else if (entry.getRemembered() == ControlKind.HOLD) {
      ScheduleEntry.Builder held = tried.toBuilder();
      transitions.hold(changes, key, held, Answers.ADMINISTRATOR);
      changes
          .outbox()
          .outcome(
              key,
              held.build(),
              by,
              Answers.state(key.recipient(), OutcomeKind.HELD, Answers.ADMINISTRATOR));
    } else {
      if (!by.isEmpty()) {
        changes.outbox().outcome(key, tried, by, Answers.of(key.recipient(), Answers.RETRIED));
      }
      transitions.open(changes, key, tried);
      return true;
    }
    return false;
  }
}
