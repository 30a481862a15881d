package io.postern.certificate.revocation.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.Finding;
import io.postern.certificate.revocation.ListSigners;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.RevocationQuestion;
import io.postern.certificate.revocation.SignerTrust;
import io.postern.certificate.revocation.crl.CrlMaker;
import io.postern.certificate.revocation.ocsp.OcspMaker;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GivenEvidenceTest {
  private static final Instant NOW = Instant.now();

  private final Made ca = CertificateMaker.ca("Issuing").make();
  private final Made leaf =
      CertificateMaker.leaf("a.example").by(ca).ocsp("http://ocsp.example/").make();

  /** RFC 6960 §4.2.2.2.1: without id-pkix-ocsp-nocheck somebody must tell of the responder. */
  @Test
  void anAnswerCountsWithTheListThatTellsOfItsResponder() throws Exception {
    Made responder =
        CertificateMaker.leaf("ocsp.example")
            .by(ca)
            .purposes(KeyPurposeId.id_kp_OCSPSigning)
            .crl("http://crl.example/ca.crl")
            .make();
    byte[] answer =
        OcspMaker.about(leaf.certificate().x509().getSerialNumber(), ca)
            .by(responder)
            .times(NOW.minusSeconds(60), NOW.plusSeconds(3600))
            .make();
    assertThat(check(List.of(), answer).status()).isEqualTo(RevocationStatus.UNREACHABLE);

    Finding good = check(List.of(CrlMaker.by(ca).make()), answer);
    assertThat(good.status()).isEqualTo(RevocationStatus.NOT_REVOKED);
    assertThat(good.evidence().getSource()).isEqualTo("ocsp");
    assertThat(good.supporting()).hasSize(1);

    Finding byTheListAlone = check(List.of(CrlMaker.by(ca).revoking(responder).make()), answer);
    assertThat(byTheListAlone.evidence().getSource()).isEqualTo("crl");
  }

  private Finding check(List<byte[]> lists, byte[] answer) throws Exception {
    return new GivenEvidence(lists, List.of(answer))
        .check(
            new RevocationQuestion(
                leaf.certificate(),
                ca.certificate(),
                NO_SIGNERS,
                new byte[0],
                NOW,
                Patience.of(NOW, Duration.ofSeconds(1))));
  }

  private static final ListSigners NO_SIGNERS =
      new ListSigners() {
        @Override
        public List<ParsedCertificate> named(X500Principal name) {
          return List.of();
        }

        @Override
        public @Nullable SignerTrust trusted(ParsedCertificate signer, ParsedCertificate about) {
          return null;
        }
      };
}
