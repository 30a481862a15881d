package io.postern.rules.checks;

import io.postern.contracts.v1.RoutingRule;
import io.postern.contracts.v1.RuleScope;
import io.postern.rules.Directory;
import io.postern.rules.OutboundEntry;
import io.postern.rules.RoutingEntry;
import java.util.List;

/** The checks of a routing rule (docs/design/connectors.md, "Routing rules"). */
public final class RoutingRuleCheck {
  /** Of an organization: each recipient is compared with all of them. */
  private static final int MOST_RULES = 300;

  private static final int MOST_ADDRESSES = 10_000;
  private static final int MOST_WORDS = 100;

  private RoutingRuleCheck() {}

  static void check(RoutingRule rule, Directory after, Findings findings) {
    String organization = rule.getOrganization();
    bounds(after.index(organization).rules, findings);
    header(rule.getHeaderField(), rule.getHeaderWordsList(), "headerField", findings);
    header(
        rule.getExceptHeaderField(),
        rule.getExceptHeaderWordsList(),
        "exceptHeaderField",
        findings);
    findings.addIf(
        rule.getFromScope() != RuleScope.IN_ORGANIZATION
            && !(rule.getHeaderField().isEmpty() && rule.getExceptHeaderField().isEmpty()),
        "fromScope",
        "a header field counts only in mail of the organization's own servers, so the rule would give"
            + " other mail to the service again and again",
        "set fromScope: inOrganization, or remove the header field");
    OutboundEntry connector = after.index(organization).outbound(rule.getOutboundConnector());
    String shown = Findings.quoted(rule.getOutboundConnector());
    if (connector == null) {
      findings.add(
          "outboundConnector",
          "there is no outbound connector " + shown,
          "write the name of one that has isTransportRuleScoped: true");
    } else {
      findings.addIf(
          !connector.connector.getIsTransportRuleScoped(),
          "outboundConnector",
          shown + " takes mail without a rule",
          "set isTransportRuleScoped: true in the connector");
    }
  }

  private static void bounds(List<RoutingEntry> all, Findings findings) {
    findings.addIf(
        all.size() > MOST_RULES,
        "",
        "the organization would have more than " + MOST_RULES + " routing rules",
        "remove one, or merge rules that name the same connector");
    int addresses =
        all.stream()
            .mapToInt(
                entry ->
                    entry.rule.getSendersCount()
                        + entry.rule.getRecipientsCount()
                        + entry.rule.getExceptSendersCount()
                        + entry.rule.getExceptRecipientsCount())
            .sum();
    findings.addIf(
        addresses > MOST_ADDRESSES,
        "",
        "the organization's routing rules would have more than " + MOST_ADDRESSES + " addresses",
        "write domains in place of addresses");
    findings.addIf(
        all.stream()
                .mapToInt(e -> e.rule.getHeaderWordsCount() + e.rule.getExceptHeaderWordsCount())
                .sum()
            > MOST_WORDS,
        "",
        "the organization's routing rules would have more than " + MOST_WORDS + " header words",
        "use one marker for all rules");
  }

  /** The other side: a connector that a rule names. */
  static void connector(OutboundEntry entry, Directory after, Findings findings) {
    after.index(entry.connector.getOrganization()).rules.stream()
        .filter(rule -> rule.rule.getOutboundConnector().equals(entry.name()))
        .filter(rule -> !entry.connector.getIsTransportRuleScoped())
        .findFirst()
        .ifPresent(
            rule ->
                findings.add(
                    "isTransportRuleScoped",
                    "the routing rule \"" + rule.rule.getName() + "\" gives it mail",
                    "set isTransportRuleScoped: true, or change the rule first"));
  }

  private static void header(String name, List<String> words, String field, Findings findings) {
    findings.addIf(
        name.isEmpty() && !words.isEmpty(),
        field,
        "the words are looked for in a field",
        "write the field's name");
  }
}
