package io.postern.rules.inbound;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.address.IpAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The on-premises connector that makes a message its organization's own (docs/design/connectors.md,
 * "Attribution"): Exchange's right to relay is (the certificate's domain or MAIL FROM's domain is
 * an accepted domain) and (the certificate or the address is an on-premises connector's). A
 * connector of one organization never reaches into another, since always an accepted domain of the
 * connector's organization must agree, and a domain belongs to one organization.
 */
public sealed interface OriginatingConnector {
  /** Of connectors that match equally well: blocking one lets nobody in by another. */
  Comparator<InboundEntry> BLOCKED_THEN_NAME =
      Comparator.comparing((InboundEntry entry) -> !entry.connector.getBlocked())
          .thenComparing(InboundEntry::name);

  /** What the connector knows the client by, and whose domain makes it count. */
  enum Pair {
    CERTIFICATE,
    ADDRESS_AND_SENDER,
    /**
     * Only to relay, and never internal: other customers of the certificate's owner have it too.
     */
    CERTIFICATE_AND_SENDER,
    /** The same: the address is the connector's, and the certificate is not. */
    ADDRESS_AND_CERTIFICATE;

    boolean mixed() {
      return this == CERTIFICATE_AND_SENDER || this == ADDRESS_AND_CERTIFICATE;
    }

    boolean byAddress() {
      return this == ADDRESS_AND_SENDER || this == ADDRESS_AND_CERTIFICATE;
    }
  }

  /**
   * @param presented the certificate name that counts; null: none is needed
   * @param acceptedDomain the domain that made the connector count
   */
  record Match(InboundEntry entry, Pair pair, @Nullable String presented, String acceptedDomain)
      implements OriginatingConnector {}

  /** The certificate fits several organizations equally: none is guessed, no address is asked. */
  record Tie() implements OriginatingConnector {}

  record NoMatch() implements OriginatingConnector {}

  /** By what gives every right: the certificate, else the address with MAIL FROM's domain. */
  static OriginatingConnector find(
      Directory directory, InboundFacts facts, @Nullable IpAddress client) {
    OriginatingConnector byCertificate = byCertificate(directory, facts.certificateNames());
    return byCertificate instanceof NoMatch ? byAddress(directory, facts, client) : byCertificate;
  }

  private static OriginatingConnector byCertificate(Directory directory, List<String> names) {
    Match best = null;
    int bestRank = Integer.MAX_VALUE;
    boolean tie = false;
    for (String presented : names) {
      for (InboundEntry entry : directory.certificateNames().find(presented)) {
        String domain = acceptedDomainFor(directory, entry, presented);
        if (domain == null || !entry.servesAcceptedDomain(domain)) {
          continue;
        }
        int rank = rank(entry, presented, domain);
        if (best == null || rank < bestRank) {
          best = new Match(entry, Pair.CERTIFICATE, presented, domain);
          bestRank = rank;
          tie = false;
        } else if (rank == bestRank) {
          tie |= !entry.organization().equals(best.entry().organization());
          if (BLOCKED_THEN_NAME.compare(entry, best.entry()) < 0) {
            best = new Match(entry, Pair.CERTIFICATE, presented, domain);
          }
        }
      }
    }
    return tie ? new Tie() : best == null ? new NoMatch() : best;
  }

  /**
   * The accepted domain of the connector's organization that makes the certificate's name count:
   * the name itself or its immediate parent; of a connector {@code *.x} the presented name counts,
   * and so does x, or an accepted domain between the two. The nearest accepted domain decides: a
   * name in another organization's domain is not ours. An accepted domain elsewhere below x makes
   * no name count: the rest of x may be a service's, which other organizations use as well.
   */
  static @Nullable String acceptedDomainFor(
      Directory directory, InboundEntry entry, String presented) {
    String name = countedName(entry, presented);
    String base = entry.isWildcard() ? entry.certificateName.substring(2) : "";
    int above = 0;
    for (String domain = name; !domain.isEmpty(); domain = DomainNames.parent(domain)) {
      Optional<AcceptedDomain> accepted = directory.acceptedDomain(domain);
      if (accepted.isPresent()) {
        if (!accepted.get().getOrganization().equals(entry.organization())) {
          return null;
        }
        if (above <= 1 || isOrIsBelow(domain, base)) {
          return domain;
        }
      }
      above++;
    }
    return null;
  }

  /**
   * Whether some certificate of the connector's name counts; else it only relays for MAIL FROM
   * addresses of the organization ({@link Pair#CERTIFICATE_AND_SENDER}).
   */
  static boolean canCount(Directory directory, InboundEntry entry) {
    String base = entry.isWildcard() ? entry.certificateName.substring(2) : "";
    return acceptedDomainFor(directory, entry, entry.certificateName) != null
        || !base.isEmpty()
            && (acceptedDomainFor(directory, entry, base) != null
                || directory.acceptedDomains(entry.organization()).stream()
                    .anyMatch(domain -> isOrIsBelow(domain.getDomain(), base)));
  }

  private static boolean isOrIsBelow(String domain, String base) {
    return !base.isEmpty() && (domain.equals(base) || domain.endsWith("." + base));
  }

  static String countedName(InboundEntry entry, String presented) {
    return entry.isWildcard() ? presented : entry.certificateName;
  }

  /**
   * Most exact first: the connector's name before a wildcard, the longer wildcard, then how far the
   * accepted domain is from the name.
   */
  private static int rank(InboundEntry entry, String presented, String acceptedDomain) {
    String counted = countedName(entry, presented);
    int distance =
        counted.equals(acceptedDomain)
            ? 0
            : DomainNames.parent(counted).equals(acceptedDomain) ? 1 : 2;
    int name = entry.isWildcard() ? DomainNames.MAX_LENGTH + 2 - entry.certificateName.length() : 0;
    return 3 * name + distance;
  }

  /** The connector of MAIL FROM's organization at whose address the client is. */
  static OriginatingConnector byAddress(
      Directory directory, InboundFacts facts, @Nullable IpAddress client) {
    String sender = facts.mailFromDomain();
    if (sender == null || client == null) {
      return new NoMatch();
    }
    Optional<AcceptedDomain> accepted = directory.acceptedDomain(sender);
    if (accepted.isPresent()) {
      InboundEntry entry =
          atAddress(directory, client, accepted.get().getOrganization(), sender, true);
      if (entry != null) {
        return new Match(entry, Pair.ADDRESS_AND_SENDER, null, sender);
      }
    }
    return new NoMatch();
  }

  /**
   * The two other pairs, which only relay: asked for a recipient in no accepted domain, after
   * {@link #find} found none. A certificate is then never one of another organization's domain.
   */
  static OriginatingConnector findMixed(
      Directory directory, InboundFacts facts, @Nullable IpAddress client) {
    OriginatingConnector bySender = certificateWithSender(directory, facts);
    return bySender instanceof NoMatch
        ? addressWithCertificate(directory, facts.certificateNames(), client)
        : bySender;
  }

  private static OriginatingConnector certificateWithSender(
      Directory directory, InboundFacts facts) {
    String sender = facts.mailFromDomain();
    if (sender == null || !directory.acceptedDomain(sender).isPresent()) {
      return new NoMatch();
    }
    Match best = null;
    for (String presented : facts.certificateNames()) {
      for (InboundEntry entry : directory.certificateNames().find(presented)) {
        if (directory.accepts(entry.organization(), sender)
            && entry.servesAcceptedDomain(sender)
            && isOfNobodyElse(directory, entry.organization(), presented)
            && (best == null || BLOCKED_THEN_NAME.compare(entry, best.entry()) < 0)) {
          best = new Match(entry, Pair.CERTIFICATE_AND_SENDER, presented, sender);
        }
      }
    }
    return best == null ? new NoMatch() : best;
  }

  /** No other organization accepts mail for the name's domain or one above it. */
  static boolean isOfNobodyElse(Directory directory, String organization, String presented) {
    for (String domain = presented; !domain.isEmpty(); domain = DomainNames.parent(domain)) {
      Optional<AcceptedDomain> accepted = directory.acceptedDomain(domain);
      if (accepted.isPresent()) {
        return accepted.get().getOrganization().equals(organization);
      }
    }
    return true;
  }

  private static OriginatingConnector addressWithCertificate(
      Directory directory, List<String> names, @Nullable IpAddress client) {
    if (client == null) {
      return new NoMatch();
    }
    Match best = null;
    for (String presented : names) {
      for (String domain : List.of(presented, DomainNames.parent(presented))) {
        Optional<AcceptedDomain> accepted = directory.acceptedDomain(domain);
        if (accepted.isEmpty()) {
          continue;
        }
        InboundEntry entry =
            atAddress(directory, client, accepted.get().getOrganization(), domain, true);
        if (entry != null
            && best != null
            && !entry.organization().equals(best.entry().organization())) {
          return new Tie();
        }
        if (entry != null && best == null) {
          best = new Match(entry, Pair.ADDRESS_AND_CERTIFICATE, presented, domain);
        }
        break; // the nearest accepted domain decides
      }
    }
    return best == null ? new NoMatch() : best;
  }

  /**
   * The connector at whose address the client is, for a recipient of its organization and any MAIL
   * FROM: Exchange's third key. Not a gateway's, whose mail is judged by its source. Null: none.
   */
  static @Nullable InboundEntry forRecipient(
      Directory directory, @Nullable IpAddress client, String organization, String recipient) {
    return client == null ? null : atAddress(directory, client, organization, recipient, false);
  }

  private static @Nullable InboundEntry atAddress(
      Directory directory,
      IpAddress client,
      String organization,
      String acceptedDomain,
      boolean gateways) {
    for (InboundEntry entry : directory.index(organization).onPremisesByAddress.find(client)) {
      if (entry.servesAcceptedDomain(acceptedDomain) && (gateways || !entry.isGateway())) {
        return entry;
      }
    }
    return null;
  }
}
