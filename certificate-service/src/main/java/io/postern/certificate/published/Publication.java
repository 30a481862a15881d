package io.postern.certificate.published;

import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.CertificateRole;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a certificate of ours is shown. */
final class Publication {
  /** Below this path the chain is downloaded. */
  static final String PATH = "/certificates/";

  private static final Base64.Encoder MIME = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Publication() {}

  static PublishedCertificate current(OwnTlsHistory.Key key, OwnChain chain, long since) {
    return of(PublishedCertificate.State.CURRENT, key, chain, at(since), null);
  }

  /**
   * @param planned 0: not said
   */
  static PublishedCertificate coming(OwnTlsHistory.Key key, OwnChain chain, long planned) {
    return of(PublishedCertificate.State.COMING, key, chain, at(planned), null);
  }

  static PublishedCertificate deprecated(
      OwnTlsHistory.Key key, OwnChain chain, long since, long until) {
    return of(PublishedCertificate.State.DEPRECATED, key, chain, at(since), at(until));
  }

  private static PublishedCertificate of(
      PublishedCertificate.State state,
      OwnTlsHistory.Key key,
      OwnChain chain,
      @Nullable Instant since,
      @Nullable Instant until) {
    CertificateFacts leaf = chain.facts().getFirst();
    return new PublishedCertificate(
        state,
        key.role() == CertificateRole.ROLE_SERVER ? "server" : "client",
        key.name(),
        chain.facts().getLast().issuer(),
        leaf,
        since,
        until,
        chain.facts().subList(1, chain.facts().size()),
        PATH + leaf.sha256() + ".pem",
        chain.certificates());
  }

  private static @Nullable Instant at(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis);
  }

  /** Servers first; current, coming, deprecated; of those the newest first. */
  static List<PublishedCertificate> sorted(Collection<PublishedCertificate> all) {
    return all.stream()
        .sorted(
            Comparator.comparing(PublishedCertificate::use)
                .reversed()
                .thenComparing(PublishedCertificate::connectorName)
                .thenComparing(PublishedCertificate::state)
                .thenComparing(
                    published -> published.certificate().validTo(), Comparator.reverseOrder())
                .thenComparing(published -> published.certificate().sha256()))
        .toList();
  }

  /** RFC 7468 §5. */
  static String pem(List<ParsedCertificate> chain) {
    StringBuilder pem = new StringBuilder();
    for (ParsedCertificate certificate : chain) {
      pem.append("-----BEGIN CERTIFICATE-----\n")
          .append(MIME.encodeToString(certificate.der()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return pem.toString();
  }
}
