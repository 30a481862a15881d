package io.postern.rules.checks;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSet;
import io.postern.fields.DirectoryFields;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.HashSet;
import java.util.Set;

/** The checks of an organization's trust anchors: readable certificates and fingerprints. */
final class AnchorSetCheck {
  static final int MAX_CERTIFICATE_BYTES = 16 * 1024;
  private static final int FINGERPRINT_BYTES = 32;

  private AnchorSetCheck() {}

  static void check(AnchorSet set, Findings findings) {
    findings.addIf(
        set.getCertificatesCount() == 0 && !set.getWithDefaults(),
        "pem",
        "it has no certificate",
        "write at least one, or withDefaults: true for the installation's");
    findings.each(
        "pem",
        set.getCertificatesList(),
        DirectoryFields.MOST_CERTIFICATES,
        (field, der) -> certificate(field, der, set, findings));
    Set<ByteString> distrusted = new HashSet<>();
    findings.each(
        "distrusted",
        set.getDistrustedList(),
        DirectoryFields.MOST_DISTRUSTED,
        (field, fingerprint) -> {
          findings.addIf(
              fingerprint.size() != FINGERPRINT_BYTES,
              field,
              "it is not the SHA-256 of a certificate",
              "write the 64 hexadecimal digits that openssl x509 -noout -fingerprint -sha256 prints");
          findings.addIf(
              !distrusted.add(fingerprint), field, "duplicate entry", "keep one of the two");
        });
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
