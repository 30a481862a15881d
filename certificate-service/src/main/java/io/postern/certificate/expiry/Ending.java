package io.postern.certificate.expiry;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.contracts.Fingerprints;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A certificate that ends, of which nothing but its end has been looked at: there may be thousands.
 * Immutable.
 *
 * @param daysLeft whole days; negative: it has expired
 * @param where see {@link Expiring}
 */
public record Ending(
    Expiring.Kind kind, ByteString der, Instant end, long daysLeft, List<String> where) {

  Expiring.Band band() {
    return Expiring.Band.of(daysLeft);
  }

  /** SHA-256 of the DER, hex. */
  String sha256() {
    return Fingerprints.hex(Fingerprints.sha256(der.toByteArray()));
  }

  /** With all that is to be told of it; empty for one that cannot be read. */
  public Optional<Expiring> expiring() {
    try {
      CertificateFacts facts = CertificateFacts.of(ParsedCertificate.parse(der.toByteArray()));
      return Optional.of(new Expiring(kind, band(), daysLeft, facts, where));
    } catch (UnusableCertificateException e) {
      // Whoever presents it was told so by its verdict.
      return Optional.empty();
    }
  }
}
