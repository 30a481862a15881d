package io.postern.certificate.revocation.store;

import java.time.Instant;

/**
 * A certificate that was found not revoked not long ago, and that a newer publication of its issuer
 * revokes.
 *
 * @param certificate SHA-256 of the certificate
 * @param source as in the evidence: "crl" or "ocsp"
 * @param url as in the evidence that had cleared it
 * @param thisUpdate of the publication that revokes it
 */
public record RevokedCertificate(
    byte[] certificate, String source, String url, Instant thisUpdate, Instant revokedAt) {}
