package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.RevocationAnnouncement;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.contracts.v1.VerdictResult;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.verdicts.KafkaVerdicts;
import io.postern.service.ServiceReadiness;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A verdict that callers keep falls when a refresh (here each second) finds a revocation; the whole
 * service on a real broker.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class RevokedWhileCachedTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Inject LogSettings log;
  @Inject LossySender sender;
  @Inject @Readiness ServiceReadiness ready;

  private final CrlServer crls = CrlServer.create();
  private final LabCa ca = LabCa.create("Contoso " + System.nanoTime(), crls);
  private final AnchorSet set = VerdictsOverKafkaTest.set("revoking" + System.nanoTime(), ca);

  @BeforeEach
  void publishAnchors() throws Exception {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> ready.call().getStatus().name().equals("UP"));
    DirectoryObject object =
        DirectoryObject.newBuilder()
            .setAnchorSet(set)
            .setCommandId("command-" + System.nanoTime())
            .setCommandCount(1)
            .build();
    send(Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray());
  }

  @AfterEach
  void close() {
    crls.close();
  }

  private void send(String topic, String key, byte[] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get();
    }
  }

  private VerdictQuestion question(Identity identity) {
    return VerdictsOverKafkaTest.question(set, set.getOrganization(), identity);
  }

  private static CertificateVerdict good(KafkaVerdicts verdicts, VerdictQuestion question) {
    CertificateVerdict verdict = verdicts.verdict(question, PATIENCE);
    assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
    assertThat(verdicts.known(question)).isNotNull();
    return verdict;
  }

  private static ByteString fingerprint(X509Certificate certificate) throws Exception {
    return ByteString.copyFrom(Fingerprints.sha256(certificate.getEncoded()));
  }

  private long announced(ByteString certificate) {
    String key = Topics.REVOKED_KEY + Fingerprints.hex(certificate.toByteArray());
    long count = 0;
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(log.reader(false))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.CERTIFICATE_VERDICTS).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          count += key.equals(record.key()) ? 1 : 0;
        }
      }
    }
    return count;
  }

  /** Falls in every caller's cache, is announced once, and the next answer is revoked. */
  private void assertFalls(VerdictQuestion question, X509Certificate certificate) throws Exception {
    try (KafkaVerdicts one = new KafkaVerdicts(log, sender);
        KafkaVerdicts other = new KafkaVerdicts(log, sender)) {
      good(one, question);
      good(other, question);
      ca.revoke(certificate);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> one.known(question) == null && other.known(question) == null);
      CertificateVerdict verdict = one.verdict(question, PATIENCE);
      assertThat(verdict.getReason()).as(verdict.getDetail()).isEqualTo(VerdictReason.REVOKED);
      Awaitility.await().atMost(PATIENCE).until(() -> other.known(question) != null);
      assertThat(other.known(question))
          .extracting(CertificateVerdict::getReason)
          .isEqualTo(VerdictReason.REVOKED);
      // Refreshed twice more, it is not announced again.
      int fetches = crls.fetches();
      Awaitility.await().atMost(PATIENCE).until(() -> crls.fetches() >= fetches + 4);
      assertThat(announced(fingerprint(certificate))).isEqualTo(1);
      assertThat(one.known(question)).as("the new one stays").isNotNull();
    }
  }

  @Test
  void aLeafOnAList() throws Exception {
    Identity partner = ca.issue(Issue.to("mx.fabrikam.example"));
    assertFalls(question(partner), partner.leaf());
  }

  @Test
  void anIntermediate() throws Exception {
    assertFalls(question(ca.issue(Issue.to("mx.fabrikam.example"))), ca.intermediate());
  }

  @Test
  void whatWasNotRevokedStays() throws Exception {
    Identity revoked = ca.issue(Issue.to("bad.example"));
    Identity other = ca.issue(Issue.to("good.example"));
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      good(verdicts, question(revoked));
      CertificateVerdict stays = good(verdicts, question(other));
      ca.revoke(revoked.leaf());
      Awaitility.await().atMost(PATIENCE).until(() -> verdicts.known(question(revoked)) == null);
      // A wrong announcement may come in another partition, and with a later refresh.
      int fetches = crls.fetches();
      Awaitility.await().atMost(PATIENCE).until(() -> crls.fetches() >= fetches + 2);
      assertThat(verdicts.known(question(other))).isEqualTo(stays);
    }
  }

  /** Whose list here is older: no verdict by it, until it is fetched again. */
  @Test
  void whatAnotherReplicaAnnouncesIsBelieved() throws Exception {
    Identity partner = ca.issue(Issue.to("mx.fabrikam.example"));
    VerdictQuestion question = question(partner);
    // The list is signed anew at each fetch: what comes until its times change is older, too.
    ca.crlTimes(Duration.ofHours(3), Duration.ofDays(1));
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      CertificateVerdict before = good(verdicts, question);
      RevocationEvidence evidence = before.getRevocation(0);
      long newer = evidence.getThisUpdateMillis() + Duration.ofHours(2).toMillis();
      RevocationAnnouncement announcement =
          RevocationAnnouncement.newBuilder()
              .setCertificateFingerprint(fingerprint(partner.leaf()))
              .setSource("crl")
              .setUrl(evidence.getUrl())
              .setThisUpdateMillis(newer)
              .build();
      send(
          Topics.CERTIFICATE_VERDICTS,
          Topics.REVOKED_KEY + Fingerprints.hex(fingerprint(partner.leaf()).toByteArray()),
          VerdictRecord.newBuilder().setRevocation(announcement).build().toByteArray());
      Awaitility.await().atMost(PATIENCE).until(() -> verdicts.known(question) == null);
      CertificateVerdict between = verdicts.verdict(question, PATIENCE);
      assertThat(between.getReason()).isEqualTo(VerdictReason.UNAVAILABLE);
      assertThat(between.getDetail()).contains("is being fetched");
      ca.crlTimes(Duration.ofMinutes(1), Duration.ofDays(1)); // newer, and does not revoke it
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  verdicts.verdict(question, Duration.ofSeconds(2)).getResult()
                      == VerdictResult.GOOD);
      CertificateVerdict after = verdicts.verdict(question, PATIENCE);
      assertThat(after.getRevocation(0).getThisUpdateMillis()).isGreaterThanOrEqualTo(newer);
    }
  }
}
