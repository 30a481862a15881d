package io.postern.certificate.expiry;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.contracts.Fingerprints;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A certificate by its end alone, since there may be thousands. Immutable.
 *
 * @param daysLeft whole days; negative: it has expired
 * @param where see {@link ExpiringCertificate}
 */
public record CertificateEnd(
    ExpiringCertificate.Kind kind, ByteString der, Instant end, long daysLeft, List<String> where) {

  /** With the uses alone that are wanted. */
  public CertificateEnd where(Predicate<String> wanted) {
    return new CertificateEnd(kind, der, end, daysLeft, where.stream().filter(wanted).toList());
  }

  ExpiringCertificate.Band band() {
    return ExpiringCertificate.Band.of(daysLeft);
  }

  /** SHA-256 of the DER, hex. */
  String sha256() {
    return Fingerprints.hex(Fingerprints.sha256(der.toByteArray()));
  }

  /** With all facts for a notice; empty for a certificate that cannot be read. */
  public Optional<ExpiringCertificate> expiring() {
    try {
      CertificateFacts facts = CertificateFacts.of(ParsedCertificate.parse(der.toByteArray()));
      return Optional.of(new ExpiringCertificate(kind, band(), daysLeft, facts, where));
    } catch (UnusableCertificateException e) {
      // Its verdict has said so to the peer that presents it.
      return Optional.empty();
    }
  }
}
