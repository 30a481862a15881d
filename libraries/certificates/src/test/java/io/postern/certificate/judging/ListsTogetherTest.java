package io.postern.certificate.judging;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.revocation.crl.Lists;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** Several lists about one certificate (RFC 5280 §6.3.3), beside what PKITS has. */
class ListsTogetherTest {
  private static final Made ROOT = ca("Root").make();
  private static final Made OTHER_ROOT = ca("Root of others").make();
  private static final Made LEAF = leaf("a.example").by(ROOT).make();

  private static CollectedChain.Outcome judge(Made leaf, List<Made> others, byte[]... lists)
      throws InterruptedException {
    return new CollectedChain(
            Stream.concat(Stream.of(leaf), others.stream()).map(Made::der).toList(),
            List.of(ROOT.der()),
            List.of(lists),
            List.of(),
            RevocationMode.REVOCATION_REQUIRED,
            Purpose.SERVER,
            PolicyInputs.NONE,
            Instant.now())
        .judge();
  }

  private static VerdictResult result(byte[]... lists) throws InterruptedException {
    return judge(LEAF, List.of(), lists).result();
  }

  @Test
  void changesAddToAList() throws Exception {
    byte[] complete = Lists.complete(ROOT, 5).make();
    assertThat(result(complete)).isEqualTo(VerdictResult.GOOD);
    assertThat(result(complete, Lists.changes(ROOT, 5, 6).entry(LEAF, 1, null).make()))
        .isEqualTo(VerdictResult.BAD);
  }

  @Test
  void changesTakeOffAList() throws Exception {
    byte[] onHold = Lists.complete(ROOT, 5).entry(LEAF, 6, null).make();
    assertThat(result(onHold)).isEqualTo(VerdictResult.BAD);
    assertThat(result(onHold, Lists.changes(ROOT, 5, 6).entry(LEAF, 8, null).make()))
        .isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void changesThatDoNotFitChangeNothing() throws Exception {
    byte[] onHold = Lists.complete(ROOT, 5).entry(LEAF, 6, null).make();
    Instant past = Instant.now().minusSeconds(7200);
    for (byte[] changes :
        List.of(
            Lists.changes(ROOT, 6, 7).entry(LEAF, 8, null).make(), // since a later list
            Lists.changes(ROOT, 4, 5).entry(LEAF, 8, null).make(), // older than the list
            Lists.changes(OTHER_ROOT, 5, 6).entry(LEAF, 8, null).make(),
            Lists.changes(ROOT, 5, 6).entry(LEAF, 8, null).times(past, past.plusSeconds(9)).make(),
            Lists.changes(new Made(ROOT.certificate(), OTHER_ROOT.keys()), 5, 6)
                .entry(LEAF, 8, null)
                .make())) {
      assertThat(result(onHold, changes)).isEqualTo(VerdictResult.BAD);
    }
  }

  @Test
  void changesAloneAreNoList() throws Exception {
    assertThat(judge(LEAF, List.of(), Lists.changes(ROOT, 5, 6).make()).reason())
        .isEqualTo(VerdictReason.REVOCATION_UNREACHABLE);
  }

  /** Its key was stolen: who has it makes a list issuer of the root's name. */
  @Test
  void aRevokedAuthorityDoesNotClearItself() throws Exception {
    Made middle = ca("Middle").by(ROOT).make();
    Made leaf = leaf("a.example").by(middle).make();
    Made forger = ca("Root").by(middle).make();
    byte[] revoking = Lists.complete(ROOT, 1).entry(middle, 1, null).make();
    byte[] forged = Lists.complete(forger, 2).make();
    byte[] ofMiddle = Lists.complete(middle, 1).make();
    assertThat(judge(leaf, List.of(middle), revoking, ofMiddle).result())
        .isEqualTo(VerdictResult.BAD);
    assertThat(judge(leaf, List.of(middle, forger), forged, ofMiddle).result())
        .as("the root's own list does not come through")
        .isEqualTo(VerdictResult.UNKNOWN);
    assertThat(judge(leaf, List.of(forger, middle), revoking, forged, ofMiddle).result())
        .isEqualTo(VerdictResult.BAD);
  }

  private static CertificateMaker listIssuer(Made by) {
    return leaf("lists.example")
        .by(by)
        .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.cRLSign));
  }

  private static Made indirectLeaf(X500Name listIssuer) {
    DistributionPoint point =
        new DistributionPoint(null, null, new GeneralNames(new GeneralName(listIssuer)));
    return leaf("a.example")
        .by(ROOT)
        .with(
            Extension.cRLDistributionPoints,
            false,
            new CRLDistPoint(new DistributionPoint[] {point}))
        .make();
  }

  @Test
  void anIndirectListIsByAnIssuerOfItsOwn() throws Exception {
    Made issuer = listIssuer(ROOT).make();
    Made leaf = indirectLeaf(issuer.certificate().holder().getSubject());
    byte[] ofTheRoot = Lists.complete(ROOT, 1).make();
    byte[] good = Lists.indirect(issuer).make();
    byte[] bad = Lists.indirect(issuer).entry(leaf, 1, ROOT).make();
    byte[] another = Lists.indirect(issuer).entry(leaf, 1, OTHER_ROOT).make();
    assertThat(judge(leaf, List.of(issuer), ofTheRoot, good).result())
        .isEqualTo(VerdictResult.GOOD);
    assertThat(judge(leaf, List.of(issuer), ofTheRoot, bad).result()).isEqualTo(VerdictResult.BAD);
    assertThat(judge(leaf, List.of(issuer), ofTheRoot, another).result())
        .as("the same serial number of another issuer")
        .isEqualTo(VerdictResult.GOOD);
  }

  @Test
  void aListIssuerMustBeTrustedByTheSameRootAndNotRevoked() throws Exception {
    Made stranger = listIssuer(OTHER_ROOT).make();
    Made leaf = indirectLeaf(stranger.certificate().holder().getSubject());
    byte[] byStranger = Lists.indirect(stranger).entry(leaf, 1, ROOT).make();
    byte[] ofTheRoot = Lists.complete(ROOT, 1).make();
    assertThat(judge(leaf, List.of(stranger, OTHER_ROOT), ofTheRoot, byStranger).result())
        .as("its list says nothing, neither good nor bad")
        .isEqualTo(VerdictResult.GOOD);
    Made revoked = listIssuer(ROOT).make();
    Made other = indirectLeaf(revoked.certificate().holder().getSubject());
    byte[] withoutIt = Lists.complete(ROOT, 1).entry(revoked, 1, null).make();
    byte[] byRevoked = Lists.indirect(revoked).entry(other, 1, ROOT).make();
    assertThat(judge(other, List.of(revoked), withoutIt, byRevoked).result())
        .isEqualTo(VerdictResult.GOOD);
  }
}
