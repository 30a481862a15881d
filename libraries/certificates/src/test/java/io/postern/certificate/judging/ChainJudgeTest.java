package io.postern.certificate.judging;

import static io.postern.certificate.CertificateMaker.anchors;
import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.ec;
import static io.postern.certificate.CertificateMaker.leaf;
import static io.postern.certificate.CertificateMaker.rsa;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.CpuTime;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.revocation.lookup.GivenEvidence;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyConstraints;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One chain for each reason; revocation has its own tests. */
class ChainJudgeTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Made ROOT = ca("Root").make();
  private static final Made ISSUING = ca("Issuing").by(ROOT).make();
  private static final TrustAnchors ANCHORS = anchors(ROOT);

  private final ChainJudge judge =
      new ChainJudge(new GivenEvidence(List.of(), List.of()), Duration.ofSeconds(1));

  private CertificateVerdict judge(CertificateRole role, TrustAnchors anchors, byte[]... chain)
      throws Exception {
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder().setRole(role).setRevocation(RevocationMode.REVOCATION_OFF);
    for (byte[] der : chain) {
      request.addChain(ByteString.copyFrom(der));
    }
    return judge.judge(request.build(), anchors, Instant.now());
  }

  private CertificateVerdict server(byte[]... chain) throws Exception {
    return judge(CertificateRole.ROLE_SERVER, ANCHORS, chain);
  }

  @Test
  void aGoodChainIsGoodWithItsPathNamesAndAnchors() throws Exception {
    Made leaf = leaf("mx.example.com").by(ISSUING).make();
    CertificateVerdict verdict = server(leaf.der(), ISSUING.der());
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.VERDICT_REASON_UNSPECIFIED);
    assertThat(verdict.getPathList().stream().map(ByteString::toByteArray))
        .containsExactly(
            leaf.certificate().fingerprint(),
            ISSUING.certificate().fingerprint(),
            ROOT.certificate().fingerprint());
    assertThat(verdict.getNamesList()).containsExactly("mx.example.com");
    assertThat(verdict.getAnchorSubject()).contains("CN=Root");
    assertThat(verdict.getAnchors().getVersion()).isEqualTo("test");
    assertThat(verdict.getRevocationList())
        .extracting(e -> e.getStatus())
        .containsExactly(RevocationStatus.NOT_CHECKED, RevocationStatus.NOT_CHECKED);
    assertThat(verdict.getValidUntilMillis() - verdict.getJudgedAtMillis()).isEqualTo(3_600_000);
  }

  @Test
  void aVerdictEndsWithItsCertificate() throws Exception {
    Made leaf = leaf("a.example").by(ISSUING).valid(DAY.negated(), Duration.ofMinutes(5)).make();
    CertificateVerdict verdict = server(leaf.der(), ISSUING.der());
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getValidUntilMillis())
        .isEqualTo(leaf.certificate().notAfter().toEpochMilli());
  }

  @Test
  void theOrderAndRepetitionOfIssuersDoNotMatter() throws Exception {
    Made lower = ca("Lower").by(ISSUING).make();
    Made leaf = leaf("a.example").by(lower).make();
    Made stranger = ca("Stranger").make();
    CertificateVerdict verdict =
        server(leaf.der(), ROOT.der(), ISSUING.der(), stranger.der(), lower.der(), ISSUING.der());
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getPathCount()).isEqualTo(4);
  }

  @Test
  void aSelfSignedCertificateThatIsAnAnchorIsGood() throws Exception {
    Made pinned = leaf("partner.example").make();
    CertificateVerdict verdict = judge(CertificateRole.ROLE_CLIENT, anchors(pinned), pinned.der());
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getPathCount()).isEqualTo(1);
  }

  @Test
  void anIntermediateMayBeAnAnchor() throws Exception {
    Made leaf = leaf("a.example").by(ISSUING).make();
    assertThat(judge(CertificateRole.ROLE_SERVER, anchors(ISSUING), leaf.der()).getResult())
        .isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void anExpiredCrossCertificateIsPassedByAnotherPath() throws Exception {
    Made otherRoot = ca("Other Root").make();
    byte[] old =
        ca("Issuing")
            .keys(ISSUING.keys())
            .by(otherRoot)
            .valid(DAY.multipliedBy(-9), DAY.negated())
            .der();
    Made leaf = leaf("a.example").by(ISSUING).make();
    CertificateVerdict verdict =
        judge(
            CertificateRole.ROLE_SERVER, anchors(otherRoot, ROOT), leaf.der(), old, ISSUING.der());
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdict.getAnchorSubject()).contains("CN=Root");
  }

  record Case(VerdictReason reason, CertificateRole role, List<byte[]> chain) {}

  private static Arguments bad(String what, VerdictReason reason, byte[]... chain) {
    return bad(what, CertificateRole.ROLE_SERVER, reason, chain);
  }

  private static Arguments bad(
      String what, CertificateRole role, VerdictReason reason, byte[]... chain) {
    return Arguments.of(what, new Case(reason, role, List.of(chain)));
  }

  static Stream<Arguments> badChains() throws Exception {
    List<Arguments> all = new ArrayList<>();
    byte[] good = leaf("a.example").by(ISSUING).der();
    all.add(bad("self-signed", VerdictReason.SELF_SIGNED, leaf("a.example").der()));
    all.add(
        bad("self-signed with the name of an anchor", VerdictReason.SELF_SIGNED, ca("Root").der()));
    Made foreign = ca("Foreign").make();
    Made foreignIssuing = ca("Foreign Issuing").by(foreign).make();
    all.add(
        bad(
            "own root presented",
            VerdictReason.UNTRUSTED_ROOT,
            leaf("a.example").by(foreignIssuing).der(),
            foreignIssuing.der(),
            foreign.der()));
    Made sameName = ca("Root").make();
    all.add(
        bad(
            "own root with the name of an anchor",
            VerdictReason.UNTRUSTED_ROOT,
            leaf("a.example").by(sameName).der(),
            sameName.der()));
    all.add(
        bad(
            "issuer missing",
            VerdictReason.INCOMPLETE_CHAIN,
            leaf("a.example").by(ISSUING).issuerAt("http://ca.example/issuing.cer").der()));
    all.add(
        bad(
            "issuer missing, of an authority that publishes no certificates",
            VerdictReason.UNTRUSTED_ROOT,
            leaf("a.example").by(foreign).der()));
    all.add(
        bad(
            "own root not presented",
            VerdictReason.UNTRUSTED_ROOT,
            leaf("a.example").by(foreignIssuing).der(),
            foreignIssuing.der()));
    all.add(
        bad(
            "leaf expired",
            VerdictReason.EXPIRED,
            leaf("a.example").by(ISSUING).valid(DAY.multipliedBy(-9), DAY.negated()).der(),
            ISSUING.der()));
    Made oldCa = ca("Old").by(ROOT).valid(DAY.multipliedBy(-9), DAY.negated()).make();
    all.add(
        bad(
            "issuer expired",
            VerdictReason.EXPIRED,
            leaf("a.example").by(oldCa).der(),
            oldCa.der()));
    all.add(
        bad(
            "not yet valid",
            VerdictReason.NOT_YET_VALID,
            leaf("a.example").by(ISSUING).valid(DAY, DAY.multipliedBy(9)).der(),
            ISSUING.der()));
    byte[] changed = good.clone();
    changed[changed.length - 3] ^= 1;
    all.add(bad("signature changed", VerdictReason.BAD_SIGNATURE, changed, ISSUING.der()));
    Made impostor = ca("Issuing").make();
    all.add(
        bad(
            "issuer of the same name and another key",
            VerdictReason.BAD_SIGNATURE,
            leaf("a.example").by(impostor).der(),
            ISSUING.der()));
    all.add(
        bad(
            "RSA 1024",
            VerdictReason.WEAK_KEY,
            leaf("a.example").by(ISSUING).keys(rsa(1024)).der(),
            ISSUING.der()));
    KeyPairGenerator weakCurve = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
    weakCurve.initialize(new java.security.spec.ECGenParameterSpec("secp224r1"));
    all.add(
        bad(
            "a curve of 224 bits",
            VerdictReason.WEAK_KEY,
            leaf("a.example").by(ISSUING).saying(weakCurve.generateKeyPair().getPublic()).der(),
            ISSUING.der()));
    KeyPairGenerator dsa = KeyPairGenerator.getInstance("DSA");
    dsa.initialize(2048);
    all.add(
        bad(
            "DSA",
            VerdictReason.WEAK_KEY,
            leaf("a.example").by(ISSUING).saying(dsa.generateKeyPair().getPublic()).der(),
            ISSUING.der()));
    KeyPair rsa = rsa(2048);
    Made rsaCa = ca("RSA").by(ROOT).keys(rsa).make();
    all.add(
        bad(
            "SHA-1 with RSA",
            VerdictReason.WEAK_SIGNATURE,
            leaf("a.example").by(rsaCa).algorithm("SHA1withRSA").der(),
            rsaCa.der()));
    all.add(
        bad(
            "MD5 with RSA",
            VerdictReason.WEAK_SIGNATURE,
            leaf("a.example").by(rsaCa).algorithm("MD5withRSA").der(),
            rsaCa.der()));
    all.add(
        bad(
            "SHA-1 with ECDSA",
            VerdictReason.WEAK_SIGNATURE,
            leaf("a.example").by(ISSUING).algorithm("SHA1withECDSA").der(),
            ISSUING.der()));
    Made noCa = ca("No CA").by(ROOT).without(Extension.basicConstraints).make();
    all.add(
        bad(
            "issuer without basic constraints",
            VerdictReason.NOT_A_CA,
            leaf("a.example").by(noCa).der(),
            noCa.der()));
    Made leafAsCa = leaf("b.example").by(ISSUING).make();
    all.add(
        bad(
            "a leaf that issues",
            VerdictReason.NOT_A_CA,
            leaf("a.example").by(leafAsCa).der(),
            leafAsCa.der(),
            ISSUING.der()));
    Made zero = ca("Zero").by(ROOT).pathLength(0).make();
    Made belowZero = ca("Below").by(zero).make();
    all.add(
        bad(
            "path too long",
            VerdictReason.PATH_LENGTH,
            leaf("a.example").by(belowZero).der(),
            belowZero.der(),
            zero.der()));
    Made noSign =
        ca("No Sign")
            .by(ROOT)
            .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.cRLSign))
            .make();
    all.add(
        bad(
            "issuer may not sign certificates",
            VerdictReason.KEY_USAGE,
            leaf("a.example").by(noSign).der(),
            noSign.der()));
    all.add(
        bad(
            "leaf may only sign lists",
            VerdictReason.KEY_USAGE,
            leaf("a.example")
                .by(ISSUING)
                .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.cRLSign))
                .der(),
            ISSUING.der()));
    all.add(
        bad(
            "client that may not sign",
            CertificateRole.ROLE_CLIENT,
            VerdictReason.KEY_USAGE,
            leaf("a.example")
                .by(ISSUING)
                .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyEncipherment))
                .der(),
            ISSUING.der()));
    all.add(
        bad(
            "code signer as a client",
            CertificateRole.ROLE_CLIENT,
            VerdictReason.EXTENDED_KEY_USAGE,
            leaf("a.example").by(ISSUING).purposes(KeyPurposeId.id_kp_codeSigning).der(),
            ISSUING.der()));
    all.add(
        bad(
            "client certificate of a server",
            VerdictReason.EXTENDED_KEY_USAGE,
            leaf("a.example").by(ISSUING).purposes(KeyPurposeId.id_kp_clientAuth).der(),
            ISSUING.der()));
    Made codeCa = ca("Code").by(ROOT).purposes(KeyPurposeId.id_kp_codeSigning).make();
    all.add(
        bad(
            "issuer for code only",
            VerdictReason.EXTENDED_KEY_USAGE,
            leaf("a.example").by(codeCa).der(),
            codeCa.der()));
    all.add(
        bad(
            "unknown critical extension",
            VerdictReason.UNKNOWN_CRITICAL_EXTENSION,
            leaf("a.example")
                .by(ISSUING)
                .with(new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, DERNull.INSTANCE)
                .der(),
            ISSUING.der()));
    Made constrained =
        ca("Constrained")
            .by(ROOT)
            .with(Extension.nameConstraints, true, only("good.example"))
            .make();
    all.add(
        bad(
            "name outside the constraints",
            VerdictReason.NAME_CONSTRAINT,
            leaf("evil.example").by(constrained).der(),
            constrained.der()));
    all.add(
        bad(
            "common name outside the constraints",
            VerdictReason.NAME_CONSTRAINT,
            leaf("evil.example").by(constrained).without(Extension.subjectAlternativeName).der(),
            constrained.der()));
    all.add(
        bad(
            "common name outside, with an address as alternative name",
            VerdictReason.NAME_CONSTRAINT,
            leaf("evil.example")
                .by(constrained)
                .with(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.rfc822Name, "a@good.example")))
                .der(),
            constrained.der()));
    Made policies =
        ca("Policies").by(ROOT).with(Extension.policyConstraints, true, explicitPolicy()).make();
    all.add(
        bad(
            "explicit policy wanted, none there",
            VerdictReason.POLICY,
            leaf("a.example").by(policies).der(),
            policies.der()));
    all.add(bad("no certificate", VerdictReason.MALFORMED));
    all.add(bad("no DER", VerdictReason.MALFORMED, new byte[] {1, 2, 3}));
    all.add(bad("an empty one", VerdictReason.MALFORMED, new byte[0]));
    all.add(
        bad(
            "PEM",
            VerdictReason.MALFORMED,
            "-----BEGIN CERTIFICATE-----".getBytes(StandardCharsets.US_ASCII)));
    byte[] trailing = java.util.Arrays.copyOf(good, good.length + 1);
    all.add(bad("something behind it", VerdictReason.MALFORMED, trailing, ISSUING.der()));
    all.add(
        bad(
            "unreadable key usage, not critical",
            VerdictReason.MALFORMED,
            leaf("a.example")
                .by(ISSUING)
                .with(Extension.keyUsage, false, new DEROctetString(new byte[] {1}))
                .der(),
            ISSUING.der()));
    all.add(
        bad(
            "eleven certificates",
            VerdictReason.TOO_COMPLEX,
            Stream.generate(() -> good).limit(11).toArray(byte[][]::new)));
    all.add(bad("70 KiB", VerdictReason.TOO_COMPLEX, good, new byte[70 * 1024]));
    return all.stream();
  }

  private static NameConstraints only(String domain) {
    return new NameConstraints(
        new GeneralSubtree[] {new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain))},
        null);
  }

  private static PolicyConstraints explicitPolicy() {
    return PolicyConstraints.getInstance(
        new DERSequence(new DERTaggedObject(false, 0, new ASN1Integer(0))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badChains")
  void aBadChainHasItsReason(String what, Case bad) throws Exception {
    CertificateVerdict verdict = judge(bad.role(), ANCHORS, bad.chain().toArray(byte[][]::new));
    assertThat(verdict.getReason()).as(verdict.getDetail()).isEqualTo(bad.reason());
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.BAD);
    assertThat(verdict.getDetail()).isNotBlank();
  }

  @Test
  void anExpiredAnchorJudgesNothing() throws Exception {
    Made old = ca("Old Root").valid(DAY.multipliedBy(-9), DAY.negated()).make();
    byte[] leaf = leaf("a.example").by(old).der();
    assertThat(judge(CertificateRole.ROLE_SERVER, anchors(old), leaf).getReason())
        .isEqualTo(VerdictReason.EXPIRED);
  }

  @Test
  void anAnchorsOwnNameConstraintsHold() throws Exception {
    Made narrow = ca("Narrow").with(Extension.nameConstraints, true, only("good.example")).make();
    TrustAnchors anchors = anchors(narrow);
    byte[] good = leaf("mx.good.example").by(narrow).der();
    byte[] evil = leaf("evil.example").by(narrow).der();
    assertThat(judge(CertificateRole.ROLE_SERVER, anchors, good).getResult())
        .isEqualTo(VerdictResult.GOOD);
    assertThat(judge(CertificateRole.ROLE_SERVER, anchors, evil).getReason())
        .isEqualTo(VerdictReason.NAME_CONSTRAINT);
  }

  @Test
  void anAnchorWithAWeakKeyJudgesNothing() throws Exception {
    Made weak = ca("Weak").keys(rsa(1024)).make();
    byte[] leaf = leaf("a.example").by(weak).der();
    assertThat(judge(CertificateRole.ROLE_SERVER, anchors(weak), leaf).getReason())
        .isEqualTo(VerdictReason.WEAK_KEY);
  }

  @Test
  void theAnchorsOfAnotherSetDoNotJudge() throws Exception {
    Made mine = ca("Mine").make();
    byte[] leaf = leaf("a.example").by(mine).der();
    assertThat(judge(CertificateRole.ROLE_SERVER, anchors(mine), leaf).getResult())
        .isEqualTo(VerdictResult.GOOD);
    assertThat(judge(CertificateRole.ROLE_SERVER, ANCHORS, leaf, mine.der()).getReason())
        .isEqualTo(VerdictReason.UNTRUSTED_ROOT);
  }

  @Test
  void aQuestionWithoutARoleIsNotAnswered() throws Exception {
    byte[] leaf = leaf("a.example").by(ISSUING).der();
    CertificateVerdict verdict =
        judge(CertificateRole.CERTIFICATE_ROLE_UNSPECIFIED, ANCHORS, leaf, ISSUING.der());
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.UNKNOWN);
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.UNAVAILABLE);
  }

  @Test
  void aWebOfCrossCertificatesEndsInBoundedTime() throws Exception {
    List<Made> web = new ArrayList<>();
    KeyPair[] keys = {ec("secp256r1"), ec("secp256r1"), ec("secp256r1")};
    // Nine certificates among three names, each issued by each, none by an anchor.
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        if (i != j) {
          Made issuer = ca("Web " + j).keys(keys[j]).make();
          web.add(ca("Web " + i).keys(keys[i]).by(issuer).make());
        }
      }
    }
    List<byte[]> chain = new ArrayList<>();
    chain.add(leaf("a.example").by(web.getFirst()).der());
    web.forEach(made -> chain.add(made.der()));
    CpuTime time = CpuTime.measure();
    CertificateVerdict verdict = server(chain.toArray(byte[][]::new));
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.BAD);
    assertThat(time.used()).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void aSearchBeyondTheBoundIsTooComplex() throws Exception {
    // One name and nine keys: each certificate of the web fits below each other by name.
    List<byte[]> chain = new ArrayList<>();
    KeyPair shared = ec("secp256r1");
    Made top = ca("Top").keys(shared).make();
    List<Made> anchors = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      // Twenty expired anchors of one name and key.
      anchors.add(ca("Top").keys(shared).valid(DAY.multipliedBy(-9), DAY.negated()).make());
    }
    chain.add(leaf("a.example").by(top).der());
    CertificateVerdict verdict =
        judge(
            CertificateRole.ROLE_SERVER,
            anchors(anchors.toArray(Made[]::new)),
            chain.toArray(byte[][]::new));
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.TOO_COMPLEX);
  }

  @Test
  void hostileBytesGiveAVerdictInBoundedTime() throws Exception {
    Random random = new Random(4711);
    byte[] leaf =
        leaf("a.example").by(ISSUING).crl("http://crl.example/a").ocsp("http://o.example").der();
    CpuTime time = CpuTime.measure();
    for (int i = 0; i < 5_000; i++) {
      byte[] first = i % 3 == 0 ? leaf : mutated(random, leaf);
      byte[] second = i % 3 == 0 ? mutated(random, ISSUING.der()) : ISSUING.der();
      CertificateVerdict verdict = server(first, second);
      assertThat(verdict.getResult()).isIn(VerdictResult.GOOD, VerdictResult.BAD);
    }
    assertThat(time.used()).isLessThan(Duration.ofSeconds(60));
  }

  /** Some octets changed, a part doubled, left out, or the end cut off. */
  static byte[] mutated(Random random, byte[] original) {
    byte[] bytes = original.clone();
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(6)) {
      case 0 -> {
        return java.util.Arrays.copyOf(bytes, at);
      }
      case 1 -> {
        int length = Math.min(random.nextInt(16), bytes.length - at);
        System.arraycopy(bytes, random.nextInt(bytes.length - length), bytes, at, length);
      }
      case 2 -> random.nextBytes(bytes);
      default -> {
        for (int i = random.nextInt(3); i >= 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
      }
    }
    return bytes;
  }

  @Test
  void namesAreThoseOfTheAlternativeNameElseTheCommonName() throws Exception {
    byte[] commonName =
        leaf("CN.Example").by(ISSUING).without(Extension.subjectAlternativeName).der();
    assertThat(server(commonName, ISSUING.der()).getNamesList()).containsExactly("cn.example");
    byte[] both =
        leaf("cn.example")
            .by(ISSUING)
            .with(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(
                    new GeneralName[] {
                      new GeneralName(GeneralName.dNSName, "*.A.example"),
                      new GeneralName(GeneralName.dNSName, "not a name"),
                      new GeneralName(GeneralName.iPAddress, "192.0.2.1")
                    }))
            .der();
    assertThat(server(both, ISSUING.der()).getNamesList()).containsExactly("*.a.example");
    assertThat(CertificateMaker.parsed(both).shown()).isEqualTo("CN=cn.example");
  }
}
