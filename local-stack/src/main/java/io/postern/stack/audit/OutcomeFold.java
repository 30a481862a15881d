package io.postern.stack.audit;

import io.postern.contracts.v1.OutcomeKind;
import io.postern.stack.audit.wire.OutcomeFields;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What an outcome makes of a recipient (log-mechanics §4, §6): any delivered wins, a second one is
 * a duplicate with its cause, nothing but a delivered may follow an end. One thread.
 */
final class OutcomeFold {
  private final PartitionState state;
  private final Recipients all;
  private final HashSetOfLongs ids = new HashSetOfLongs();

  OutcomeFold(PartitionState state) {
    this.state = state;
    this.all = state.recipients;
  }

  /** The same id twice is once (log-mechanics §4). */
  boolean repeated(OutcomeFields outcome) {
    return outcome.id != 0 && !ids.add(outcome.id);
  }

  /** The scheduler's answers to an administrator's controls are no states, and have no kind. */
  static boolean answersOnly(OutcomeFields outcome, LogRecord record) {
    for (int i = 0; i < outcome.kinds.size(); i++) {
      if (outcome.kinds.get(i) != OutcomeKind.OUTCOME_KIND_UNSPECIFIED_VALUE) {
        return false;
      }
    }
    return record.byScheduler();
  }

  /**
   * @param index of the recipient in the outcome
   * @return false: it says nothing of the recipient's state
   */
  boolean fold(OutcomeFields outcome, int index, int recipient, LogRecord record)
      throws IOException {
    OutcomeKind kind = OutcomeKind.forNumber(outcome.kinds.get(index));
    if (kind == OutcomeKind.OUTCOME_KIND_UNSPECIFIED && record.byScheduler()) {
      return false;
    }
    if (kind == null || kind == OutcomeKind.OUTCOME_KIND_UNSPECIFIED) {
      throw new IOException("its kind " + outcome.kinds.get(index) + " is none that is known");
    }
    switch (kind) {
      case MOVED -> {
        return false;
      }
      case DELIVERED -> delivered(outcome, recipient, record);
      case FAILED -> ended(outcome, recipient, record, kind, Recipients.FAILED);
      case EXPIRED_OUTCOME -> ended(outcome, recipient, record, kind, Recipients.EXPIRED);
      case CANCELLED -> ended(outcome, recipient, record, kind, Recipients.CANCELLED);
      default -> {
        afterItsEnd(outcome, recipient, record, kind);
        if (kind == OutcomeKind.STILL_OPEN) {
          all.set(recipient, Recipients.STILL_OPEN);
        }
        if (outcome.doubts.get(index) != 0) {
          all.set(recipient, Recipients.MAY_HAVE_BEEN_TAKEN);
        }
      }
    }
    all.outcomeOffset[recipient] = record.offset();
    return true;
  }

  private void delivered(OutcomeFields outcome, int recipient, LogRecord record) {
    below(outcome, recipient, record);
    if (!all.is(recipient, Recipients.DELIVERED)) {
      if (all.is(recipient, Recipients.ENDED) && !overtaken(recipient)) {
        all.set(recipient, Recipients.DELIVERED_AFTER_END);
      }
      if (all.is(recipient, Recipients.MAY_HAVE_BEEN_TAKEN)) {
        all.set(recipient, Recipients.PERHAPS_TWICE);
      }
    } else {
      DuplicateCause cause = cause(outcome, recipient);
      int message = state.messages.of(recipient);
      state
          .duplicates
          .of(
              state.organizations.name(all.organization[recipient]),
              state.messages.is(message, Messages.DSN))
          .countDuplicate(cause);
      if (cause == DuplicateCause.UNKNOWN) {
        state.raise(
            AlarmKind.DELIVERED_TWICE,
            recipient,
            "delivered by attempts "
                + all.delivered(recipient).getLast().attempt()
                + " and "
                + outcome.attempt
                + ", at mail.outcomes offsets "
                + all.outcomeOffset[recipient]
                + " and "
                + record.offset());
      }
    }
    all.delivered(
        recipient, new DeliveredOutcome(outcome.attempt, outcome.late, outcome.afterStillOpen));
  }

  private DuplicateCause cause(OutcomeFields outcome, int recipient) {
    boolean late = outcome.late;
    boolean stillOpen = outcome.afterStillOpen;
    boolean otherAttempt = false;
    for (DeliveredOutcome before : all.delivered(recipient)) {
      late |= before.late();
      stillOpen |= before.afterStillOpen();
      otherAttempt |= before.attempt() != outcome.attempt;
    }
    if (late) {
      return DuplicateCause.LATE;
    }
    if (stillOpen) {
      return DuplicateCause.AFTER_STILL_OPEN;
    }
    return otherAttempt && all.is(recipient, Recipients.MAY_HAVE_BEEN_TAKEN)
        ? DuplicateCause.MAY_HAVE_BEEN_TAKEN
        : DuplicateCause.UNKNOWN;
  }

  private void ended(
      OutcomeFields outcome, int recipient, LogRecord record, OutcomeKind kind, int flag) {
    if (afterItsEnd(outcome, recipient, record, kind)) {
      return;
    }
    all.set(recipient, flag);
    if (outcome.afterStillOpen) {
      all.set(recipient, Recipients.END_AFTER_STILL_OPEN);
      int later = state.later(recipient); // first: it may grow the column
      state.later.endedBy[later] = outcome.attempt;
    }
  }

  // True: it has ended, and this changes nothing.
  private boolean afterItsEnd(
      OutcomeFields outcome, int recipient, LogRecord record, OutcomeKind kind) {
    if (!all.is(recipient, Recipients.ENDED)) {
      return false;
    }
    if (outcome.afterStillOpen) {
      return true; // finding no state, it creates none
    }
    if (overtaken(recipient)) {
      all.clear(recipient, Recipients.ENDED | Recipients.END_AFTER_STILL_OPEN);
      return false;
    }
    if (!all.is(recipient, Recipients.DELIVERED)) {
      state.raise(
          AlarmKind.STATE_AFTER_END,
          recipient,
          kind
              + " of attempt "
              + outcome.attempt
              + " at mail.outcomes offset "
              + record.offset()
              + ", after "
              + endName(recipient));
    }
    return true;
  }

  // The watch had ended and a later attempt was asked for: the end that followed "still open" found
  // no state.
  private boolean overtaken(int recipient) {
    int later = all.later[recipient];
    return all.is(recipient, Recipients.END_AFTER_STILL_OPEN)
        && later != 0
        && state.later.askedFor[later] > state.later.endedBy[later];
  }

  private String endName(int recipient) {
    return all.is(recipient, Recipients.FAILED)
        ? "failed"
        : all.is(recipient, Recipients.EXPIRED) ? "expired" : "cancelled";
  }

  private void below(OutcomeFields outcome, int recipient, LogRecord record) {
    String shortfall = TlsCheck.shortfall(outcome);
    int delivery = all.deliveryRequirement[recipient];
    if (shortfall == null
        && delivery != 0
        && all.deliveryAttempt[recipient] == outcome.attempt
        && delivery != outcome.requirement.packed()) {
      shortfall = "the requirement is not the one of its delivery";
    }
    if (shortfall != null) {
      state.raise(
          AlarmKind.BELOW_TLS_LEVEL,
          recipient,
          shortfall + ": " + token(outcome) + ", mail.outcomes offset " + record.offset());
    }
  }

  private static String token(OutcomeFields outcome) {
    @Nullable String token = outcome.token.isEmpty() ? null : outcome.token.text();
    return token == null
        ? "no token"
        : "token " + token.substring(0, Math.min(100, token.length()));
  }
}
