package io.postern.rules;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.RequireTls;
import io.postern.rules.ExplainedConnector.Effect;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision about one recipient's next hop and TLS with the outbound connectors of the mail's
 * organization, each with all of its conditions (docs/decisions/0059). {@link OutboundRules}
 * decides. A pure function; any thread.
 *
 * @param decision as of {@link OutboundRules#decide}
 */
public record ExplainedOutbound(OutboundDecision decision, List<ExplainedConnector> connectors) {
  /** Parameters as for {@link OutboundRules#decide}. */
  public static ExplainedOutbound of(
      Directory directory,
      String organization,
      Direction direction,
      String localPart,
      String recipientDomain,
      RequireTls requireTls,
      boolean provenServer) {
    OutboundRules rules =
        new OutboundRules(
            directory, organization, localPart, recipientDomain, requireTls, provenServer);
    OutboundDecision decision = rules.decide(direction);
    OutboundConditions conditions = rules.conditions();
    OutboundEntry chosen = rules.chosen();
    return new ExplainedOutbound(
        decision,
        directory.index(organization).outbound.stream()
            .map(entry -> of(entry, conditions, chosen))
            .toList());
  }

  private static ExplainedConnector of(
      OutboundEntry entry, OutboundConditions of, @Nullable OutboundEntry chosen) {
    List<Condition> conditions = new ArrayList<>();
    conditions.add(of.enabled(entry));
    conditions.add(InboundConditions.mode(entry.reportsOnly()));
    conditions.add(of.connectorType(entry));
    conditions.add(of.recipientDomains(entry));
    conditions.add(precedence(entry, chosen, conditions));
    return new ExplainedConnector(
        entry.connector.getOrganization(),
        entry.name(),
        false,
        entry == chosen ? Effect.TAKES : Effect.NONE,
        conditions);
  }

  private static Condition precedence(
      OutboundEntry entry, @Nullable OutboundEntry chosen, List<Condition> conditions) {
    if (entry == chosen) {
      return Condition.of("precedence", "first", "first", true, "no connector is before it");
    }
    if (conditions.stream().anyMatch(Condition::notMet)) {
      return Condition.notNeeded("precedence", "", "an earlier condition is not met");
    }
    return chosen == null
        ? Condition.of(
            "precedence", "first", "no connector", false, "no connector is evaluated for this mail")
        : Condition.of(
            "precedence",
            "first",
            chosen.name(),
            false,
            chosen.name() + " comes first: more specific, or earlier by name");
  }
}
