package io.postern.delivery.probe;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Texts;
import io.postern.contracts.X509;
import io.postern.contracts.v1.ProbedCertificate;
import io.postern.names.CertificateNames;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** The certificates that a host presented, as a probe shows them. Pure; bounded. */
final class ProbedChain {
  private static final int MOST_CERTIFICATES = 10;
  private static final int MOST_NAMES = 20;
  private static final int MOST_NAME = 200;

  private ProbedChain() {}

  /** Leaf first; one that cannot be read has its fingerprint alone. */
  static List<ProbedCertificate> of(List<byte[]> chain) {
    List<ProbedCertificate> shown = new ArrayList<>();
    for (byte[] der : chain.subList(0, Math.min(chain.size(), MOST_CERTIFICATES))) {
      ProbedCertificate.Builder one =
          ProbedCertificate.newBuilder().setSha256(ByteString.copyFrom(Fingerprints.sha256(der)));
      try {
        X509Certificate certificate = X509.certificate(der);
        one.setSubject(Texts.shortened(certificate.getSubjectX500Principal().getName(), MOST_NAME))
            .setIssuer(Texts.shortened(certificate.getIssuerX500Principal().getName(), MOST_NAME))
            .setNotBeforeMillis(certificate.getNotBefore().getTime())
            .setNotAfterMillis(certificate.getNotAfter().getTime());
      } catch (CertificateException e) {
        one.setSubject("(cannot be read)"); // the verdict says "malformed"
      }
      if (shown.isEmpty()) {
        CertificateNames.ofLeaf(chain).stream()
            .limit(MOST_NAMES)
            .map(name -> Texts.shortened(name, MOST_NAME))
            .forEach(one::addNames);
      }
      shown.add(one.build());
    }
    return shown;
  }
}
