package io.postern.certificate.revocation;

/**
 * The look-up whether an issuer has revoked a certificate, with its evidence. Any thread. May block
 * until the question's patience ends, never longer.
 */
public interface RevocationCheck {
  Finding check(RevocationQuestion question) throws InterruptedException;
}
