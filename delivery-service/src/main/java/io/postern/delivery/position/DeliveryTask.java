package io.postern.delivery.position;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;

/**
 * One delivery to do, of a Decision. Immutable.
 *
 * @param requestedMillis when the log had the Decision
 */
public record DeliveryTask(DeliveryRequested request, long requestedMillis) {
  /**
   * The beginning of its outcome: all that the task says itself, so that the scheduler goes on
   * without reading it back. The recipients follow, and with the write id and owner.
   */
  public OutcomeRecorded.Builder outcome() {
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setWriter(OutcomeWriter.WRITER_DELIVERY)
            .setQueueId(request.getQueueId())
            .setDeliveryId(request.getDeliveryId())
            .setAttempt(request.getAttempt())
            .setOrganization(request.getOrganization())
            .setConnector(request.getConnector())
            .setAcceptedOffset(request.getAcceptedOffset())
            .setAcceptedMillis(request.getAcceptedMillis())
            .setExpiresMillis(request.getExpiresMillis())
            .setRoutingVersion(request.getRoutingVersion())
            .setRoute(request.getNextHop().getRoute())
            .setRequirement(request.getRequirement())
            .setNullReversePath(notice())
            .setAtMillis(System.currentTimeMillis());
    outcome.getTimingsBuilder().setRequestedMillis(requestedMillis);
    return outcome;
  }

  /** RFC 5321 §4.5.5: a null reverse-path. */
  public boolean notice() {
    return request.getEnvelope().getReversePath().isEmpty();
  }
}
