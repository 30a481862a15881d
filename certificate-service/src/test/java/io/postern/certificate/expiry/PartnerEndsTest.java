package io.postern.certificate.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class PartnerEndsTest {
  private static final Instant NOW = Instant.now();
  private static final int CHAINS = 5_000;
  private static final int DAYS = 60;

  private final LabCa ca = LabCa.create("Partners");
  private final PartnerEnds ends = new PartnerEnds();

  @Test
  void aLookAtThousandsOfChainsKeepsNothingButTheirEnds() throws Exception {
    List<CertificateChain> chains = chains(Duration.ofDays(200));
    chains.add(chain(ca.issue(Issue.to("near.example").valid(NOW, NOW.plusSeconds(86_400)))));
    assertThat(near(chains, List.of())).hasSize(1);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(near(chains, List.of())).hasSize(1);
    // To parse them all takes some 50 MB.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4 << 20);
  }

  @Test
  void thousandsThatAreNearTheirEndAreNotParsedEither() throws Exception {
    List<CertificateChain> chains = chains(Duration.ofDays(20));
    List<CertificateEnd> endings = near(chains, List.of());
    assertThat(endings).hasSize(CHAINS);
    // What is told of each refers to the bytes that were there already.
    assertThat(endings.get(CHAINS / 2).der())
        .matches(der -> chains.stream().anyMatch(c -> c.getCertificates(0) == der));
    assertThat(endings.getFirst().band()).isEqualTo(ExpiringCertificate.Band.WITHIN_30_DAYS);
    ExpiringCertificate told = endings.getFirst().expiring().orElseThrow();
    assertThat(told.certificate().sha256()).isEqualTo(endings.getFirst().sha256());
  }

  @Test
  void ofAChainOnlyWhatEndsIsToldWithWhoPresentsIt() {
    Identity partner = ca.issue(Issue.to("mail.fabrikam.example").valid(NOW, NOW.plusSeconds(60)));
    CertificateChain chain = chain(partner);
    HandshakeSeen handshake =
        HandshakeSeen.newBuilder()
            .setPeer("mail.fabrikam.example")
            .setOrganization("contoso")
            .setConnector("Fabrikam")
            .setChainFingerprint(chain.getFingerprint())
            .build();
    List<CertificateEnd> endings =
        near(
            List.of(chain),
            List.of(handshake, handshake.toBuilder().setPeer("").setConnector("Any").build()));
    assertThat(endings).hasSize(1);
    assertThat(endings.getFirst().der()).isEqualTo(chain.getCertificates(0));
    assertThat(endings.getFirst().daysLeft()).isZero();
    assertThat(endings.getFirst().where())
        .containsExactly(
            "contoso / Any: an unauthenticated peer",
            "contoso / Fabrikam: mail.fabrikam.example",
            "sends to us");
  }

  @Test
  void anIssuerOnThousandsOfChainsHasTwentyPlaces() {
    CertificateChain chain = chain(ca.issue(Issue.to("a.example").valid(NOW, NOW.plusSeconds(60))));
    List<HandshakeSeen> handshakes = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      handshakes.add(
          HandshakeSeen.newBuilder()
              .setPeer("p%03d.example".formatted(i))
              .setChainFingerprint(chain.getFingerprint())
              .build());
    }
    assertThat(near(List.of(chain), handshakes).getFirst().where())
        .hasSize(20)
        .contains(" / : p000.example", " / : p019.example");
  }

  @Test
  void whatCannotBeReadIsLeftOutAndTheRestIsTold() {
    CertificateChain good = chain(ca.issue(Issue.to("a.example").valid(NOW, NOW.plusSeconds(60))));
    CertificateChain damaged =
        CertificateChain.newBuilder()
            .setFingerprint(ByteString.copyFromUtf8("another"))
            .addCertificates(ByteString.copyFromUtf8("no certificate"))
            .addCertificates(good.getCertificates(0))
            .build();
    assertThat(near(List.of(damaged), List.of()))
        .extracting(CertificateEnd::der)
        .containsExactly(good.getCertificates(0));
  }

  private List<CertificateEnd> near(List<CertificateChain> chains, List<HandshakeSeen> handshakes) {
    CertificateEnds endings = new CertificateEnds(NOW, DAYS);
    ends.add(chains, handshakes, endings);
    return endings.all();
  }

  private static CertificateChain chain(Identity identity) {
    CertificateChain.Builder chain =
        CertificateChain.newBuilder()
            .setFingerprint(ByteString.copyFrom(Fingerprints.chain(identity.der())))
            .setRole(CertificateRole.ROLE_CLIENT);
    identity.der().forEach(der -> chain.addCertificates(ByteString.copyFrom(der)));
    return chain.build();
  }

  /** Certificates of their own with one key, which costs less to make. */
  private List<CertificateChain> chains(Duration left) throws Exception {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
    keys.initialize(256);
    KeyPair key = keys.generateKeyPair();
    ContentSigner signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate());
    ByteString issuer = ByteString.copyFrom(ca.intermediate().getEncoded());
    List<CertificateChain> chains = new ArrayList<>();
    for (int i = 0; i < CHAINS; i++) {
      byte[] leaf =
          new JcaX509v3CertificateBuilder(
                  ca.intermediate().getSubjectX500Principal(),
                  BigInteger.valueOf(i + 1L),
                  Date.from(NOW),
                  Date.from(NOW.plus(left)),
                  new X500Principal("CN=p" + i + ".example"),
                  Objects.requireNonNull(key.getPublic()))
              .build(signer)
              .getEncoded();
      chains.add(
          CertificateChain.newBuilder()
              .setFingerprint(ByteString.copyFrom(Fingerprints.sha256(leaf)))
              .setRole(CertificateRole.ROLE_CLIENT)
              .addCertificates(ByteString.copyFrom(leaf))
              .addCertificates(issuer)
              .build());
    }
    return chains;
  }
}
