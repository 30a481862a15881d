package io.postern.policy.scheduler;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;

/**
 * The control that waited in an entry while an attempt was open: the scheduler obeys or answers it
 * when the attempt ends, in whatever way. A pure step: all changes are staged. Any thread.
 */
final class RememberedControl {
  private final Transitions transitions;

  RememberedControl(Transitions transitions) {
    this.transitions = transitions;
  }

  /**
   * Obeys it.
   *
   * @param entry the state that the attempt's end has led to, and that is staged: waiting or held
   * @param notBeforeMillis "retry now" means no time before
   */
  void obey(Changes changes, EntryKey key, ScheduleEntry.Builder entry, long notBeforeMillis) {
    String by = entry.getRememberedBy();
    boolean held = entry.getState() == ScheduleState.ENTRY_HELD;
    switch (entry.getRemembered()) {
      case CANCEL -> {
        boolean notice = !entry.getRememberedWithoutNotice();
        entry.clearRemembered().clearRememberedBy().clearRememberedWithoutNotice();
        transitions.cancel(changes, key, entry.build(), notice, by);
      }
      case HOLD -> {
        if (held) {
          answer(changes, key, entry, Answers.ALREADY_HELD);
          changes.put(key, entry.build());
        } else {
          entry.clearRemembered().clearRememberedBy();
          transitions.hold(changes, key, entry, Reasons.ADMINISTRATOR);
          changes
              .outbox()
              .outcome(
                  key,
                  entry.build(),
                  by,
                  Answers.state(key.recipient(), OutcomeKind.HELD, Reasons.ADMINISTRATOR));
        }
      }
      case RETRY_NOW -> {
        answer(changes, key, entry, held ? Answers.ALREADY_HELD : Answers.RETRIED);
        if (!held) {
          entry
              .setDueMillis(
                  Math.min(Math.max(changes.now(), notBeforeMillis), entry.getExpiresMillis()))
              .setCause(DueCause.DUE_ASKED_FOR);
        }
        changes.put(key, entry.build());
      }
      case RELEASE -> { // the recipient was exempt from a control of all; see ControlStep
        entry.clearRemembered().clearRememberedBy();
        changes.put(key, entry.build());
      }
      case CONTROL_KIND_UNSPECIFIED, UNRECOGNIZED -> {
        // Nothing was asked for meanwhile.
      }
    }
  }

  /** Answers a control that has no effect any more, and takes it out of the unstaged entry. */
  static void answer(Changes changes, EntryKey key, ScheduleEntry.Builder entry, String reason) {
    String by = entry.getRememberedBy();
    entry.clearRemembered().clearRememberedBy();
    if (!by.isEmpty()) {
      changes.outbox().outcome(key, entry.build(), by, Answers.of(key.recipient(), reason));
    }
  }

  /** The attempt's end cannot be known: the recipient is held until somebody looks at it. */
  void undecidable(Changes changes, EntryKey key, ScheduleEntry.Builder entry) {
    transitions.hold(changes, key, entry, Reasons.UNDECIDABLE);
    changes
        .outbox()
        .outcome(
            key,
            entry.build(),
            "",
            Answers.state(key.recipient(), OutcomeKind.HELD, Reasons.UNDECIDABLE));
    obey(changes, key, entry, 0);
  }
}
