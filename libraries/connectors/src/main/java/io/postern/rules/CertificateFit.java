package io.postern.rules;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.InboundConnector;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the names of a client's certificate fit one on-premises connector, before there is a session:
 * the conditions of {@link OriginatingConnector} one by one, by its own functions. A connector of
 * another organization may be named here, so it is for the installation's administrator alone (G8).
 * Immutable, any thread.
 *
 * @param presented the certificate's name that comes furthest; null: none matches
 * @param counted the name that must be an accepted domain or be directly below one; "": none
 *     matches
 * @param acceptedDomain of the connector's organization, by which the connector counts; null: none
 * @param owner the organization that has the nearest accepted domain; "": nobody has one
 * @param associated {@code associatedAcceptedDomains} have that domain, or are empty
 * @param first the connector that takes a client with this certificate; null: none, or {@code tie}
 * @param tie connectors of several organizations fit equally, and none takes it
 */
public record CertificateFit(
    @Nullable String presented,
    String counted,
    @Nullable String acceptedDomain,
    String owner,
    boolean associated,
    @Nullable InboundConnector first,
    boolean tie) {
  private static final CertificateFit NONE =
      new CertificateFit(null, "", null, "", false, null, false);

  /**
   * @param facts of a session over TLS; the address and MAIL FROM mean nothing here
   */
  public static CertificateFit of(
      Directory directory, InboundConnector connector, InboundFacts facts) {
    OriginatingConnector found = OriginatingConnector.find(directory, facts, null);
    InboundConnector first =
        found instanceof OriginatingConnector.Match match ? match.entry().connector : null;
    boolean tie = found instanceof OriginatingConnector.Tie;
    return of(directory, new InboundEntry(connector), facts.certificateNames()).with(first, tie);
  }

  /** Of the conditions of the connector alone: it says nothing of the connectors beside it. */
  static CertificateFit of(Directory directory, InboundEntry entry, List<String> names) {
    CertificateFit best = NONE;
    for (String presented : names) {
      if (CertificateNames.matches(entry.certificateName, presented)) {
        CertificateFit fit = of(directory, entry, presented);
        if (fit.reach() > best.reach()) {
          best = fit;
        }
      }
    }
    return best;
  }

  private static CertificateFit of(Directory directory, InboundEntry entry, String presented) {
    String counted = OriginatingConnector.countedName(entry, presented);
    String domain = OriginatingConnector.acceptedDomainFor(directory, entry, presented);
    String owner =
        directory
            .acceptedDomain(counted)
            .or(() -> directory.acceptedDomain(DomainNames.parent(counted)))
            .map(AcceptedDomain::getOrganization)
            .orElse("");
    boolean associated = domain != null && entry.servesAcceptedDomain(domain);
    return new CertificateFit(presented, counted, domain, owner, associated, null, false);
  }

  private CertificateFit with(@Nullable InboundConnector decided, boolean ambiguous) {
    return new CertificateFit(
        presented, counted, acceptedDomain, owner, associated, decided, ambiguous);
  }

  /** How many conditions are met. */
  private int reach() {
    return presented == null ? 0 : acceptedDomain == null ? 1 : associated ? 3 : 2;
  }

  /** Whether the client counts as a server of this connector's organization by this connector. */
  public boolean attributedTo(InboundConnector connector) {
    return first != null
        && first.getOrganization().equals(connector.getOrganization())
        && first.getName().equals(connector.getName());
  }

  /** Whether a certificate can find the connector at all. */
  public static boolean applies(InboundConnector connector) {
    return connector.getConnectorType() == ConnectorType.ON_PREMISES
        && !connector.getTlsSenderCertificateName().isEmpty();
  }
}
