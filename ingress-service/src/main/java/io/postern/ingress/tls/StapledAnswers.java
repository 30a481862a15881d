package io.postern.ingress.tls;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.OcspStaple;
import io.postern.log.certificates.OcspStaples;
import io.postern.transport.Staples;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;

/**
 * The OCSP responses that certificate-service keeps in the log for our certificates, while they
 * hold: never one that has ended, or ends within minutes. Any thread; waits for nothing.
 */
public record StapledAnswers(OcspStaples answers, InstantSource clock) implements Staples {
  @Override
  public byte[] staple(X509Certificate leaf) {
    try {
      return answers
          .current(Fingerprints.sha256(leaf.getEncoded()), clock.instant())
          .map(OcspStaple::getResponse)
          .map(response -> response.toByteArray())
          .orElse(new byte[0]);
    } catch (CertificateEncodingException e) {
      return new byte[0]; // it was read from its encoding, so this does not happen
    }
  }
}
