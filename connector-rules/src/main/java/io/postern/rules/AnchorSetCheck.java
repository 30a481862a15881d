package io.postern.rules;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.AnchorSet;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

/** An organization's trust anchors: readable certificates, in bounds. */
final class AnchorSetCheck {
  static final int MAX_CERTIFICATES = 50;
  static final int MAX_CERTIFICATE_BYTES = 16 * 1024;

  private AnchorSetCheck() {}

  static void check(AnchorSet set, Directory after, Findings findings) {
    findings.name(set.getName());
    findings.organization(set.getOrganization(), after);
    findings.when(
        set.getCertificatesCount() == 0, "pem", "it has no certificate", "write at least one");
    if (findings.list("pem", set.getCertificatesCount(), MAX_CERTIFICATES)) {
      for (int i = 0; i < set.getCertificatesCount(); i++) {
        certificate("pem[" + i + "]", set.getCertificates(i), findings);
      }
    }
  }

  private static void certificate(String field, ByteString der, Findings findings) {
    if (der.size() > MAX_CERTIFICATE_BYTES) {
      findings.add(
          field,
          "the certificate has " + der.size() + " bytes",
          "write certificates of at most " + MAX_CERTIFICATE_BYTES);
      return;
    }
    ByteArrayInputStream bytes = new ByteArrayInputStream(der.toByteArray());
    try {
      CertificateFactory.getInstance("X.509").generateCertificate(bytes);
      findings.when(
          bytes.available() > 0,
          field,
          "there are bytes behind the certificate",
          "write each certificate as an entry of its own");
    } catch (CertificateException e) {
      findings.add(field, "it is no X.509 certificate", "write the certificate in PEM");
    }
  }
}
