package io.postern.check.report;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Printable;
import io.postern.contracts.Fingerprints;
import java.time.Instant;

/**
 * The facts that identify a certificate to people. Immutable.
 *
 * @param serial hexadecimal
 * @param sha256 of the DER, hexadecimal
 */
public record CertificateIdentity(
    String subject,
    String issuer,
    String serial,
    Instant notBefore,
    Instant notAfter,
    String sha256,
    String sha1) {

  private static final int MAX_NAME = 200;

  public static CertificateIdentity of(ParsedCertificate certificate) {
    return new CertificateIdentity(
        certificate.shown(),
        Printable.cut(certificate.issuer().getName(), MAX_NAME),
        certificate.x509().getSerialNumber().toString(16),
        certificate.notBefore(),
        certificate.notAfter(),
        Fingerprints.hex(certificate.fingerprint()),
        Fingerprints.hex(certificate.sha1()));
  }
}
