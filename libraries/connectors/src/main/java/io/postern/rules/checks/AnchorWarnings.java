package io.postern.rules.checks;

import io.postern.contracts.X509;
import io.postern.contracts.v1.AnchorSet;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** The known traps of an organization's trust anchors (docs/reference/warnings.md). Pure. */
final class AnchorWarnings {
  private static final Duration SOON = Duration.ofDays(60);

  private AnchorWarnings() {}

  static void add(AnchorSet set, Instant now, Findings findings) {
    for (int i = 0; i < set.getCertificatesCount(); i++) {
      try {
        X509Certificate certificate = X509.certificate(set.getCertificates(i).toByteArray());
        Instant end = certificate.getNotAfter().toInstant();
        long days = Duration.between(now, end).toDays();
        findings.addIf(
            end.isBefore(now.plus(SOON)),
            "pem[" + i + "]",
            end.isBefore(now)
                ? "the certificate expired on " + end
                : "the certificate expires in " + days + " days, on " + end,
            "add its successor now, and remove it when it is no longer in use");
      } catch (CertificateException e) {
        continue; // AnchorSetCheck refuses it
      }
    }
  }
}
