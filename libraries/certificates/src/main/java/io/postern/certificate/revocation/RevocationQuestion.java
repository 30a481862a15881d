package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The question whether its issuer has revoked a certificate.
 *
 * @param issuer the path's, so trusted
 * @param signers the other certificates that may have signed lists about it
 * @param stapled the OCSP response that its holder sent along; empty: none
 * @param patience a source that does not answer within it is a finding too
 */
public record RevocationQuestion(
    ParsedCertificate certificate,
    ParsedCertificate issuer,
    ListSigners signers,
    byte[] stapled,
    Instant now,
    Patience patience) {

  /**
   * Why a list of this signer is believed: the issuer's own; the list of a certificate that is
   * trusted apart from the one asked about; that one's own list only where its issuer names it as
   * the list's issuer in it (PKITS 4.14.30). Null: it is not believed.
   */
  public @Nullable SignerTrust trustIn(ParsedCertificate signer) throws InterruptedException {
    if (signer.equals(certificate)) {
      return DistributionPoints.of(certificate).points().stream()
              .anyMatch(point -> point.listIssuers().contains(certificate.subject()))
          ? SignerTrust.OF_THE_PATH
          : null;
    }
    return signer.equals(issuer) ? SignerTrust.OF_THE_PATH : signers.trusted(signer, certificate);
  }
}
