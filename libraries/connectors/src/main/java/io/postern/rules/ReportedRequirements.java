package io.postern.rules;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ReportedRequirement;
import io.postern.contracts.v1.RequireTls;
import org.jspecify.annotations.Nullable;

/**
 * The requirement that an outbound connector in report-only mode would set, beside the delivery
 * that counts (docs/guides/forced-tls-with-a-partner.md). It binds nobody (G3). A pure function;
 * any thread. Costs nothing while no connector is in that mode.
 */
public final class ReportedRequirements {
  private ReportedRequirements() {}

  /**
   * Parameters as for {@link OutboundRules#decide}.
   *
   * @return null: no connector in report-only mode would take the mail, or it could not go
   */
  public static @Nullable ReportedRequirement of(
      Directory directory,
      String organization,
      Direction direction,
      String localPart,
      String recipientDomain,
      RequireTls requireTls,
      boolean provenServer) {
    Directory enforced = directory.enforced();
    if (enforced == null) {
      return null;
    }
    OutboundRules rules =
        new OutboundRules(
            enforced, organization, localPart, recipientDomain, requireTls, provenServer);
    if (!(rules.decide(direction) instanceof OutboundDecision.Deliver deliver)
        || !reportsOnly(directory, organization, deliver.connector())) {
      return null;
    }
    return ReportedRequirement.newBuilder()
        .setConnector(deliver.connector())
        .setRequirement(deliver.requirement())
        .setRoute(deliver.nextHop().getRoute())
        .setExplanation(
            Explanation.newBuilder()
                .setOrganization(organization)
                .setSummary(deliver.explanation().getSummary()))
        .build();
  }

  private static boolean reportsOnly(Directory directory, String organization, String connector) {
    return directory.index(organization).outbound.stream()
        .anyMatch(entry -> entry.reportsOnly() && entry.name().equals(connector));
  }
}
