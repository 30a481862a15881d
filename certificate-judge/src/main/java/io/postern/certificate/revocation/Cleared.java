package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import java.math.BigInteger;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate that was found not revoked: what looking it up again needs, and how the evidence
 * named its place. Immutable.
 */
record Cleared(
    byte[] fingerprint, BigInteger serial, X500Principal issuer, String source, String url) {

  static Cleared of(ParsedCertificate certificate, RevocationEvidence evidence) {
    return new Cleared(
        certificate.fingerprint(),
        certificate.x509().getSerialNumber(),
        certificate.issuer(),
        evidence.getSource(),
        evidence.getUrl());
  }
}
