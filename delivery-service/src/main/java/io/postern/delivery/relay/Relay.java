package io.postern.delivery.relay;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.delivery.attempt.Attempt;
import io.postern.delivery.attempt.Failure;
import io.postern.delivery.attempt.Phase;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.destination.Slot;
import io.postern.delivery.destination.SlotRequest;
import io.postern.delivery.gate.TlsGate.Ruling.Refusal;
import io.postern.delivery.position.Deliverer;
import io.postern.delivery.position.DeliveryTask;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.route.NextHopRules;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The relay: it does a delivery from its slot to its outcome. Any number of threads; each delivery
 * blocks its own. Whatever happens, every recipient is settled, or nothing was sent and the
 * delivery is left to its next owner.
 */
public final class Relay implements Deliverer {
  private static final Logger LOG = Logger.getLogger(Relay.class);

  private final Destinations destinations;
  private final RelayTools tools;

  public Relay(Destinations destinations, RelayTools tools) {
    this.destinations = destinations;
    this.tools = tools;
  }

  @Override
  public OutcomeRecorded.@Nullable Builder deliver(DeliveryTask task, Ownership ownership)
      throws InterruptedException {
    Attempt attempt = new Attempt(task);
    try {
      settle(attempt, ownership);
    } catch (RuntimeException | Error e) {
      if (attempt.untouched()) {
        throw e;
      }
      // Hosts keep the mail that they have taken: "deferred" for all would send it twice.
      LOG.errorf(e, "delivery %s failed", attempt.request().getDeliveryId());
      attempt.deferHere(
          Reasons.INTERNAL_ERROR,
          "an error in the delivery service: " + e.getClass().getSimpleName());
    }
    return attempt.abandoned() ? null : attempt.outcome();
  }

  private void settle(Attempt attempt, Ownership ownership) throws InterruptedException {
    DeliveryRequested request = attempt.request();
    NextHop hop = request.getNextHop();
    Refusal refusal = NextHopRules.refusal(attempt.requirement(), hop);
    if (refusal != null) {
      attempt.deferRest(new Failure(refusal.reason(), refusal.detail()));
      return;
    }
    SlotRequest slots = NextHopRules.slot(hop, request.getOrganization(), request.getConnector());
    attempt.clock().begin(Phase.SLOT);
    Admission admission = destinations.acquire(slots, attempt.task().notice(), ownership);
    attempt.clock().end();
    switch (admission) {
      case Admission.Loss loss -> attempt.giveUp();
      case Admission.HandBack(Duration stayAway, String detail) -> attempt.busy(stayAway, detail);
      case Admission.Grant(Slot slot) -> walk(attempt, ownership, slot);
    }
  }

  private void walk(Attempt attempt, Ownership ownership, Slot slot) throws InterruptedException {
    HostWalk walk = new HostWalk(attempt, ownership, tools);
    Feedback learnt = Feedback.NOTHING;
    String error = "";
    try {
      walk.walk();
      learnt = walk.findings().feedback();
      error = walk.findings().lastError();
    } finally {
      destinations.release(slot, learnt, error, walk.waited());
    }
    if (!attempt.abandoned() && !attempt.done()) {
      attempt.deferRest(new Failure(Reasons.DISCONNECTED, "not decided"));
    }
  }
}
