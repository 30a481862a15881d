package io.postern.rules.again;

import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ReportedRequirement;
import io.postern.rules.Directory;
import io.postern.rules.OrganizationIndex;
import io.postern.rules.OutboundEntry;
import io.postern.rules.OutboundMail;
import io.postern.rules.RoutingEntry;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import org.jspecify.annotations.Nullable;

/**
 * The requirement that an outbound connector in report-only mode would set, beside the delivery
 * that counts (docs/guides/forced-tls-with-a-partner.md). It binds nobody (G3). A pure function;
 * any thread. Costs nothing while no connector is in that mode.
 */
public final class ReportedRequirements {
  private ReportedRequirements() {}

  /**
   * @return null: no connector or rule in report-only mode would take the mail, or it could not go
   */
  public static @Nullable ReportedRequirement of(Directory directory, OutboundMail mail) {
    Directory enforced = directory.enforced();
    if (enforced == null) {
      return null;
    }
    OutboundRules rules = new OutboundRules(enforced, mail);
    OrganizationIndex index = directory.index(mail.organization());
    if (!(rules.decide() instanceof OutboundDecision.Deliver deliver)
        || !(reportsOnly(index, deliver.connector()) || reportsOnly(index, rules.routedBy()))) {
      return null;
    }
    return ReportedRequirement.newBuilder()
        .setConnector(deliver.connector())
        .setRequirement(deliver.requirement())
        .setRoute(deliver.nextHop().getRoute())
        .setExplanation(
            Explanation.newBuilder()
                .setOrganization(mail.organization())
                .setSummary(deliver.explanation().getSummary()))
        .build();
  }

  private static boolean reportsOnly(OrganizationIndex index, String connector) {
    OutboundEntry entry = index.outbound(connector);
    return entry != null && entry.reportsOnly();
  }

  private static boolean reportsOnly(OrganizationIndex index, @Nullable RoutingEntry rule) {
    return rule != null
        && index.rules.stream()
            .anyMatch(r -> r.reportsOnly() && r.rule.getName().equals(rule.rule.getName()));
  }
}
