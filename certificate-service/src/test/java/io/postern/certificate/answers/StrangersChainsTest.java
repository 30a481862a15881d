package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.judging.ChainJudge;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.postern.service.ServiceReadiness;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Anybody can present a chain with a partner's name; what he presents must not pile up. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class StrangersChainsTest {
  private static final int CHAINS = 20_000;
  private static final ASN1ObjectIdentifier UNHEARD_OF =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.1");

  @Inject LogSettings log;
  @Inject MeterRegistry meters;
  @Inject ChainJudge judge;
  @Inject Publisher publisher;
  @Inject @Readiness ServiceReadiness ready;

  private final LabCa ca = LabCa.create("Partners " + System.nanoTime());
  private final Issue name = Issue.to("mail.fabrikam.example");

  @BeforeEach
  void awaitReady() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> ready.call().getStatus().name().equals("UP"));
  }

  @Test
  void selfSignedChainsWithAPartnersNameLeaveNothing() throws Exception {
    Set<String> before = newest().keySet();
    CertificateRequest stranger = request(LabCa.selfSigned(name).der());
    CertificateVerdict verdict = judged(stranger);
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.SELF_SIGNED);
    for (int i = 0; i < CHAINS; i++) {
      // Each a chain of its own: what is behind the leaf costs him nothing.
      byte[] another = ("certificate " + i).getBytes(StandardCharsets.UTF_8);
      publisher.chain(
          stranger.toBuilder().addChain(ByteString.copyFrom(another)).build(),
          verdict,
          Instant.now());
    }
    nothingButGoodOnesAreKeptFromNowOn(before);
  }

  @Test
  void neitherDoesOneThatNamesAnAnchorAndIsSignedByNobody() throws Exception {
    Set<String> before = newest().keySet();
    for (Duration ends : List.of(Duration.ofDays(90), Duration.ofDays(-1))) {
      CertificateRequest stranger = request(List.of(forged(ends)));
      CertificateVerdict verdict = judged(stranger);
      // It has come as far as a path: its signature is of a kind that nobody can check.
      assertThat(verdict.getPathCount()).isEqualTo(2);
      publisher.chain(stranger, verdict, Instant.now());
    }
    nothingButGoodOnesAreKeptFromNowOn(before);
  }

  @Test
  void whatIsPutBehindAGoodLeafIsNotKeptAndMakesFewChains() throws Exception {
    CertificateRequest partner = request(ca.issue(name).der());
    CertificateVerdict good = judged(partner);
    ByteString junk = ByteString.copyFrom(LabCa.selfSigned(name).der().getFirst());
    Set<String> before = newest().keySet();
    double dropped = dropped();
    for (int i = 0; i < 100; i++) {
      ByteString another = ByteString.copyFromUtf8("certificate " + i);
      publisher.chain(
          partner.toBuilder().addChain(junk).addChain(another).build(), good, Instant.now());
    }
    assertThat(dropped()).isEqualTo(dropped + 96);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> newest().size() == before.size() + 4);
    Map<String, byte[]> after = newest();
    after.keySet().removeAll(before);
    for (byte[] record : after.values()) {
      assertThat(CertificateChain.parseFrom(record).getCertificatesList())
          .isEqualTo(partner.getChainList());
    }
  }

  private double dropped() {
    return meters.counter("postern.certificate.chains.dropped").count();
  }

  private void nothingButGoodOnesAreKeptFromNowOn(Set<String> before) throws Exception {
    double dropped = dropped();
    Set<String> good = new HashSet<>();
    // So many that each partition has one behind whatever a stranger might have left there.
    for (int i = 0; i < 30; i++) {
      CertificateRequest partner = request(ca.issue(name).der());
      CertificateVerdict verdict = judged(partner);
      assertThat(verdict.getPathCount()).as(verdict.getDetail()).isEqualTo(3);
      publisher.chain(partner, verdict, Instant.now());
      good.add(
          Fingerprints.hex(
              Fingerprints.chain(
                  partner.getChainList().stream().map(ByteString::toByteArray).toList())));
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> newest().keySet().containsAll(good));
    Set<String> after = newest().keySet();
    after.removeAll(before);
    assertThat(after).isEqualTo(good);
    assertThat(dropped()).isEqualTo(dropped);
  }

  private static CertificateRequest request(List<byte[]> chain) {
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder()
            .setRole(CertificateRole.ROLE_CLIENT)
            .setRevocation(RevocationMode.REVOCATION_OFF);
    chain.forEach(der -> request.addChain(ByteString.copyFrom(der)));
    return request.build();
  }

  private CertificateVerdict judged(CertificateRequest request) throws Exception {
    TrustAnchors anchors =
        new TrustAnchors(
            AnchorSetReference.getDefaultInstance(),
            List.of(ParsedCertificate.parse(ca.root().getEncoded())));
    return judge.judge(request, anchors, Instant.now());
  }

  private byte[] forged(Duration ends) throws Exception {
    AlgorithmIdentifier algorithm = new AlgorithmIdentifier(UNHEARD_OF);
    Identity own = LabCa.selfSigned(name);
    V3TBSCertificateGenerator certificate = new V3TBSCertificateGenerator();
    certificate.setSerialNumber(new ASN1Integer(BigInteger.TEN));
    certificate.setSignature(algorithm);
    certificate.setIssuer(X500Name.getInstance(ca.root().getSubjectX500Principal().getEncoded()));
    certificate.setSubject(new X500Name("CN=mail.fabrikam.example"));
    certificate.setStartDate(new Time(Date.from(Instant.now().minus(Duration.ofDays(9)))));
    certificate.setEndDate(new Time(Date.from(Instant.now().plus(ends))));
    certificate.setSubjectPublicKeyInfo(
        SubjectPublicKeyInfo.getInstance(own.leaf().getPublicKey().getEncoded()));
    ASN1BitString signature = new DERBitString(new byte[] {1, 2, 3});
    ASN1EncodableVector parts = new ASN1EncodableVector();
    parts.add(certificate.generateTBSCertificate());
    parts.add(algorithm);
    parts.add(signature);
    return new DERSequence(parts).getEncoded("DER");
  }

  private Map<String, byte[]> newest() {
    Map<String, byte[]> newest = new HashMap<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(log.reader(false))) {
      List<TopicPartition> partitions = new ArrayList<>();
      consumer
          .partitionsFor(Topics.CERTIFICATE_CHAINS)
          .forEach(p -> partitions.add(new TopicPartition(p.topic(), p.partition())));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> newest.put(record.key(), record.value()));
      }
    }
    return newest;
  }
}
