package io.postern.certificate.judging;

import static io.postern.certificate.CertificateMaker.anchors;
import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.rsa;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.revocation.crl.Lists;
import io.postern.certificate.revocation.lookup.GivenEvidence;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The closed list of reasons (docs/design/architecture.md, "Certificate verdicts"): a chain for
 * each, and exactly this reason comes out of it. A reason without a row fails. Other chains for the
 * same reasons are in {@link ChainJudgeTest}; how else a verdict is unavailable is told by
 * certificate-service's tests.
 */
class EveryReasonTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Made ROOT = ca("Root").make();
  private static final Made ISSUING = ca("Issuing").by(ROOT).make();

  /**
   * A chain and what there is of lists.
   *
   * @param role unspecified: the question names none
   * @param lists none: revocation is not asked for
   */
  private record Row(
      VerdictResult result, CertificateRole role, List<byte[]> chain, List<byte[]> lists) {
    static Row bad(byte[]... chain) {
      return new Row(VerdictResult.BAD, CertificateRole.ROLE_SERVER, List.of(chain), List.of());
    }

    Row is(VerdictResult other) {
      return new Row(other, role, chain, lists);
    }

    /** The issuer's list, as far as there is one, and the root's. */
    Row with(byte[]... issuers) {
      List<byte[]> all = new ArrayList<>(List.of(issuers));
      all.add(Lists.complete(ROOT, 1).make());
      return new Row(result, role, chain, all);
    }

    Row asked(CertificateRole other) {
      return new Row(result, other, chain, lists);
    }
  }

  private static CertificateMaker leaf() {
    return CertificateMaker.leaf("a.example").by(ISSUING);
  }

  private static Row bad(CertificateMaker leaf) {
    return Row.bad(leaf.der(), ISSUING.der());
  }

  private static Row below(Made issuer) {
    return Row.bad(CertificateMaker.leaf("a.example").by(issuer).der(), issuer.der());
  }

  private static Map<VerdictReason, Row> rows() {
    Map<VerdictReason, Row> rows = new EnumMap<>(VerdictReason.class);
    rows.put(VerdictReason.VERDICT_REASON_UNSPECIFIED, bad(leaf()).is(VerdictResult.GOOD));
    Made stranger = ca("Stranger").make();
    rows.put(VerdictReason.UNTRUSTED_ROOT, below(stranger));
    rows.put(VerdictReason.SELF_SIGNED, Row.bad(CertificateMaker.leaf("a.example").der()));
    rows.put(
        VerdictReason.INCOMPLETE_CHAIN,
        Row.bad(leaf().issuerAt("http://ca.example/issuing.cer").der()));
    rows.put(VerdictReason.EXPIRED, bad(leaf().valid(DAY.multipliedBy(-9), DAY.negated())));
    rows.put(VerdictReason.NOT_YET_VALID, bad(leaf().valid(DAY, DAY.multipliedBy(9))));
    Made leaf = leaf().crl("http://crl.example/a.crl").make();
    Row withList = Row.bad(leaf.der(), ISSUING.der());
    Instant past = Instant.now().minus(DAY);
    rows.put(
        VerdictReason.REVOKED,
        withList.with(Lists.complete(ISSUING, 1).entry(leaf, 1, null).make()));
    rows.put(VerdictReason.REVOCATION_UNREACHABLE, withList.with().is(VerdictResult.UNKNOWN));
    rows.put(
        VerdictReason.REVOCATION_STALE,
        withList
            .with(Lists.complete(ISSUING, 1).times(past, past.plusSeconds(60)).make())
            .is(VerdictResult.UNKNOWN));
    rows.put(VerdictReason.WEAK_KEY, bad(leaf().keys(rsa(1024))));
    rows.put(VerdictReason.WEAK_SIGNATURE, bad(leaf().algorithm("SHA1withECDSA")));
    byte[] changed = leaf().der();
    changed[changed.length - 3] ^= 1;
    rows.put(VerdictReason.BAD_SIGNATURE, Row.bad(changed, ISSUING.der()));
    rows.put(
        VerdictReason.NOT_A_CA,
        below(ca("No CA").by(ROOT).without(Extension.basicConstraints).make()));
    Made zero = ca("Zero").by(ROOT).pathLength(0).make();
    Made belowZero = ca("Below").by(zero).make();
    rows.put(
        VerdictReason.PATH_LENGTH,
        Row.bad(
            CertificateMaker.leaf("a.example").by(belowZero).der(), belowZero.der(), zero.der()));
    rows.put(
        VerdictReason.NAME_CONSTRAINT,
        below(
            ca("Narrow")
                .by(ROOT)
                .with(Extension.nameConstraints, true, only("good.example"))
                .make()));
    rows.put(
        VerdictReason.KEY_USAGE,
        bad(leaf().with(Extension.keyUsage, true, new KeyUsage(KeyUsage.cRLSign))));
    rows.put(
        VerdictReason.EXTENDED_KEY_USAGE, bad(leaf().purposes(KeyPurposeId.id_kp_codeSigning)));
    // RFC 5280 §4.2.1.11: requireExplicitPolicy 0
    DERSequence explicit = new DERSequence(new DERTaggedObject(false, 0, new ASN1Integer(0)));
    rows.put(
        VerdictReason.POLICY,
        below(ca("Policies").by(ROOT).with(Extension.policyConstraints, true, explicit).make()));
    rows.put(
        VerdictReason.UNKNOWN_CRITICAL_EXTENSION,
        bad(leaf().with(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DERNull.INSTANCE)));
    rows.put(VerdictReason.MALFORMED, Row.bad(new byte[] {1, 2, 3}));
    rows.put(
        VerdictReason.TOO_COMPLEX,
        Row.bad(
            Collections.nCopies(ChainJudge.MAX_CERTIFICATES + 1, leaf().der())
                .toArray(byte[][]::new)));
    rows.put(
        VerdictReason.UNAVAILABLE,
        bad(leaf()).asked(CertificateRole.CERTIFICATE_ROLE_UNSPECIFIED).is(VerdictResult.UNKNOWN));
    return rows;
  }

  private static NameConstraints only(String name) {
    return new NameConstraints(
        new GeneralSubtree[] {new GeneralSubtree(new GeneralName(GeneralName.dNSName, name))},
        null);
  }

  @ParameterizedTest
  @EnumSource(value = VerdictReason.class, mode = EnumSource.Mode.EXCLUDE, names = "UNRECOGNIZED")
  void isReached(VerdictReason reason) throws Exception {
    Row row = requireNonNull(rows().get(reason), () -> "no row for " + reason);
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder()
            .setRole(row.role())
            .setRevocation(
                row.lists().isEmpty()
                    ? RevocationMode.REVOCATION_OFF
                    : RevocationMode.REVOCATION_REQUIRED);
    row.chain().forEach(der -> request.addChain(ByteString.copyFrom(der)));
    CertificateVerdict verdict =
        new ChainJudge(new GivenEvidence(row.lists(), List.of()), Duration.ofSeconds(1))
            .judge(request.build(), anchors(ROOT), Instant.now());
    assertThat(verdict.getReason()).as(verdict.getDetail()).isEqualTo(reason);
    assertThat(verdict.getResult()).isEqualTo(row.result());
    assertThat(verdict.getDetail().isEmpty()).isEqualTo(row.result() == VerdictResult.GOOD);
  }
}
