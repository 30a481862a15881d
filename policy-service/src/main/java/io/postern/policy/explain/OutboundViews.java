package io.postern.policy.explain;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.fields.TlsDemand;
import io.postern.policy.explain.ExplainAnswer.Out;
import io.postern.rules.outbound.OutboundDecision;

/** Decisions about the way out, made or recorded, in the answer's form. */
final class OutboundViews {
  private OutboundViews() {}

  static Out of(OutboundDecision decision, String organization) {
    return switch (decision) {
      case OutboundDecision.Deliver deliver ->
          deliver(
              organization,
              deliver.connector(),
              deliver.nextHop().getRoute(),
              deliver.requirement(),
              deliver.explanation());
      case OutboundDecision.Hold hold -> stopped("hold", organization, hold);
      case OutboundDecision.Fail fail -> stopped("fail", organization, fail);
    };
  }

  static Out of(DeliveryRequested delivery) {
    return deliver(
        delivery.getOrganization(),
        delivery.getConnector(),
        delivery.getNextHop().getRoute(),
        delivery.getRequirement(),
        delivery.getExplanation());
  }

  private static Out deliver(
      String organization,
      String connector,
      String route,
      TlsRequirement requirement,
      Explanation explanation) {
    return new Out(
        "deliver",
        organization,
        connector,
        route,
        TlsDemand.words(requirement),
        null,
        explanation.getSummary(),
        InboundViews.steps(explanation));
  }

  private static Out stopped(String result, String organization, OutboundDecision decision) {
    return new Out(
        result,
        organization,
        null,
        null,
        null,
        decision.reason(),
        decision.explanation().getSummary(),
        InboundViews.steps(decision.explanation()));
  }
}
