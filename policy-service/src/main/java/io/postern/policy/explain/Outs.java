package io.postern.policy.explain;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.policy.explain.ExplainAnswer.Out;
import io.postern.rules.OutboundDecision;

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
              words(deliver.requirement()),
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
        words(delivery.getRequirement()),
        null,
        delivery.getExplanation().getSummary(),
        Ins.steps(delivery.getExplanation()));
  }

  /** All that it demands, so that two that differ have different words. */
  static String words(TlsRequirement requirement) {
    StringBuilder words = new StringBuilder(Spelling.of(requirement.getLevel()));
    if (!requirement.getTlsDomain().isEmpty()) {
      words.append(" of ").append(requirement.getTlsDomain());
    }
    if (!requirement.getAnchors().getId().isEmpty()) {
      words.append(", anchors ").append(requirement.getAnchors().getId());
    }
    if (requirement.getRevocation() != RevocationMode.REVOCATION_OFF) {
      words.append(", ").append(Spelling.hyphens(requirement.getRevocation()));
    }
    words.append(", ").append(Spelling.of(requirement.getMinimumVersion()));
    if (requirement.getForwardSecrecy()) {
      words.append(", forward secrecy");
    }
    if (requirement.getPostQuantum()) {
      words.append(", hybrid key exchange");
    }
    words.append(", ").append(Spelling.hyphens(requirement.getDane()));
    words.append(", ").append(Spelling.hyphens(requirement.getMtaSts()));
    if (!requirement.getClientCertificate().isEmpty()) {
      words.append(", shows ").append(requirement.getClientCertificate());
    }
    if (requirement.getRequireTls() != RequireTls.REQUIRE_TLS_UNSPECIFIED) {
      words.append(", ").append(Spelling.hyphens(requirement.getRequireTls()));
    }
    return words.toString();
  }
}
