package io.postern.delivery.position;

import io.postern.contracts.Reasons;
import io.postern.contracts.TlsToken;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import java.util.List;

/** Outcomes that the reader itself writes. Pure. */
final class Outcomes {
  private Outcomes() {}

  /** An error of ours: unlike an exception that ends the thread, this keeps the mail in sight. */
  static OutcomeRecorded.Builder internalError(DeliveryTask task, String detail) {
    return deferred(task, Reasons.INTERNAL_ERROR, detail);
  }

  /** Two owners were lost while they had it, which may be by its doing; each may have sent it. */
  static OutcomeRecorded.Builder interrupted(DeliveryTask task) {
    OutcomeRecorded.Builder outcome =
        deferred(
            task,
            Reasons.INTERRUPTED,
            "two delivery processes in a row stopped, or lost Kafka, during the delivery; it "
                + "counts as an attempt");
    outcome.getRecipientsBuilderList().forEach(r -> r.setMayHaveBeenTaken(true));
    return outcome;
  }

  /** Handed over to the scheduler's watch. */
  static OutcomeRecorded.Builder stillOpen(DeliveryTask task, long openMillis) {
    return ofAll(
        task,
        OutcomeKind.STILL_OPEN,
        "",
        "the session has lasted for " + openMillis / 1_000 + " s and continues");
  }

  /** The session was watched, and ended before its dot: nobody has the message. */
  static OutcomeRecorded.Builder tooSlow(DeliveryTask task) {
    return deferred(
        task,
        Reasons.TOO_SLOW,
        "the session was ended before the final dot: it took too long, or its owner stopped");
  }

  /** All that may be written of a delivery that is not ours any more: its delivered recipients. */
  static OutcomeRecorded.Builder late(OutcomeRecorded.Builder outcome) {
    List<RecipientOutcome> delivered =
        outcome.getRecipientsList().stream()
            .filter(r -> r.getKind() == OutcomeKind.DELIVERED)
            .toList();
    return outcome.clearRecipients().addAllRecipients(delivered).setLate(true);
  }

  private static OutcomeRecorded.Builder deferred(DeliveryTask task, String reason, String detail) {
    return ofAll(task, OutcomeKind.DEFERRED, reason, detail)
        .setToken(TlsToken.refused(task.request().getRequirement().getLevel(), reason));
  }

  private static OutcomeRecorded.Builder ofAll(
      DeliveryTask task, OutcomeKind kind, String reason, String detail) {
    OutcomeRecorded.Builder outcome = task.outcome();
    for (int recipient : task.request().getRecipientsList()) {
      outcome.addRecipients(
          RecipientOutcome.newBuilder()
              .setRecipient(recipient)
              .setKind(kind)
              .setReason(reason)
              .setDetail(detail));
    }
    return outcome;
  }
}
