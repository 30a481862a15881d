package io.postern.rules.checks;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSet;
import io.postern.fields.DirectoryFields;
import io.postern.rules.Directory;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;

/** The checks of an organization's trust anchors: readable certificates and fingerprints. */
final class AnchorSetCheck {
  static final int MAX_CERTIFICATE_BYTES = 16 * 1024;
  private static final int FINGERPRINT_BYTES = 32;

  private AnchorSetCheck() {}

  static void check(AnchorSet set, Directory after, Findings findings) {
    FieldChecks.check(DirectoryFields.ANCHOR_SET, set, set.getOrganization(), after, findings);
    findings.organization(set.getOrganization(), after);
    findings.addIf(
        set.getCertificatesCount() == 0 && !set.getWithDefaults(),
        "pem",
        "it has no certificate",
        "write at least one, or withDefaults: true for the installation's");
    if (findings.list("pem", set.getCertificatesCount(), DirectoryFields.MOST_CERTIFICATES)) {
      for (int i = 0; i < set.getCertificatesCount(); i++) {
        certificate("pem[" + i + "]", set.getCertificates(i), set, findings);
      }
    }
    if (findings.list("distrusted", set.getDistrustedCount(), DirectoryFields.MOST_DISTRUSTED)) {
      for (int i = 0; i < set.getDistrustedCount(); i++) {
        fingerprint(i, set.getDistrustedList(), findings);
      }
    }
  }

  private static void fingerprint(int i, List<ByteString> all, Findings findings) {
    String field = "distrusted[" + i + "]";
    findings.addIf(
        all.get(i).size() != FINGERPRINT_BYTES,
        field,
        "it is not the SHA-256 of a certificate",
        "write the 64 hexadecimal digits that openssl x509 -noout -fingerprint -sha256 prints");
    findings.addIf(all.indexOf(all.get(i)) < i, field, "duplicate entry", "keep one of the two");
  }

  private static void certificate(String field, ByteString der, AnchorSet set, Findings findings) {
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
      findings.addIf(
          bytes.available() > 0,
          field,
          "there are bytes after the certificate",
          "add each certificate as a separate entry");
      findings.addIf(
          set.getDistrustedList()
              .contains(ByteString.copyFrom(Fingerprints.sha256(der.toByteArray()))),
          field,
          "the same set distrusts it",
          "remove it, or its fingerprint from distrusted");
    } catch (CertificateException e) {
      findings.add(field, "it is not an X.509 certificate", "write the certificate in PEM");
    }
  }
}
