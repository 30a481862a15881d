package io.postern.certificate.revocation;

import io.postern.contracts.v1.RevocationEvidence;
import java.time.Instant;
import java.util.List;

/**
 * The reason to trust a signer outside the path (an OCSP responder, a CRL issuer).
 *
 * @param until another look may find something else from then on
 * @param evidence about the signer and the certificates above it, where the path does not have them
 */
public record SignerTrust(Instant until, List<RevocationEvidence> evidence) {
  /** Of the path's own: the path is judged with them. */
  public static final SignerTrust OF_THE_PATH = new SignerTrust(Instant.MAX, List.of());
}
