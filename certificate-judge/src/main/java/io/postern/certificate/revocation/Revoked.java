package io.postern.certificate.revocation;

import java.time.Instant;

/**
 * A certificate that was found not revoked not long ago, and is revoked by what its issuer has
 * published since.
 *
 * @param certificate SHA-256 of the certificate
 * @param source as in the evidence: "crl" or "ocsp"
 * @param url as in the evidence that had cleared it
 * @param thisUpdate of what revokes it
 */
public record Revoked(
    byte[] certificate, String source, String url, Instant thisUpdate, Instant revokedAt) {}
