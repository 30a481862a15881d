package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import java.time.Instant;

/**
 * Says whether a certificate has been revoked by its issuer, and how it knows. Any thread. May
 * block until {@code giveUp}, never longer; what could not be had by then is a finding too.
 */
public interface RevocationCheck {
  Finding check(
      ParsedCertificate certificate, ParsedCertificate issuer, Instant now, Instant giveUp)
      throws InterruptedException;
}
