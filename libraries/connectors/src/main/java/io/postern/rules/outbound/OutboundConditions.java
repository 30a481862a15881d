package io.postern.rules.outbound;

import io.postern.rules.Condition;
import io.postern.rules.OrganizationIndex;
import io.postern.rules.OutboundEntry;
import io.postern.rules.address.DomainPattern;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of outbound connectors for one recipient domain, each written once: {@link
 * OutboundChoice} tells by them why a connector does not take a mail, {@link ExplainedOutbound}
 * shows them all (docs/decisions/0059). The look-ups of {@link OrganizationIndex} find what they
 * hold for. Pure; any thread.
 *
 * @param domain A-label
 * @param own it is an accepted domain of the organization itself
 * @param provenServer the mail has been at the own server
 */
record OutboundConditions(String domain, boolean own, boolean provenServer) {
  /** What the own server brought by its certificate has been there. */
  boolean goesInALoop(OutboundEntry entry) {
    return provenServer && entry.central();
  }

  /** The connector is for mail to the domain. */
  boolean isForDomain(OutboundEntry entry) {
    return own && entry.connector.getAllAcceptedDomains()
        || !own && entry.central()
        || entry.recipientDomains.stream()
            .anyMatch(
                pattern ->
                    pattern.matches(domain) && !(own && pattern.kind() == DomainPattern.Kind.ANY));
  }

  /** The first condition on which the connector takes no mail to the domain; null: it would. */
  @Nullable Condition outOfScope(OutboundEntry entry) {
    if (!entry.inForce()) {
      return entry.reportsOnly() ? Condition.mode(true) : Condition.enabled(false);
    }
    if (entry.connector.getIsTransportRuleScoped()) {
      return ruleScoped("");
    }
    return own && !entry.onPremises()
        ? connectorType(entry)
        : goesInALoop(entry) || !isForDomain(entry) ? recipientDomains(entry) : null;
  }

  /**
   * @param rule that gives it the mail; empty: none
   */
  Condition ruleScoped(String rule) {
    return Condition.of(
        "isTransportRuleScoped",
        "a routing rule that gives it the mail",
        rule.isEmpty() ? "none" : rule,
        !rule.isEmpty(),
        rule.isEmpty() ? "no routing rule gives it the mail" : rule + " gives it the mail");
  }

  Condition connectorType(OutboundEntry entry) {
    String type = entry.onPremises() ? "onPremises" : "partner";
    return own
        ? Condition.of(
            "connectorType",
            "onPremises",
            type,
            entry.onPremises(),
            entry.onPremises()
                ? "on-premises connectors apply to mail to own accepted domains"
                : "partner connectors do not apply to mail to own accepted domains")
        : Condition.notNeeded(
            "connectorType", type, "either type applies to mail to other domains");
  }

  /** By whichever parameter the connector takes the domain, or takes it not. */
  Condition recipientDomains(OutboundEntry entry) {
    if (goesInALoop(entry)) {
      return Condition.of(
          "routeAllMessagesViaOnPremises",
          "mail that has not passed the organization's own server",
          "from the organization's own server",
          false,
          "the organization's own server sent the mail, according to its certificate: the mail "
              + "would loop");
    }
    if (!own && entry.central()) {
      return Condition.of(
          "routeAllMessagesViaOnPremises",
          "true",
          domain,
          true,
          "it matches all mail that leaves the organization");
    }
    boolean met = isForDomain(entry);
    if (own && entry.connector.getAllAcceptedDomains()) {
      return Condition.of(
          "allAcceptedDomains", "true", domain, met, "it matches mail to every accepted domain");
    }
    String expected = Condition.listed(entry.connector.getRecipientDomainsList());
    return Condition.of(
        "recipientDomains",
        expected,
        domain,
        met,
        met
            ? "it is for " + domain
            : entry.recipientDomains.isEmpty()
                ? "it names no domain for this mail"
                : "it is for "
                    + expected
                    + ", not "
                    + domain
                    + (own && takesOutside(entry) ? " (\"*\" means the outside)" : ""));
  }

  private static boolean takesOutside(OutboundEntry entry) {
    return entry.recipientDomains.stream()
        .anyMatch(pattern -> pattern.kind() == DomainPattern.Kind.ANY);
  }
}
