package io.postern.delivery.position;

import io.postern.contracts.Reasons;
import io.postern.contracts.TlsToken;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import java.util.List;

/** Outcomes that the reader itself writes, and what it adds to those of deliveries. Pure. */
final class Outcomes {
  private Outcomes() {}

  /**
   * Adds what the scheduler needs to go on without reading the delivery back.
   *
   * @param requestedMillis when the log had the request
   */
  static OutcomeRecorded.Builder complete(
      OutcomeRecorded.Builder outcome, DeliveryRequested request, long requestedMillis) {
    outcome
        .setAcceptedOffset(request.getAcceptedOffset())
        .setAcceptedMillis(request.getAcceptedMillis())
        .setExpiresMillis(request.getExpiresMillis())
        .setRoutingVersion(request.getRoutingVersion())
        .setRoute(request.getNextHop().getRoute());
    outcome.getTimingsBuilder().setRequestedMillis(requestedMillis);
    return outcome;
  }

  /** An error of ours: unlike an exception that ends the thread, this keeps the mail in sight. */
  static OutcomeRecorded.Builder failed(DeliveryRequested request, String detail) {
    return ofAll(request, OutcomeKind.DEFERRED, Reasons.INTERNAL_ERROR, detail)
        .setToken(TlsToken.refused(request.getRequirement().getLevel(), Reasons.INTERNAL_ERROR));
  }

  /** Handed over to the scheduler's watch. */
  static OutcomeRecorded.Builder stillOpen(DeliveryRequested request, long openMillis) {
    return ofAll(
        request,
        OutcomeKind.STILL_OPEN,
        "",
        "the session has lasted for " + openMillis / 1_000 + " s and goes on");
  }

  /** It was watched, and closed before its dot: nobody has it. */
  static OutcomeRecorded.Builder unfinished(DeliveryRequested request) {
    return ofAll(
            request,
            OutcomeKind.DEFERRED,
            Reasons.TOO_SLOW,
            "the session was ended before the final dot: it lasted too long, or its owner stopped")
        .setToken(TlsToken.refused(request.getRequirement().getLevel(), Reasons.TOO_SLOW));
  }

  /** All that may be written of a delivery that is not ours any more: what was delivered. */
  static OutcomeRecorded.Builder late(OutcomeRecorded.Builder outcome) {
    List<RecipientOutcome> delivered =
        outcome.getRecipientsList().stream()
            .filter(r -> r.getKind() == OutcomeKind.DELIVERED)
            .toList();
    return outcome.clearRecipients().addAllRecipients(delivered).setLate(true);
  }

  private static OutcomeRecorded.Builder ofAll(
      DeliveryRequested request, OutcomeKind kind, String reason, String detail) {
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setWriter(OutcomeWriter.WRITER_DELIVERY)
            .setQueueId(request.getQueueId())
            .setDeliveryId(request.getDeliveryId())
            .setAttempt(request.getAttempt())
            .setOrganization(request.getOrganization())
            .setConnector(request.getConnector())
            .setRequirement(request.getRequirement())
            .setAtMillis(System.currentTimeMillis());
    for (int recipient : request.getRecipientsList()) {
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
