package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.destination.Lane;
import io.postern.delivery.destination.Slot;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.position.Deliverer;
import io.postern.delivery.position.DeliveryTask;
import io.postern.delivery.position.Ownership;
import java.net.InetAddress;
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
    Attempt attempt = new Attempt(task, complete(task.request()));
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
    TlsGate.Ruling.Refusal unsupported = TlsGate.unsupported(attempt.requirement());
    if (unsupported != null) {
      attempt.deferRest(new Failure(unsupported.reason(), unsupported.detail()));
      return;
    }
    Failure undialled = undialled(attempt.request().getNextHop());
    if (undialled != null) {
      attempt.deferRest(undialled);
      return;
    }
    attempt.clock().begin(Phase.SLOT);
    Admission admission =
        destinations.acquire(lane(attempt.request()), attempt.task().notice(), ownership);
    attempt.clock().end();
    switch (admission) {
      case Admission.Loss loss -> attempt.giveUp();
      case Admission.HandBack(Duration stayAway, String detail) -> attempt.busy(stayAway, detail);
      case Admission.Grant(Slot slot) -> walk(attempt, ownership, slot);
    }
  }

  /** A next hop that is not dialled: a field that is not known may say from where, or as whom. */
  static @Nullable Failure undialled(NextHop hop) {
    if (!hop.getUnknownFields().isEmpty()
        || hop.getSmartHostsList().stream().anyMatch(h -> !h.getUnknownFields().isEmpty())) {
      return new Failure(
          Reasons.UNDECIDABLE,
          "the next hop has a field of a newer version of Postern, which this one cannot follow:"
              + " update delivery-service");
    }
    if (!hop.getCredentials().isEmpty() && hop.getSmartHostsCount() == 0) {
      return new Failure(
          Reasons.UNDECIDABLE,
          "the next hop has credentials, which are sent only to smart hosts: use smartHosts, or "
              + "remove the credentials from the connector");
    }
    for (String source : hop.getSourceAddressesList()) {
      try {
        InetAddress.ofLiteral(source);
      } catch (IllegalArgumentException e) {
        return new Failure(
            Reasons.UNDECIDABLE,
            "\"" + source + "\" is not a source address: correct the connector's sourceAddresses");
      }
    }
    return null;
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

  /**
   * Domain validation without a domain to look for means the recipients' domain where the MX chose
   * the host (docs/design/connectors.md, "TLS levels"). Filled in here, so that it is part of the
   * {@link SessionKey}.
   */
  static TlsRequirement complete(DeliveryRequested request) {
    return complete(request.getRequirement(), request.getNextHop());
  }

  static TlsRequirement complete(TlsRequirement requirement, NextHop hop) {
    if (requirement.getLevel() == TlsLevel.DOMAIN_VALIDATION
        && requirement.getTlsDomain().isEmpty()
        && !hop.getMxDomain().isEmpty()) {
      return requirement.toBuilder().setTlsDomain(hop.getMxDomain()).build();
    }
    return requirement;
  }

  private static Lane lane(DeliveryRequested request) {
    return lane(request.getNextHop(), request.getOrganization(), request.getConnector());
  }

  static Lane lane(NextHop hop, String organization, String connector) {
    return Lane.of(
        route(hop),
        organization,
        connector,
        new Lane.Limits(hop.getMaxConnections(), hop.getMaxMessagesPerMinute()));
  }

  private static String route(NextHop hop) {
    if (!hop.getRoute().isEmpty()) {
      return hop.getRoute();
    }
    return hop.getSmartHostsCount() > 0 ? hop.getSmartHosts(0).getHost() : hop.getMxDomain();
  }
}
