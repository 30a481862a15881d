package io.postern.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge is the JDK's path validation, which shares no code with the lab. */
class LabCaTest {
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void chainAndCrlsPassPathValidationWithRevocation() throws Exception {
    LabCa ca = LabCa.create("Contoso");
    validate(ca, ca.issue(Issue.to("mail.contoso.example")));
    validate(ca, ca.issue(Issue.to("rsa.contoso.example").withRsaKey()));
  }

  @Test
  void revokedLeafFailsAndOthersDoNot() throws Exception {
    LabCa ca = LabCa.create("Contoso");
    Identity revoked = ca.issue(Issue.to("a.example"));
    Identity good = ca.issue(Issue.to("b.example"));
    ca.revoke(revoked.leaf());
    assertThatThrownBy(() -> validate(ca, revoked))
        .isInstanceOfSatisfying(
            CertPathValidatorException.class,
            failure ->
                assertThat(failure.getReason())
                    .isEqualTo(CertPathValidatorException.BasicReason.REVOKED));
    validate(ca, good);
  }

  @Test
  void revokedIntermediateIsOnTheRootsCrl() throws Exception {
    LabCa ca = LabCa.create("Contoso");
    ca.revoke(ca.intermediate());
    assertThat(crl(ca.rootCrl()).isRevoked(ca.intermediate())).isTrue();
    assertThat(crl(ca.crl()).getRevokedCertificates()).isNull();
  }

  @Test
  void expiredAndNotYetValidFail() {
    LabCa ca = LabCa.create("Contoso");
    for (Issue issue :
        List.of(Issue.to("a.example").expired(), Issue.to("a.example").notYetValid())) {
      assertThatThrownBy(() -> validate(ca, ca.issue(issue)))
          .isInstanceOf(CertPathValidatorException.class);
    }
  }

  @Test
  void crlNumberGrowsAndDatesAreSettable() throws Exception {
    LabCa ca = LabCa.create("Contoso");
    assertThat(ca.crl()).isNotEqualTo(ca.crl());
    ca.crlTimes(DAY.multipliedBy(3), DAY.negated());
    X509CRL stale = crl(ca.crl());
    assertThat(stale.getNextUpdate().toInstant()).isBefore(Instant.now());
    assertThat(stale.getThisUpdate().toInstant()).isBefore(stale.getNextUpdate().toInstant());
    assertThat(stale.getExtensionValue("2.5.29.20")).isNotNull();
  }

  @Test
  void certificateSaysWhatWasAsked() throws Exception {
    LabCa ca = LabCa.create("Contoso");
    X509Certificate both =
        ca.issue(Issue.to("a.example", "*.b.example").withCrl("http://127.0.0.1:1/x.crl")).leaf();
    assertThat(both.getSubjectAlternativeNames())
        .extracting(name -> (Object) name.get(1))
        .containsExactly("a.example", "*.b.example");
    assertThat(both.getExtendedKeyUsage()).hasSize(2);
    assertThat(new String(both.getExtensionValue("2.5.29.31"), StandardCharsets.ISO_8859_1))
        .contains("http://127.0.0.1:1/x.crl");
    X509Certificate cnOnly = ca.issue(Issue.to("c.example").commonNameOnly().serverOnly()).leaf();
    assertThat(cnOnly.getSubjectAlternativeNames()).isNull();
    assertThat(cnOnly.getSubjectX500Principal().getName()).contains("CN=c.example");
    assertThat(cnOnly.getExtendedKeyUsage()).hasSize(1);
    assertThat(cnOnly.getExtensionValue("2.5.29.31")).isNull();
  }

  @Test
  void selfSignedIsItsOwnIssuer() throws Exception {
    Identity self = LabCa.selfSigned(Issue.to("self.example"));
    self.leaf().verify(self.leaf().getPublicKey());
    assertThat(self.chain()).hasSize(1);
  }

  @Test
  void folderKeepsAuthorityAndRevocationsAndHidesKeys(@TempDir Path folder) throws Exception {
    Path home = folder.resolve("ca");
    try (CrlServer crls = CrlServer.create()) {
      LabCa first = LabCa.open(home, "Kept", crls.url());
      Identity leaf = first.issue(Issue.to("a.example"));
      first.revoke(leaf.leaf());
      leaf.write(home, "leaf");

      LabCa second = LabCa.open(home, "Kept", crls.url());
      assertThat(second.root()).isEqualTo(first.root());
      assertThat(crl(second.crl()).isRevoked(leaf.leaf())).isTrue();
      validate(second, second.issue(Issue.to("b.example")));
      Identity loaded = Identity.load(home.resolve("leaf.pem"), home.resolve("leaf.key"));
      assertThat(loaded).isEqualTo(leaf);
      for (String key : List.of("root.key", "intermediate.key", "leaf.key")) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(key))))
            .isEqualTo("rw-------");
      }
    }
  }

  private static X509CRL crl(byte[] der) throws Exception {
    return (X509CRL)
        CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
  }

  private static void validate(LabCa ca, Identity identity) throws Exception {
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(ca.root(), null)));
    parameters.addCertStore(
        CertStore.getInstance(
            "Collection",
            new CollectionCertStoreParameters(List.of(crl(ca.crl()), crl(ca.rootCrl())))));
    CertPathValidator.getInstance("PKIX")
        .validate(
            CertificateFactory.getInstance("X.509").generateCertPath(identity.chain()), parameters);
  }
}
