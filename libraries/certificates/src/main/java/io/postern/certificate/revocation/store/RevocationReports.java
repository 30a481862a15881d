package io.postern.certificate.revocation.store;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import org.jboss.logging.Logger;

/**
 * Reports to the listener of the certificates that a newer publication revokes and its predecessor
 * had cleared; once each. Any thread; holds at most {@value ClearedCertificates#MOST} certificates.
 */
final class RevocationReports<T extends Publication> {
  private static final Logger LOG = Logger.getLogger(RevocationReports.class);

  private final InstantSource clock;
  private final StoreListener listener;
  private final ClearedCertificates cleared = new ClearedCertificates();

  RevocationReports(InstantSource clock, StoreListener listener) {
    this.clock = clock;
    this.listener = listener;
  }

  /** A source's publication has cleared a certificate. */
  void cleared(Source<T> source, ClearedCertificate certificate) {
    cleared.add(source.name(), certificate, clock.instant());
  }

  /** Whether a publication of this source has cleared the certificate with this SHA-256. */
  boolean hasCleared(Source<T> source, byte[] certificate) {
    return cleared.has(source.name(), certificate, clock.instant());
  }

  /** A newer publication of the source came. */
  void report(Source<T> source, T published) {
    report(source, published, cleared.of(source.name()));
  }

  void report(Source<T> source, T published, Collection<ClearedCertificate> certificates) {
    if (certificates.isEmpty()) {
      return;
    }
    published
        .revoked(certificates)
        .forEach(
            (certificate, at) -> {
              if (cleared.remove(source.name(), certificate)) {
                report(source, published, certificate, at);
              }
            });
  }

  // A report that fails now is made again at the next fetch; the others are not held up.
  private void report(
      Source<T> source, T published, ClearedCertificate certificate, Instant revokedAt) {
    try {
      listener.revoked(
          new RevokedCertificate(
              certificate.fingerprint(),
              certificate.source(),
              certificate.url(),
              published.thisUpdate(),
              revokedAt));
    } catch (RuntimeException e) {
      cleared.add(source.name(), certificate, clock.instant());
      LOG.errorf(e, "a revocation by %s could not be reported", source.url());
    }
  }
}
