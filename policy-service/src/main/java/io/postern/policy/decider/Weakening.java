package io.postern.policy.decider;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.rules.Directory;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.RequirementComparison;
import org.jspecify.annotations.Nullable;

/**
 * The check of a later attempt against the requirement of the attempt before (G3). A change of a
 * connector in force is an administrator's word, and applies. A connector that was removed or
 * switched off, or an accepted domain that left, says nothing about mail that waits under its
 * protection: a looser attempt is held until somebody releases it. The same holds for mail to
 * another organization's domain, whose record does not name the connector or route that set its
 * requirement (G8): whether that is still in force is not known.
 */
final class Weakening {
  private Weakening() {}

  /**
   * @return why the recipient must be held, for people; null: it may go
   */
  static @Nullable String of(
      Directory directory,
      String organization,
      String domain,
      AttemptDue due,
      OutboundDecision.Deliver now) {
    if (!due.hasRequirement() || due.getHeldReason().equals(Reasons.CONNECTOR_REMOVED)) {
      return null;
    }
    String set = due.getConnector();
    if (set.isEmpty()
        ? directory.accepts(organization, domain)
        : inForce(directory, organization, set)) {
      return null;
    }
    return RequirementComparison.looserRespect(due.getRequirement(), now.requirement())
        .map(
            respect ->
                (set.isEmpty()
                        ? "The route that set its TLS requirement is gone, or of another organization"
                        : "The connector " + set + " that set its TLS requirement is gone")
                    + ", and today's decision demands less ("
                    + respect
                    + ")")
        .orElse(null);
  }

  private static boolean inForce(Directory directory, String organization, String connector) {
    return directory.outboundConnectors(organization).stream()
        // One that only reports has let go of its mail as one that is off.
        .filter(c -> c.getEnabled() && c.getMode() != ConnectorMode.REPORT_ONLY)
        .filter(c -> !c.getIsTransportRuleScoped() || isNamed(directory, organization, connector))
        .anyMatch(c -> c.getName().equals(connector));
  }

  /** By a routing rule in force: without one the connector takes no mail. */
  private static boolean isNamed(Directory directory, String organization, String connector) {
    return directory.routingRules(organization).stream()
        .filter(rule -> rule.getEnabled() && rule.getMode() != ConnectorMode.REPORT_ONLY)
        .anyMatch(rule -> rule.getOutboundConnector().equals(connector));
  }
}
