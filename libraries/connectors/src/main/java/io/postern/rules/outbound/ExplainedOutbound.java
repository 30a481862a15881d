package io.postern.rules.outbound;

import io.postern.rules.Condition;
import io.postern.rules.Directory;
import io.postern.rules.ExplainedConnector;
import io.postern.rules.ExplainedConnector.Effect;
import io.postern.rules.OutboundEntry;
import io.postern.rules.OutboundMail;
import io.postern.rules.RoutingEntry;
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
  public static ExplainedOutbound of(Directory directory, OutboundMail mail) {
    OutboundRules rules = new OutboundRules(directory, mail);
    OutboundDecision decision = rules.decide();
    OutboundConditions conditions = rules.conditions();
    OutboundEntry chosen = rules.chosen();
    return new ExplainedOutbound(
        decision,
        directory.index(mail.organization()).outbound.stream()
            .map(entry -> of(entry, conditions, chosen, rules.routedBy()))
            .toList());
  }

  private static ExplainedConnector of(
      OutboundEntry entry,
      OutboundConditions of,
      @Nullable OutboundEntry chosen,
      @Nullable RoutingEntry rule) {
    List<Condition> conditions = new ArrayList<>();
    conditions.add(Condition.enabled(entry.connector.getEnabled()));
    conditions.add(Condition.mode(entry.reportsOnly()));
    if (entry.connector.getIsTransportRuleScoped()) {
      conditions.add(of.ruleScoped(entry == chosen && rule != null ? rule.subject : ""));
    } else {
      conditions.add(of.connectorType(entry));
      conditions.add(of.recipientDomains(entry));
    }
    conditions.add(precedence(entry, chosen, rule, conditions));
    return new ExplainedConnector(
        entry.connector.getOrganization(),
        entry.name(),
        false,
        entry == chosen ? Effect.TAKES : Effect.NONE,
        conditions);
  }

  private static Condition precedence(
      OutboundEntry entry,
      @Nullable OutboundEntry chosen,
      @Nullable RoutingEntry rule,
      List<Condition> conditions) {
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
            rule == null
                ? chosen.name() + " comes first: more specific, or earlier by name"
                : rule.subject + " gives the mail to " + chosen.name());
  }
}
