package io.postern.certificate.anchors;

import io.postern.certificate.CertificateMaker.Made;
import java.util.Base64;

/** Certificates as text, for tests. */
final class Pem {
  private Pem() {}

  static String of(Made... certificates) {
    StringBuilder text = new StringBuilder();
    for (Made made : certificates) {
      text.append(of(made.der()));
    }
    return text.toString();
  }

  static String of(byte[] der) {
    return "comment\n-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END CERTIFICATE-----\n";
  }
}
