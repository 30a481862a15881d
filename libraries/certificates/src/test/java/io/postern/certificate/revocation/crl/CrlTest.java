package io.postern.certificate.revocation.crl;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.CpuTime;
import io.postern.certificate.revocation.DistributionPoints;
import io.postern.certificate.revocation.SignerTrust;
import io.postern.certificate.revocation.store.ClearedCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.ReasonFlags;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CrlTest {
  private static final String URL = "http://crl.example/part-1.crl";
  private static final Made CA = ca("CA").make();
  private static final Made LEAF = leaf("a.example").by(CA).crl(URL).make();
  private static final Instant NOW = Instant.now();
  private static final ASN1ObjectIdentifier OWN = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.2");

  private static RevocationEvidence examine(byte[] der) throws MalformedCrlException {
    CrlExamination examination =
        new CrlExamination(LEAF.certificate(), DistributionPoints.of(LEAF.certificate()), NOW);
    examination.add(Crl.of(der), null, URL, SignerTrust.OF_THE_PATH);
    return examination.finding().evidence();
  }

  private static IssuingDistributionPoint scope(
      String url, boolean users, boolean cas, @Nullable ReasonFlags reasons, boolean indirect) {
    DistributionPointName name =
        url.isEmpty()
            ? null
            : new DistributionPointName(
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, url)));
    return new IssuingDistributionPoint(name, users, cas, reasons, indirect, false);
  }

  private static CrlMaker scoped(IssuingDistributionPoint scope) {
    return CrlMaker.by(CA).with(Extension.issuingDistributionPoint, true, scope);
  }

  static Stream<Arguments> lists() {
    Instant past = NOW.minus(Duration.ofDays(2));
    return Stream.of(
        Arguments.of("empty", RevocationStatus.NOT_REVOKED, CrlMaker.by(CA)),
        Arguments.of("others", RevocationStatus.NOT_REVOKED, CrlMaker.by(CA).revoking(1, 500)),
        Arguments.of(
            "revoked", RevocationStatus.IS_REVOKED, CrlMaker.by(CA).revoking(1, 99).revoking(LEAF)),
        Arguments.of(
            "past", RevocationStatus.STALE, CrlMaker.by(CA).times(past, past.plusSeconds(60))),
        Arguments.of(
            "without nextUpdate", RevocationStatus.STALE, CrlMaker.by(CA).times(past, null)),
        Arguments.of(
            "from the future",
            RevocationStatus.STALE,
            CrlMaker.by(CA).times(NOW.plusSeconds(3600), NOW.plusSeconds(7200))),
        Arguments.of(
            "a minute ahead, as of another clock",
            RevocationStatus.NOT_REVOKED,
            CrlMaker.by(CA).times(NOW.plusSeconds(60), NOW.plusSeconds(7200))),
        Arguments.of(
            "critical extension",
            RevocationStatus.UNREACHABLE,
            CrlMaker.by(CA).with(OWN, true, DERNull.INSTANCE)),
        Arguments.of(
            "extension that is not critical",
            RevocationStatus.NOT_REVOKED,
            CrlMaker.by(CA).with(OWN, false, DERNull.INSTANCE)),
        Arguments.of(
            "critical extension in another's entry",
            RevocationStatus.UNREACHABLE,
            CrlMaker.by(CA).revoking(1, 1).withInEntries(OWN, true, DERNull.INSTANCE)),
        Arguments.of(
            "delta",
            RevocationStatus.UNREACHABLE,
            CrlMaker.by(CA).with(Extension.deltaCRLIndicator, true, new ASN1Integer(1))),
        Arguments.of(
            "own part",
            RevocationStatus.NOT_REVOKED,
            scoped(scope(URL, false, false, null, false))),
        Arguments.of(
            "another part",
            RevocationStatus.UNREACHABLE,
            scoped(scope("http://crl.example/part-2.crl", false, false, null, false))),
        Arguments.of(
            "only leaves",
            RevocationStatus.NOT_REVOKED,
            scoped(scope("", true, false, null, false))),
        Arguments.of(
            "only CAs", RevocationStatus.UNREACHABLE, scoped(scope("", false, true, null, false))),
        Arguments.of(
            "some reasons",
            RevocationStatus.UNREACHABLE,
            scoped(scope("", false, false, new ReasonFlags(ReasonFlags.keyCompromise), false))),
        Arguments.of(
            "indirect, by the issuer itself",
            RevocationStatus.NOT_REVOKED,
            scoped(scope("", false, false, null, true))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lists")
  void aListSays(String what, RevocationStatus status, CrlMaker list) throws Exception {
    RevocationEvidence evidence = examine(list.make());
    assertThat(evidence.getStatus()).as(evidence.getDetail()).isEqualTo(status);
  }

  @Test
  void revokedSaysWhenAndWhy() throws Exception {
    RevocationEvidence evidence = examine(CrlMaker.by(CA).revoking(LEAF).make());
    assertThat(evidence.getDetail()).contains("reason: keyCompromise");
    assertThat(evidence.getRevokedAtMillis()).isCloseTo(NOW.toEpochMilli(), within(120_000));
  }

  private static org.assertj.core.data.Offset<Long> within(long millis) {
    return org.assertj.core.data.Offset.offset(millis);
  }

  @Test
  void onlyTheIssuersSignatureCounts() throws Exception {
    Crl good = Crl.of(CrlMaker.by(CA).make());
    assertThat(CrlSignature.problem(good, CA.certificate())).isNull();
    Made sameName = ca("CA").make();
    assertThat(CrlSignature.problem(good, sameName.certificate())).contains("signature");
    assertThat(CrlSignature.problem(good, ca("Other").make().certificate()))
        .contains("another issuer");
    Made noCrls =
        ca("CA")
            .keys(CA.keys())
            .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
            .make();
    assertThat(CrlSignature.problem(good, noCrls.certificate())).contains("cRLSign");
    Crl weak = Crl.of(CrlMaker.by(CA).algorithm("SHA1withECDSA").make());
    assertThat(CrlSignature.problem(weak, CA.certificate())).contains("SHA-1");
  }

  /** What is not an entry comes to the heap; an entry is read whole. */
  @Test
  void aListThatIsLargeBesideItsEntriesIsRefused() {
    DEROctetString large = new DEROctetString(new byte[66_000]);
    assertThatThrownBy(() -> Crl.of(CrlMaker.by(CA).with(OWN, false, large).make()))
        .isInstanceOf(MalformedCrlException.class)
        .hasMessageContaining("64 KiB");
    DEROctetString some = new DEROctetString(new byte[5_000]);
    assertThatThrownBy(
            () -> Crl.of(CrlMaker.by(CA).revoking(1, 1).withInEntries(OWN, false, some).make()))
        .isInstanceOf(MalformedCrlException.class)
        .hasMessageContaining("4 KiB");
  }

  @Test
  void aListOfTwoHundredThousandIsLookedUpInMilliseconds() throws Exception {
    Crl crl = Crl.of(CrlMaker.by(CA).revoking(1_000_000, 200_000).make());
    CpuTime time = CpuTime.measure();
    assertThat(crl.entry(BigInteger.valueOf(1_199_999), crl.issuer())).isNotNull();
    assertThat(crl.entry(BigInteger.valueOf(999_999), crl.issuer())).isNull();
    assertThat(time.used()).isLessThan(Duration.ofSeconds(1));
  }

  /** Each entry names its issuer, mostly the one before it: no name is made for each. */
  @Test
  void anIndirectListOfTwoHundredThousandToo() throws Exception {
    Crl crl =
        Crl.of(
            CrlMaker.by(CA)
                .revoking(1_000_000, 200_000)
                .withInEntries(
                    Extension.certificateIssuer,
                    true,
                    new GeneralNames(new GeneralName(LEAF.certificate().holder().getSubject())))
                .with(Extension.issuingDistributionPoint, true, scope("", false, false, null, true))
                .make());
    crl.entry(BigInteger.ONE, crl.issuer()); // the first is the compiler's
    CpuTime time = CpuTime.measure();
    assertThat(crl.entry(BigInteger.valueOf(1_199_999), LEAF.certificate().subject())).isNotNull();
    assertThat(crl.entry(BigInteger.valueOf(1_199_999), crl.issuer())).isNull();
    assertThat(time.used()).isLessThan(Duration.ofSeconds(1));
  }

  /** As looking for each alone says it. */
  @Test
  void manyAreLookedUpInOneWalk() throws Exception {
    Made other = ca("Other").make();
    Random random = new Random(5280);
    List<Made> leaves = new ArrayList<>();
    CrlMaker maker =
        CrlMaker.by(CA)
            .with(Extension.issuingDistributionPoint, true, scope("", false, false, null, true));
    for (int i = 0; i < 60; i++) {
      Made leaf = leaf("a.example").by(random.nextBoolean() ? CA : other).make();
      leaves.add(leaf);
      Made[] named = {null, CA, other};
      if (random.nextInt(3) > 0) {
        maker.entry(leaf, random.nextInt(4) == 0 ? 8 : 1, named[random.nextInt(3)]);
      }
    }
    Crl crl = Crl.of(maker.make());
    List<ClearedCertificate> cleared =
        leaves.stream()
            .map(
                made ->
                    ClearedCertificate.of(
                        made.certificate(), RevocationEvidence.getDefaultInstance()))
            .toList();
    var revoked = crl.revoked(cleared);
    assertThat(revoked).isNotEmpty();
    for (ClearedCertificate one : cleared) {
      Crl.Entry alone = crl.entry(one.serial(), one.issuer());
      assertThat(revoked.containsKey(one)).isEqualTo(alone != null && !alone.removed());
    }
  }

  @Test
  void garbageIsNoList() {
    byte[] good = CrlMaker.by(CA).make();
    for (byte[] bad :
        List.of(
            new byte[0],
            "<html>".getBytes(StandardCharsets.US_ASCII),
            Arrays.copyOf(good, good.length - 1),
            Arrays.copyOf(good, good.length + 1),
            CA.der())) {
      assertThatThrownBy(() -> Crl.of(bad)).isInstanceOf(MalformedCrlException.class);
    }
  }

  @Test
  void hostileListsAreGarbageOrNotByTheIssuer() throws Exception {
    Random random = new Random(1701);
    byte[] good =
        CrlMaker.by(CA)
            .revoking(1, 5)
            .revoking(LEAF)
            .with(Extension.cRLNumber, false, new ASN1Integer(7))
            .with(Extension.issuingDistributionPoint, true, scope(URL, true, false, null, false))
            .make();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      if (i % 4 == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      } else {
        for (int n = random.nextInt(3); n >= 0; n--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
      }
      try {
        Crl crl = Crl.of(bytes);
        if (CrlSignature.problem(crl, CA.certificate()) == null) {
          assertThat(bytes).isEqualTo(good);
        }
      } catch (MalformedCrlException e) {
        assertThat(e).hasMessageMatching("(?s).+");
      }
    }
  }
}
