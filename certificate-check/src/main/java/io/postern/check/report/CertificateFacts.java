package io.postern.check.report;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.Fingerprints;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;

/**
 * The facts that identify a certificate to people. Immutable.
 *
 * @param serial hexadecimal
 * @param sha256 of the DER, hexadecimal
 */
public record CertificateFacts(
    String subject,
    String issuer,
    String serial,
    Instant notBefore,
    Instant notAfter,
    String sha256,
    String sha1) {

  private static final int MAX_NAME = 200;

  public static CertificateFacts of(ParsedCertificate certificate) {
    return new CertificateFacts(
        certificate.shown(),
        Printable.cut(certificate.issuer().getName(), MAX_NAME),
        certificate.x509().getSerialNumber().toString(16),
        certificate.notBefore(),
        certificate.notAfter(),
        Fingerprints.hex(certificate.fingerprint()),
        sha1(certificate.der()));
  }

  // Not for trust: administrators and vendors still name roots by it.
  private static String sha1(byte[] der) {
    try {
      return Fingerprints.hex(MessageDigest.getInstance("SHA-1").digest(der));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
