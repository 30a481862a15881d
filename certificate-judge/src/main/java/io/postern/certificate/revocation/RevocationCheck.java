package io.postern.certificate.revocation;

/**
 * Says whether a certificate has been revoked by its issuer, and how it knows. Any thread. May
 * block until the question's patience ends, never longer.
 */
public interface RevocationCheck {
  Finding check(RevocationQuestion question) throws InterruptedException;
}
