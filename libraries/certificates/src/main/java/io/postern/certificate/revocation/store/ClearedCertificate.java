package io.postern.certificate.revocation.store;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import java.math.BigInteger;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate that was found not revoked, with the facts for another look-up, and with its place
 * as the evidence named it. Immutable.
 */
public record ClearedCertificate(
    byte[] fingerprint, BigInteger serial, X500Principal issuer, String source, String url) {

  public static ClearedCertificate of(ParsedCertificate certificate, RevocationEvidence evidence) {
    return new ClearedCertificate(
        certificate.fingerprint(),
        certificate.x509().getSerialNumber(),
        certificate.issuer(),
        evidence.getSource(),
        evidence.getUrl());
  }
}
