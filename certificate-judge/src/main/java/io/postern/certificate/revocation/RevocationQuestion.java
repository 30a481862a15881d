package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Has its issuer revoked this certificate?
 *
 * @param issuer the path's, so trusted
 * @param signers who else may have signed what is said of it
 * @param stapled the OCSP response that its holder sent along; empty: none
 * @param patience what could not be had in time is a finding too
 */
public record RevocationQuestion(
    ParsedCertificate certificate,
    ParsedCertificate issuer,
    ListSigners signers,
    byte[] stapled,
    Instant now,
    Patience patience) {

  /**
   * Whether a list that this certificate has signed may be believed: the issuer's own; that of
   * somebody trusted apart from the certificate asked about; its own only where its issuer has
   * written into it that its own list tells of it (PKITS 4.14.30). Null: it may not be.
   */
  @Nullable Backing mayTell(ParsedCertificate signer) throws InterruptedException {
    if (signer.equals(certificate)) {
      return DistributionPoints.of(certificate).points().stream()
              .anyMatch(point -> point.listIssuers().contains(certificate.subject()))
          ? Backing.OF_THE_PATH
          : null;
    }
    return signer.equals(issuer) ? Backing.OF_THE_PATH : signers.trusted(signer, certificate);
  }
}
