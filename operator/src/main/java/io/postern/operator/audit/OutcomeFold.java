package io.postern.operator.audit;

import io.postern.contracts.v1.OutcomeKind;
import io.postern.operator.audit.rules.OutcomeOwners.Worth;
import io.postern.operator.audit.wire.OutcomeFields;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What an outcome makes of a recipient (docs/design/the-log.md, "Accounting"): any delivered wins,
 * a second one is a duplicate with its cause; of all others the scheduler's word is the last. One
 * thread.
 */
final class OutcomeFold {
  private final PartitionState state;
  private final Recipients all;

  OutcomeFold(PartitionState state) {
    this.state = state;
    this.all = state.recipients;
  }

  /** Answers to an administrator's controls are no states, and have no kind. */
  static boolean answersOnly(OutcomeFields outcome) {
    for (int i = 0; i < outcome.kinds.size(); i++) {
      if (outcome.kinds.get(i) != OutcomeKind.OUTCOME_KIND_UNSPECIFIED_VALUE) {
        return false;
      }
    }
    return true;
  }

  /** A kind that delivery writes. */
  static OutcomeKind ofDelivery(int number) throws IOException {
    OutcomeKind kind = OutcomeKind.forNumber(number);
    return switch (kind) {
      case DELIVERED, DEFERRED, FAILED, HELD, STILL_OPEN, MOVED -> kind;
      case null, default -> throw new IOException("its kind " + number + " is none of delivery's");
    };
  }

  /**
   * An outcome of mail.outcomes.
   *
   * @param index of the recipient in the outcome
   * @return false: it says nothing of the recipient's state
   */
  boolean fold(
      OutcomeFields outcome,
      int index,
      OutcomeKind kind,
      Worth worth,
      int recipient,
      LogRecord record) {
    if (outcome.doubts.get(index) != 0) {
      // Whoever writes it: the next hop may have taken the message.
      all.set(recipient, Recipients.MAY_HAVE_BEEN_TAKEN);
    }
    if (worth == Worth.NOTHING) {
      state.count(Uncounted.FORMER_OWNER);
      return false;
    }
    switch (kind) {
      case MOVED -> {
        return false;
      }
      case DELIVERED -> delivered(outcome, worth, recipient, record);
      default -> notDelivered(outcome.attempt, kind, recipient);
    }
    all.outcomeOffset[recipient] = record.offset();
    all.outcomeAttempt[recipient] = Math.max(all.outcomeAttempt[recipient], outcome.attempt);
    return true;
  }

  private void delivered(OutcomeFields outcome, Worth worth, int recipient, LogRecord record) {
    below(outcome, recipient, record);
    int hash = (int) outcome.id;
    if (!all.is(recipient, Recipients.DELIVERED)) {
      if (state.failed(recipient) || state.endedByScheduler(recipient)) {
        all.set(recipient, Recipients.DELIVERED_AFTER_END);
      }
      if (all.is(recipient, Recipients.MAY_HAVE_BEEN_TAKEN)) {
        all.set(recipient, Recipients.PERHAPS_TWICE);
      }
    } else if (hash != 0
        && hash == all.deliveredHash[recipient]
        && outcome.attempt == all.deliveredAttempt[recipient]) {
      // One final dot: its outcome was sent again under a new take, and came from the old one too.
      state.count(Uncounted.WRITTEN_TWICE);
      return;
    } else {
      duplicate(outcome, worth, recipient, record);
    }
    all.delivered(
        recipient,
        new DeliveredOutcome(
            outcome.attempt, outcome.late || worth == Worth.LATE, outcome.afterStillOpen),
        hash);
  }

  private void duplicate(OutcomeFields outcome, Worth worth, int recipient, LogRecord record) {
    DuplicateCause cause = cause(outcome, worth, recipient);
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

  private DuplicateCause cause(OutcomeFields outcome, Worth worth, int recipient) {
    boolean late = outcome.late || worth == Worth.LATE;
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

  // Whether it counts is seen when the recipient is examined: what annuls it may come later.
  private void notDelivered(int attempt, OutcomeKind kind, int recipient) {
    if (kind == OutcomeKind.STILL_OPEN) {
      all.set(recipient, Recipients.STILL_OPEN);
    }
    boolean failed = kind == OutcomeKind.FAILED;
    if (!failed && !all.is(recipient, Recipients.FAILED)) {
      return;
    }
    int number = state.later(recipient);
    Later later = state.later;
    if (all.is(recipient, Recipients.FAILED)) {
      later.failedBefore[number] = Math.max(later.failedBefore[number], later.failedBy[number]);
    }
    if (failed) {
      all.set(recipient, Recipients.FAILED);
      later.failedBy[number] = Math.max(later.failedBy[number], attempt);
      if (attempt <= later.annulledThrough(number)) {
        state.count(Uncounted.ANNULLED);
      }
    }
  }

  /** A state that the scheduler wrote itself. */
  void own(OutcomeFields outcome, int index, int recipient, LogRecord record) throws IOException {
    OutcomeKind kind = OutcomeKind.forNumber(outcome.kinds.get(index));
    int end =
        switch (kind) {
          case HELD, RELEASED -> 0;
          case EXPIRED_OUTCOME -> Recipients.EXPIRED;
          case CANCELLED -> Recipients.CANCELLED;
          case null, default ->
              throw new IOException(
                  "its kind " + outcome.kinds.get(index) + " is none of the scheduler's");
        };
    int number = state.later(recipient);
    Later later = state.later;
    if (all.is(recipient, Recipients.ENDED_BY_SCHEDULER)) {
      afterItsEnd(
          recipient,
          kind + " of attempt " + outcome.attempt,
          "mail.schedule.outcomes offset " + record.offset());
    }
    later.ownAttempt[number] = Math.max(later.ownAttempt[number], outcome.attempt);
    if (end != 0) {
      all.set(recipient, end);
      if (later.askedFor[number] > later.ownAttempt[number]) {
        afterItsEnd(
            recipient,
            "attempt " + later.askedFor[number] + " was asked for",
            "mail.schedule.outcomes offset " + record.offset());
      }
    }
  }

  /** The scheduler asked for an attempt. */
  void askedFor(int recipient, int attempt, LogRecord record) {
    int number = state.later(recipient);
    Later later = state.later;
    later.askedFor[number] = Math.max(later.askedFor[number], attempt);
    if (all.is(recipient, Recipients.ENDED_BY_SCHEDULER) && attempt > later.ownAttempt[number]) {
      afterItsEnd(
          recipient, "attempt " + attempt + " was asked for", "mail.due offset " + record.offset());
    }
  }

  private void afterItsEnd(int recipient, String what, String where) {
    state.raise(
        AlarmKind.STATE_AFTER_END,
        recipient,
        what
            + ", after "
            + (all.is(recipient, Recipients.EXPIRED) ? "expired" : "cancelled")
            + "; "
            + where);
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
