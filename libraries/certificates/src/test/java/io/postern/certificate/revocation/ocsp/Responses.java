package io.postern.certificate.revocation.ocsp;

import io.postern.certificate.CertificateMaker.Made;

/** Responders' answers, for tests of other packages. */
public final class Responses {
  private Responses() {}

  public static byte[] revoked(Made certificate, Made issuer) {
    return OcspMaker.about(certificate, issuer).revoked().make();
  }
}
