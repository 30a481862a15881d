package io.postern.rules.inbound;

import io.postern.names.CertificateNames;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the names of a client's certificate fit one on-premises connector, whatever the connectors
 * beside it: the conditions of {@link OriginatingConnector} one by one, by its own functions.
 * Immutable, any thread.
 *
 * @param presented the certificate's name that comes furthest; null: none matches
 * @param counted the name that must be an accepted domain or be below one ({@link
 *     OriginatingConnector#acceptedDomainFor}); "": none matches
 * @param acceptedDomain of the connector's organization, by which the connector counts; null: none
 * @param associated {@code associatedAcceptedDomains} have that domain, or are empty
 */
record CertificateFit(
    @Nullable String presented,
    String counted,
    @Nullable String acceptedDomain,
    boolean associated) {
  private static final CertificateFit NONE = new CertificateFit(null, "", null, false);

  static CertificateFit of(Directory directory, InboundEntry entry, List<String> names) {
    CertificateFit best = NONE;
    for (String presented : names) {
      if (CertificateNames.fits(entry.certificateName, presented)) {
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
    boolean associated = domain != null && entry.servesAcceptedDomain(domain);
    return new CertificateFit(presented, counted, domain, associated);
  }

  /** How many conditions are met. */
  private int reach() {
    return presented == null ? 0 : acceptedDomain == null ? 1 : associated ? 3 : 2;
  }
}
