package io.postern.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The choice of the outbound connector of an organization that takes a recipient domain, or none.
 *
 * @param condition the parameter by which it was chosen
 * @param own the domain is an accepted domain of the organization itself
 * @param provenServer the mail has been at the own server: centralized transport is behind it
 */
record OutboundChoice(
    OrganizationIndex index,
    String domain,
    boolean own,
    boolean provenServer,
    @Nullable OutboundEntry entry,
    String condition,
    String detail) {
  private static final int FEW = 16;

  static OutboundChoice own(OrganizationIndex index, String domain) {
    List<DomainIndex.Tier<OutboundEntry>> tiers = index.onPremisesByRecipientDomain.find(domain);
    for (DomainIndex.Tier<OutboundEntry> tier : tiers) {
      if (tier.pattern().kind() == DomainPattern.Kind.EXACT) {
        return byDomain(index, domain, true, false, tier);
      }
    }
    if (!index.forAllAcceptedDomains.isEmpty()) {
      return new OutboundChoice(
          index,
          domain,
          true,
          false,
          index.forAllAcceptedDomains.getFirst(),
          "allAcceptedDomains",
          "it takes mail to every accepted domain");
    }
    for (DomainIndex.Tier<OutboundEntry> tier : tiers) {
      if (tier.pattern().kind() == DomainPattern.Kind.WILDCARD) {
        return byDomain(index, domain, true, false, tier);
      }
    }
    return new OutboundChoice(index, domain, true, false, null, "", "");
  }

  static OutboundChoice outside(OrganizationIndex index, String domain, boolean provenServer) {
    if (!index.forAllMessages.isEmpty() && !provenServer) {
      return new OutboundChoice(
          index,
          domain,
          false,
          false,
          index.forAllMessages.getFirst(),
          "routeAllMessagesViaOnPremises",
          "it takes all mail that leaves the organization");
    }
    for (DomainIndex.Tier<OutboundEntry> tier : index.byRecipientDomain.find(domain)) {
      List<OutboundEntry> entries =
          tier.entries().stream().filter(entry -> !(provenServer && central(entry))).toList();
      if (!entries.isEmpty()) {
        return byDomain(
            index, domain, false, provenServer, new DomainIndex.Tier<>(tier.pattern(), entries));
      }
    }
    return new OutboundChoice(index, domain, false, provenServer, null, "", "");
  }

  private static boolean central(OutboundEntry entry) {
    return entry.onPremises() && entry.connector.getRouteAllMessagesViaOnPremises();
  }

  /** The chosen connector and, while they are few, why each of the others was not. */
  void addTo(Trail trail) {
    if (entry != null) {
      trail.matched(entry.subject, condition, detail);
    }
    if (index.outbound.size() > FEW) {
      trail.alsoFailed(index.outbound.size() - (entry == null ? 0 : 1));
      return;
    }
    for (OutboundEntry other : index.outbound) {
      if (other != entry) {
        addOther(trail, other);
      }
    }
  }

  private void addOther(Trail trail, OutboundEntry other) {
    if (!other.chosenByDomain()) {
      String condition = other.conditionAgainst();
      trail.failed(
          other.subject,
          condition,
          switch (condition) {
            case "enabled" -> "the connector is not enabled";
            case "isTransportRuleScoped" -> "only a mail flow rule chooses it";
            default -> "it is in test mode";
          });
    } else if (own && !other.onPremises()) {
      trail.failed(
          other.subject,
          "connectorType",
          "partner connectors take no mail to own accepted domains");
    } else if (provenServer && central(other)) {
      trail.failed(
          other.subject,
          "routeAllMessagesViaOnPremises",
          "the organization's own server sent the mail, by its certificate: it would go in a loop");
    } else if (entry != null && couldTake(other)) {
      trail.failed(other.subject, "precedence", "a more specific connector or an earlier name won");
    } else {
      trail.failed(
          other.subject,
          "recipientDomains",
          other.recipientDomains.isEmpty()
              ? "it names no domain for this mail"
              : "it is for "
                  + UnmatchedConnectors.listed(other.connector.getRecipientDomainsList())
                  + ", not "
                  + domain
                  + (own && takesOutside(other) ? " (\"*\" means the outside)" : ""));
    }
  }

  private boolean couldTake(OutboundEntry other) {
    return own && other.connector.getAllAcceptedDomains()
        || !own && other.connector.getRouteAllMessagesViaOnPremises()
        || other.recipientDomains.stream()
            .anyMatch(
                pattern ->
                    pattern.matches(domain) && !(own && pattern.kind() == DomainPattern.Kind.ANY));
  }

  private static boolean takesOutside(OutboundEntry other) {
    return other.recipientDomains.stream()
        .anyMatch(pattern -> pattern.kind() == DomainPattern.Kind.ANY);
  }

  private static OutboundChoice byDomain(
      OrganizationIndex index,
      String domain,
      boolean own,
      boolean provenServer,
      DomainIndex.Tier<OutboundEntry> tier) {
    String detail =
        switch (tier.pattern().kind()) {
          case EXACT -> "it names exactly " + domain;
          case WILDCARD -> "its " + tier.pattern() + " matches " + domain;
          case ANY -> "it takes every domain that no other connector names";
        };
    return new OutboundChoice(
        index, domain, own, provenServer, tier.entries().getFirst(), "recipientDomains", detail);
  }
}
