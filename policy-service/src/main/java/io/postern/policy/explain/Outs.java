package io.postern.policy.explain;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.fields.TlsDemand;
import io.postern.policy.explain.ExplainAnswer.Out;
import io.postern.rules.outbound.OutboundDecision;

/** Decisions about the way out, made or recorded, in the answer's form. */
final class Outs {
  private Outs() {}

  static Out of(OutboundDecision decision, String organization) {
    return switch (decision) {
      case OutboundDecision.Deliver deliver ->
          new Out(
              "deliver",
              organization,
              deliver.connector(),
              deliver.nextHop().getRoute(),
              TlsDemand.words(deliver.requirement()),
              null,
              deliver.explanation().getSummary(),
              Ins.steps(deliver.explanation()));
      case OutboundDecision.Hold hold ->
          new Out(
              "hold",
              organization,
              null,
              null,
              null,
              hold.reason(),
              hold.explanation().getSummary(),
              Ins.steps(hold.explanation()));
      case OutboundDecision.Fail fail ->
          new Out(
              "fail",
              organization,
              null,
              null,
              null,
              fail.reason(),
              fail.explanation().getSummary(),
              Ins.steps(fail.explanation()));
    };
  }

  static Out of(DeliveryRequested delivery) {
    return new Out(
        "deliver",
        delivery.getOrganization(),
        delivery.getConnector(),
        delivery.getNextHop().getRoute(),
        TlsDemand.words(delivery.getRequirement()),
        null,
        delivery.getExplanation().getSummary(),
        Ins.steps(delivery.getExplanation()));
  }
}
