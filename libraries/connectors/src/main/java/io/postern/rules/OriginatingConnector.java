package io.postern.rules;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.names.DomainNames;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The on-premises connector that proves the client to be an organization's own server: by the
 * certificate's names over all organizations, else by address with the MAIL FROM domain
 * (docs/design/connectors.md, "Attribution"). A connector of one organization never reaches into
 * another, since always an accepted domain of the connector's organization must agree, and a domain
 * belongs to one organization.
 */
sealed interface OriginatingConnector {
  /** Of connectors that match equally well: blocking one lets nobody in by another. */
  Comparator<InboundEntry> BLOCKED_THEN_NAME =
      Comparator.comparing((InboundEntry entry) -> !entry.connector.getBlocked())
          .thenComparing(InboundEntry::name);

  /**
   * @param presented the certificate name that matched; null: found by address
   * @param acceptedDomain the domain that made the connector count
   */
  record Match(InboundEntry entry, @Nullable String presented, String acceptedDomain)
      implements OriginatingConnector {}

  /** The certificate fits several organizations equally: none is guessed, no address is asked. */
  record Tie() implements OriginatingConnector {}

  record NoMatch() implements OriginatingConnector {}

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
          best = new Match(entry, presented, domain);
          bestRank = rank;
          tie = false;
        } else if (rank == bestRank) {
          tie |= !entry.organization().equals(best.entry().organization());
          if (BLOCKED_THEN_NAME.compare(entry, best.entry()) < 0) {
            best = new Match(entry, presented, domain);
          }
        }
      }
    }
    return tie ? new Tie() : best == null ? new NoMatch() : best;
  }

  /**
   * The accepted domain of the connector's organization that makes the certificate name count: the
   * name itself or its immediate parent, nothing further up. For a wildcard connector the presented
   * name counts, so that {@code *.contoso.com} takes in no host of a subdomain that another
   * organization owns.
   */
  static @Nullable String acceptedDomainFor(
      Directory directory, InboundEntry entry, String presented) {
    String name = countedName(entry, presented);
    for (String domain : List.of(name, DomainNames.parent(name))) {
      Optional<AcceptedDomain> accepted = directory.acceptedDomain(domain);
      if (accepted.isPresent()) {
        // The nearest one decides: a name under another organization's domain is not ours.
        return accepted.get().getOrganization().equals(entry.organization()) ? domain : null;
      }
    }
    return null;
  }

  static String countedName(InboundEntry entry, String presented) {
    return entry.certificateName.startsWith("*.") ? presented : entry.certificateName;
  }

  /** Most exact first: the connector's name before a wildcard, then the accepted domain's depth. */
  private static int rank(InboundEntry entry, String presented, String acceptedDomain) {
    boolean wildcard = entry.certificateName.startsWith("*.");
    boolean parent = !countedName(entry, presented).equals(acceptedDomain);
    return (wildcard ? 2 : 0) + (parent ? 1 : 0);
  }

  private static OriginatingConnector byAddress(
      Directory directory, InboundFacts facts, @Nullable IpAddress client) {
    String sender = facts.mailFromDomain();
    if (sender == null || client == null) {
      return new NoMatch();
    }
    Optional<AcceptedDomain> accepted = directory.acceptedDomain(sender);
    if (accepted.isPresent()) {
      OrganizationIndex index = directory.index(accepted.get().getOrganization());
      for (InboundEntry entry : index.onPremisesByAddress.find(client)) {
        if (entry.servesAcceptedDomain(sender)) {
          return new Match(entry, null, sender);
        }
      }
    }
    return new NoMatch();
  }
}
