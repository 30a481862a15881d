package io.postern.rules;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.rules.address.DomainPattern;
import org.jspecify.annotations.Nullable;

/**
 * Whose the domain of MAIL FROM is, to one organization (docs/decisions/0086). Exactly the domain,
 * as of recipients: a subdomain is an accepted domain of its own. Asked at RCPT, for the budget of
 * notifications, and by reports. Pure; any thread.
 */
public enum WhoseSender {
  /** In no accepted domain of this installation, or the null reverse-path. */
  NO_ORGANIZATIONS,
  OWN,
  /** Another organization's, which allows this one to send from it. */
  ALLOWED,
  ANOTHERS;

  /**
   * @param domain of MAIL FROM, A-label; null: the null reverse-path
   */
  public static WhoseSender of(Directory directory, String organization, @Nullable String domain) {
    return of(domain == null ? null : directory.acceptedDomain(domain).orElse(null), organization);
  }

  /**
   * @param accepted the accepted domain that MAIL FROM's is; null: it is none
   */
  public static WhoseSender of(@Nullable AcceptedDomain accepted, String organization) {
    if (accepted == null) {
      return NO_ORGANIZATIONS;
    }
    return accepted.getOrganization().equals(organization)
        ? OWN
        : accepted.getAllowedSenderOrganizationsList().contains(organization) ? ALLOWED : ANOTHERS;
  }

  /**
   * Whether the session proved that the sender is who MAIL FROM says: the organization's own
   * server, for its own domain or one that it may send from; or a client that a connector knows by
   * certificate or address, for a domain that the connector names. A gateway's certificate and
   * address prove the gateway: of what it relays only the own server's mail from the own domain is
   * proved. The connector is today's; a removed one proves nothing.
   *
   * @param group of recipients, as accepted
   * @param domain of MAIL FROM, A-label
   */
  public static boolean isProved(Directory directory, RecipientGroup group, String domain) {
    WhoseSender whose = of(directory, group.getOrganization(), domain);
    boolean originating = group.getDirection() != Direction.INCOMING;
    if (originating && whose == OWN) {
      return true;
    }
    InboundEntry entry = directory.index(group.getOrganization()).inbound(group.getConnector());
    if (entry == null || entry.isGateway()) {
      return false;
    }
    return originating && whose == ALLOWED
        || !(group.getVerdict().isEmpty() && group.getByAddress().isEmpty())
            && (whose == OWN || names(entry, domain));
  }

  private static boolean names(InboundEntry entry, String domain) {
    return entry.senderDomains.stream()
        .anyMatch(pattern -> pattern.kind() != DomainPattern.Kind.ANY && pattern.matches(domain));
  }
}
