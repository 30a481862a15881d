package io.postern.rules.outbound;

import io.postern.rules.Condition;
import io.postern.rules.OrganizationIndex;
import io.postern.rules.OutboundEntry;
import io.postern.rules.Trail;
import io.postern.rules.address.DomainIndex;
import io.postern.rules.address.DomainPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The choice of the outbound connector of an organization that takes a recipient domain, or none.
 *
 * @param condition the parameter by which it was chosen
 */
public record OutboundChoice(
    OrganizationIndex index,
    OutboundConditions conditions,
    @Nullable OutboundEntry entry,
    String condition,
    String detail) {
  private static final int FEW = 16;

  /**
   * The domain is an accepted domain of the organization itself. The most specific connector takes
   * it, and one for all accepted domains what no connector names: Exchange's worked example,
   * against the order of the list on the same page (docs/design/connectors.md).
   */
  public static OutboundChoice own(OrganizationIndex index, String domain) {
    OutboundConditions conditions = new OutboundConditions(domain, true, false);
    List<DomainIndex.Tier<OutboundEntry>> tiers = index.onPremisesByRecipientDomain.find(domain);
    for (DomainIndex.Tier<OutboundEntry> tier : tiers) {
      if (tier.pattern().kind() != DomainPattern.Kind.ANY) {
        return byDomain(index, conditions, tier);
      }
    }
    if (!index.forAllAcceptedDomains.isEmpty()) {
      return new OutboundChoice(
          index,
          conditions,
          index.forAllAcceptedDomains.getFirst(),
          "allAcceptedDomains",
          "it matches mail to every accepted domain that no on-premises connector names");
    }
    return new OutboundChoice(index, conditions, null, "", "");
  }

  /**
   * @param provenServer the mail has been at the own server: centralized transport is behind it
   */
  static OutboundChoice outside(OrganizationIndex index, String domain, boolean provenServer) {
    OutboundConditions conditions = new OutboundConditions(domain, false, provenServer);
    if (!index.forAllMessages.isEmpty() && !provenServer) {
      return new OutboundChoice(
          index,
          conditions,
          index.forAllMessages.getFirst(),
          "routeAllMessagesViaOnPremises",
          "it matches all mail that leaves the organization");
    }
    for (DomainIndex.Tier<OutboundEntry> tier : index.byRecipientDomain.find(domain)) {
      List<OutboundEntry> entries =
          tier.entries().stream().filter(entry -> !conditions.goesInALoop(entry)).toList();
      if (!entries.isEmpty()) {
        return byDomain(index, conditions, new DomainIndex.Tier<>(tier.pattern(), entries));
      }
    }
    return new OutboundChoice(index, conditions, null, "", "");
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
    Condition unmet = conditions.outOfScope(other);
    if (unmet == null) {
      trail.failed(
          other.subject,
          "precedence",
          "a more specific connector, or one with an earlier " + "name, applies");
    } else {
      trail.failed(other.subject, unmet);
    }
  }

  private static OutboundChoice byDomain(
      OrganizationIndex index,
      OutboundConditions conditions,
      DomainIndex.Tier<OutboundEntry> tier) {
    String detail =
        switch (tier.pattern().kind()) {
          case EXACT -> "it names exactly " + conditions.domain();
          case WILDCARD -> "its " + tier.pattern() + " matches " + conditions.domain();
          case ANY -> "it matches every domain that no other connector names";
        };
    return new OutboundChoice(
        index, conditions, tier.entries().getFirst(), "recipientDomains", detail);
  }
}
