package io.postern.certificate.judging;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.Distrust;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.crl.Lists;
import io.postern.certificate.revocation.lookup.GivenEvidence;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A certificate that is distrusted here is no anchor and on no path. */
class DistrustTest {
  private static final Made ROOT = ca("Root").make();
  private static final Made ISSUING = ca("Issuing").by(ROOT).make();
  private static final Made LEAF = leaf("mx.example.com").by(ISSUING).make();
  private static final Made PINNED = leaf("partner.example").make();

  private static TrustAnchors anchors(List<Made> anchors, Made... distrusted) {
    return new TrustAnchors(
        AnchorSetReference.newBuilder().setVersion("test").build(),
        anchors.stream().map(Made::certificate).toList(),
        distrust(distrusted));
  }

  private static Distrust distrust(Made... distrusted) {
    return Distrust.of(
        Arrays.stream(distrusted)
            .map(made -> ByteString.copyFrom(made.certificate().fingerprint()))
            .toList(),
        "postern.anchors.distrusted");
  }

  private static CertificateVerdict judge(
      TrustAnchors anchors, RevocationMode mode, List<byte[]> lists, Made... chain)
      throws Exception {
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder().setRole(CertificateRole.ROLE_SERVER).setRevocation(mode);
    Arrays.stream(chain).forEach(made -> request.addChain(ByteString.copyFrom(made.der())));
    return new ChainJudge(new GivenEvidence(lists, List.of()), Duration.ofSeconds(5))
        .judge(request.build(), anchors, Instant.now());
  }

  private static CertificateVerdict judge(TrustAnchors anchors, Made... chain) throws Exception {
    return judge(anchors, RevocationMode.REVOCATION_OFF, List.of(), chain);
  }

  static Stream<Arguments> distrusted() {
    return Stream.of(
        Arguments.of("the root", ROOT, List.of(ROOT), List.of(LEAF, ISSUING)),
        Arguments.of("the root, presented", ROOT, List.of(ROOT), List.of(LEAF, ISSUING, ROOT)),
        Arguments.of("an intermediate", ISSUING, List.of(ROOT), List.of(LEAF, ISSUING)),
        Arguments.of("an intermediate and anchor", ISSUING, List.of(ISSUING), List.of(LEAF)),
        Arguments.of("the leaf", LEAF, List.of(ROOT), List.of(LEAF, ISSUING)),
        Arguments.of("a pinned certificate", PINNED, List.of(PINNED), List.of(PINNED)),
        Arguments.of("a root that is no anchor", ROOT, List.of(), List.of(LEAF, ISSUING, ROOT)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("distrusted")
  void noPathGoesOverIt(String what, Made made, List<Made> trusted, List<Made> chain)
      throws Exception {
    Made[] presented = chain.toArray(Made[]::new);
    if (!trusted.isEmpty()) {
      assertThat(judge(anchors(trusted), presented).getResult()).isEqualTo(VerdictResult.GOOD);
    }
    CertificateVerdict verdict = judge(anchors(trusted, made), presented);
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.BAD);
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.UNTRUSTED_ROOT);
    assertThat(verdict.getDetail())
        .contains("distrusted here")
        .contains("postern.anchors.distrusted")
        .contains(Fingerprints.hex(made.certificate().fingerprint()));
    assertThat(verdict.getPathList()).isEmpty();
    assertThat(verdict.getDistrustVersion()).isEqualTo(distrust(made).version()).isNotEmpty();
  }

  @Test
  void aPathAroundItIsGood() throws Exception {
    Made other = ca("Other Root").make();
    Made cross = ca("Issuing").keys(ISSUING.keys()).by(other).make();
    CertificateVerdict verdict = judge(anchors(List.of(ROOT, other), ROOT), LEAF, ISSUING, cross);
    assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getAnchorSubject()).contains("Other Root");
    // Another certificate of the same key is another certificate.
    assertThat(judge(anchors(List.of(ROOT, other), ISSUING), LEAF, ISSUING, cross).getResult())
        .isEqualTo(VerdictResult.GOOD);
    assertThat(
            judge(anchors(List.of(ROOT, other), ISSUING, cross), LEAF, ISSUING, cross).getReason())
        .isEqualTo(VerdictReason.UNTRUSTED_ROOT);
  }

  @Test
  void whatIsDistrustedElsewhereOnTheChainDoesNotMatter() throws Exception {
    Made stranger = ca("Stranger").make();
    assertThat(judge(anchors(List.of(ROOT), stranger), LEAF, ISSUING, stranger).getResult())
        .isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void itSignsNoListsEither() throws Exception {
    Made issuer =
        ca("Lists").by(ROOT).with(Extension.keyUsage, true, new KeyUsage(KeyUsage.cRLSign)).make();
    ParsedCertificate named = issuer.certificate();
    Made revoked =
        leaf("a.example")
            .by(ROOT)
            .with(
                Extension.cRLDistributionPoints,
                false,
                new CRLDistPoint(
                    new DistributionPoint[] {
                      new DistributionPoint(
                          null,
                          null,
                          new GeneralNames(new GeneralName(named.holder().getSubject())))
                    }))
            .make();
    List<byte[]> lists =
        List.of(
            Lists.complete(ROOT, 1).make(), Lists.indirect(issuer).entry(revoked, 1, ROOT).make());
    RevocationMode mode = RevocationMode.REVOCATION_REQUIRED;
    assertThat(judge(anchors(List.of(ROOT)), mode, lists, revoked, issuer).getReason())
        .isEqualTo(VerdictReason.REVOKED);
    assertThat(judge(anchors(List.of(ROOT), issuer), mode, lists, revoked, issuer).getReason())
        .isNotEqualTo(VerdictReason.REVOKED);
  }
}
