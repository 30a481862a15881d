package io.postern.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The choice of the outbound connector of an organization that takes a recipient domain, or none.
 *
 * @param condition the parameter by which it was chosen
 * @param own the domain is an accepted domain of the organization itself
 */
record OutboundChoice(
    OrganizationIndex index,
    String domain,
    boolean own,
    @Nullable OutboundEntry entry,
    String condition,
    String detail) {
  private static final int FEW = 16;

  static OutboundChoice own(OrganizationIndex index, String domain) {
    List<DomainIndex.Tier<OutboundEntry>> tiers = index.onPremisesByRecipientDomain.find(domain);
    for (DomainIndex.Tier<OutboundEntry> tier : tiers) {
      if (tier.pattern().kind() == DomainPattern.Kind.EXACT) {
        return byDomain(index, domain, true, tier);
      }
    }
    if (!index.forAllAcceptedDomains.isEmpty()) {
      return new OutboundChoice(
          index,
          domain,
          true,
          index.forAllAcceptedDomains.getFirst(),
          "allAcceptedDomains",
          "it takes mail to every accepted domain");
    }
    for (DomainIndex.Tier<OutboundEntry> tier : tiers) {
      if (tier.pattern().kind() == DomainPattern.Kind.WILDCARD) {
        return byDomain(index, domain, true, tier);
      }
    }
    return new OutboundChoice(index, domain, true, null, "", "");
  }

  static OutboundChoice outside(OrganizationIndex index, String domain) {
    if (!index.forAllMessages.isEmpty()) {
      return new OutboundChoice(
          index,
          domain,
          false,
          index.forAllMessages.getFirst(),
          "routeAllMessagesViaOnPremises",
          "it takes all mail that leaves the organization");
    }
    List<DomainIndex.Tier<OutboundEntry>> tiers = index.byRecipientDomain.find(domain);
    return tiers.isEmpty()
        ? new OutboundChoice(index, domain, false, null, "", "")
        : byDomain(index, domain, false, tiers.getFirst());
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
      OrganizationIndex index, String domain, boolean own, DomainIndex.Tier<OutboundEntry> tier) {
    String detail =
        switch (tier.pattern().kind()) {
          case EXACT -> "it names exactly " + domain;
          case WILDCARD -> "its " + tier.pattern() + " matches " + domain;
          case ANY -> "it takes every domain that no other connector names";
        };
    return new OutboundChoice(
        index, domain, own, tier.entries().getFirst(), "recipientDomains", detail);
  }
}
