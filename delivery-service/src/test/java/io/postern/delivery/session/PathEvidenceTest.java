package io.postern.delivery.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.PathCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.contracts.v1.VerdictEvidence;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The grounds of a verdict in an outcome: whole where they are usual, bounded where they are not.
 */
class PathEvidenceTest {
  private static final LabCa CA = LabCa.create("Lab");

  private static List<byte[]> chain() throws Exception {
    List<byte[]> chain = new ArrayList<>();
    for (X509Certificate certificate : CA.issue(Issue.to("mail.fabrikam.com")).chain()) {
      chain.add(certificate.getEncoded());
    }
    return chain;
  }

  private static ByteString fingerprint(byte[] der) {
    return ByteString.copyFrom(Fingerprints.sha256(der));
  }

  @Test
  void eachCertificateOfThePathHasItsSubjectAndItsEvidence() throws Exception {
    List<byte[]> chain = chain();
    ByteString leaf = fingerprint(chain.getFirst());
    ByteString anchor = ByteString.copyFromUtf8("not presented");
    RevocationEvidence crl =
        RevocationEvidence.newBuilder()
            .setCertificateFingerprint(leaf)
            .setStatus(RevocationStatus.NOT_REVOKED)
            .setSource("crl")
            .setUrl("http://crl.fabrikam.com/1.crl")
            .setThisUpdateMillis(5)
            .setNextUpdateMillis(9)
            .build();
    VerdictEvidence evidence =
        PathEvidence.of(
            CertificateVerdict.newBuilder()
                .addPath(leaf)
                .addPath(anchor)
                .setAnchorSubject("CN=Root")
                .addRevocation(crl)
                .setJudgedAtMillis(6)
                .setValidUntilMillis(8)
                .build(),
            chain);
    assertThat(evidence.getPathList())
        .extracting(PathCertificate::getSubject)
        .containsExactly("CN=mail.fabrikam.com,O=Lab", "");
    assertThat(evidence.getPath(0).getRevocation()).isEqualTo(crl);
    assertThat(evidence.getPath(1).getRevocation().getStatus())
        .isEqualTo(RevocationStatus.NOT_CHECKED);
    assertThat(evidence.getPath(1).getRevocation().getCertificateFingerprint()).isEqualTo(anchor);
    assertThat(evidence.getAnchorSubject()).isEqualTo("CN=Root");
    assertThat(evidence.getJudgedAtMillis()).isEqualTo(6);
    assertThat(evidence.getValidUntilMillis()).isEqualTo(8);
  }

  @Test
  void G6_aHostThatChoosesLongNamesAndAddressesStaysWithinTheBound() {
    CertificateVerdict.Builder verdict =
        CertificateVerdict.newBuilder().setAnchorSubject("s".repeat(100_000));
    for (int i = 0; i < 100; i++) {
      ByteString certificate = fingerprint(String.valueOf(i).getBytes(StandardCharsets.US_ASCII));
      verdict
          .addPath(certificate)
          .addRevocation(
              RevocationEvidence.newBuilder()
                  .setCertificateFingerprint(certificate)
                  .setUrl("http://".repeat(10_000))
                  .setDetail("d".repeat(10_000)));
    }
    assertThat(PathEvidence.of(verdict.build(), List.of()).getSerializedSize())
        .isLessThan(12 * 1024);
  }

  @Test
  void aCertificateThatCannotBeReadHasNoSubject() {
    byte[] nonsense = {1, 2, 3};
    VerdictEvidence evidence =
        PathEvidence.of(
            CertificateVerdict.newBuilder().addPath(fingerprint(nonsense)).build(),
            List.of(nonsense));
    assertThat(evidence.getPath(0).getSubject()).isEmpty();
  }
}
