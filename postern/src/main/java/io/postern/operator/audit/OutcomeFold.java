package io.postern.operator.audit;

import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.operator.audit.rules.OutcomeOwners.Worth;
import io.postern.operator.audit.wire.OutcomeRecord;
import java.io.IOException;

/**
 * A recipient's state after an outcome (docs/design/the-log.md, "Accounting"): any delivered wins,
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
  static boolean isState(OutcomeRecord.Recipient one) {
    return one.getKind() != OutcomeKind.OUTCOME_KIND_UNSPECIFIED;
  }

  /** Refuses a kind that delivery does not write. */
  static void checkKind(OutcomeRecord.Recipient one) throws IOException {
    switch (one.getKind()) {
      case DELIVERED, DEFERRED, FAILED, HELD, STILL_OPEN, MOVED -> {}
      default ->
          throw new IOException("its kind " + one.getKindValue() + " is not one of delivery's");
    }
  }

  /**
   * Folds an outcome of mail.outcomes.
   *
   * @param one the recipient's part of the outcome
   * @return false: it says nothing of the recipient's state
   */
  boolean fold(
      OutcomeRecord outcome,
      OutcomeRecord.Recipient one,
      Worth worth,
      int recipient,
      LogRecord record) {
    if (one.getMayHaveBeenTaken()) {
      // No matter which owner wrote it.
      all.set(recipient, Recipients.MAY_HAVE_BEEN_TAKEN);
    }
    if (worth == Worth.NOTHING) {
      state.count(UncountedRecord.FORMER_OWNER);
      return false;
    }
    switch (one.getKind()) {
      case MOVED -> {
        return false;
      }
      case DELIVERED -> delivered(over(outcome, one.getConnection()), worth, recipient, record);
      default -> notDelivered(outcome.getAttempt(), one.getKind(), recipient);
    }
    all.outcomeOffset[recipient] = record.offset();
    all.outcomeAttempt[recipient] = Math.max(all.outcomeAttempt[recipient], outcome.getAttempt());
    return true;
  }

  /**
   * The outcome with the TLS of the connection by which a recipient was settled: 0 is the one in
   * its own fields. One that it does not have shows nothing.
   */
  private static OutcomeRecord over(OutcomeRecord outcome, int connection) {
    if (connection == 0) {
      return outcome;
    }
    OutcomeRecord.Builder seen = outcome.toBuilder().clearToken().clearTlsFacts().clearVerdict();
    if (connection > 0 && connection <= outcome.getOtherConnectionsCount()) {
      OutcomeRecord.Connection other = outcome.getOtherConnections(connection - 1);
      seen.setToken(other.getToken())
          .setTlsFacts(other.getTlsFacts())
          .setVerdict(other.getVerdict());
    }
    return seen.build();
  }

  private void delivered(OutcomeRecord outcome, Worth worth, int recipient, LogRecord record) {
    below(outcome, recipient, record);
    int hash = hash(outcome);
    if (!all.is(recipient, Recipients.DELIVERED)) {
      if (state.failed(recipient) || state.endedByScheduler(recipient)) {
        all.set(recipient, Recipients.DELIVERED_AFTER_END);
      }
      if (all.is(recipient, Recipients.MAY_HAVE_BEEN_TAKEN)) {
        all.set(recipient, Recipients.PERHAPS_TWICE);
      }
    } else if (hash != 0
        && hash == all.deliveredHash[recipient]
        && outcome.getAttempt() == all.deliveredAttempt[recipient]) {
      // One final dot: its outcome was sent again under a new take, and came from the old one too.
      state.count(UncountedRecord.WRITTEN_TWICE);
      return;
    } else {
      duplicate(outcome, worth, recipient, record);
    }
    all.delivered(
        recipient,
        new DeliveredOutcome(
            outcome.getAttempt(),
            outcome.getLate() || worth == Worth.LATE,
            outcome.getAfterStillOpen()),
        hash);
  }

  /** Of incarnation and number; 0: it has no id. */
  private static int hash(OutcomeRecord outcome) {
    OutcomeId id = outcome.getId();
    int hash = 31 * id.getIncarnation().hashCode() + Long.hashCode(id.getNumber());
    return id.getIncarnation().isEmpty() ? 0 : hash == 0 ? 1 : hash;
  }

  private void duplicate(OutcomeRecord outcome, Worth worth, int recipient, LogRecord record) {
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
              + outcome.getAttempt()
              + ", at mail.outcomes offsets "
              + all.outcomeOffset[recipient]
              + " and "
              + record.offset());
    }
  }

  private DuplicateCause cause(OutcomeRecord outcome, Worth worth, int recipient) {
    boolean late = outcome.getLate() || worth == Worth.LATE;
    boolean stillOpen = outcome.getAfterStillOpen();
    boolean otherAttempt = false;
    for (DeliveredOutcome before : all.delivered(recipient)) {
      late |= before.late();
      stillOpen |= before.afterStillOpen();
      otherAttempt |= before.attempt() != outcome.getAttempt();
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

  // The examination of the recipient shows whether it counts: the record that annuls it may come
  // later.
  private void notDelivered(int attempt, OutcomeKind kind, int recipient) {
    if (kind == OutcomeKind.STILL_OPEN) {
      all.set(recipient, Recipients.STILL_OPEN);
    }
    boolean failed = kind == OutcomeKind.FAILED;
    if (!failed && !all.is(recipient, Recipients.FAILED)) {
      return;
    }
    int number = state.retry(recipient);
    Retries retries = state.retries;
    if (all.is(recipient, Recipients.FAILED)) {
      retries.failedBefore[number] =
          Math.max(retries.failedBefore[number], retries.failedBy[number]);
    }
    if (failed) {
      all.set(recipient, Recipients.FAILED);
      retries.failedBy[number] = Math.max(retries.failedBy[number], attempt);
      if (attempt <= retries.annulledThrough(number)) {
        state.count(UncountedRecord.ANNULLED);
      }
    }
  }

  /** A state that the scheduler wrote itself. */
  void own(OutcomeRecord outcome, OutcomeRecord.Recipient one, int recipient, LogRecord record)
      throws IOException {
    int end =
        switch (one.getKind()) {
          case HELD, RELEASED -> 0;
          case EXPIRED_OUTCOME -> Recipients.EXPIRED;
          case CANCELLED -> Recipients.CANCELLED;
          default ->
              throw new IOException(
                  "its kind " + one.getKindValue() + " is not one of the scheduler's");
        };
    int number = state.retry(recipient);
    Retries retries = state.retries;
    if (all.is(recipient, Recipients.ENDED_BY_SCHEDULER)) {
      afterItsEnd(
          recipient,
          one.getKind() + " of attempt " + outcome.getAttempt(),
          "mail.schedule.outcomes offset " + record.offset());
    }
    retries.ownAttempt[number] = Math.max(retries.ownAttempt[number], outcome.getAttempt());
    if (end != 0) {
      all.set(recipient, end);
      if (retries.askedFor[number] > retries.ownAttempt[number]) {
        afterItsEnd(
            recipient,
            "attempt " + retries.askedFor[number] + " was requested",
            "mail.schedule.outcomes offset " + record.offset());
      }
    }
  }

  /** The scheduler asked for an attempt. */
  void askedFor(int recipient, int attempt, LogRecord record) {
    int number = state.retry(recipient);
    Retries retries = state.retries;
    retries.askedFor[number] = Math.max(retries.askedFor[number], attempt);
    if (all.is(recipient, Recipients.ENDED_BY_SCHEDULER) && attempt > retries.ownAttempt[number]) {
      afterItsEnd(
          recipient, "attempt " + attempt + " was requested", "mail.due offset " + record.offset());
    }
  }

  private void afterItsEnd(int recipient, String event, String where) {
    state.raise(
        AlarmKind.STATE_AFTER_END,
        recipient,
        event
            + ", after "
            + (all.is(recipient, Recipients.EXPIRED) ? "expired" : "cancelled")
            + "; "
            + where);
  }

  private void below(OutcomeRecord outcome, int recipient, LogRecord record) {
    String shortfall = TlsCheck.shortfall(outcome);
    int delivery = all.deliveryRequirement[recipient];
    if (shortfall == null
        && delivery != 0
        && all.deliveryAttempt[recipient] == outcome.getAttempt()
        && delivery != TlsCheck.packed(outcome.getRequirement())) {
      shortfall = "the requirement is not the one of its delivery";
    }
    if (shortfall != null) {
      state.raise(
          AlarmKind.BELOW_TLS_LEVEL,
          recipient,
          shortfall + ": " + token(outcome) + ", mail.outcomes offset " + record.offset());
    }
  }

  private static String token(OutcomeRecord outcome) {
    String token = outcome.getToken();
    return token.isEmpty()
        ? "no TLS result"
        : "TLS result " + token.substring(0, Math.min(100, token.length()));
  }
}
