package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.anchors.AnchorHistory;
import io.postern.certificate.anchors.AnchorQuery;
import io.postern.certificate.anchors.AnchorRun;
import io.postern.certificate.anchors.AnchorSource;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.Distrust;
import io.postern.certificate.bundles.BundleLedger;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.ocsp.OcspStore;
import io.postern.certificate.topics.FollowedTopics;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TrustBundle;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.reading.TopicFollower;
import io.postern.log.verdicts.KafkaVerdicts;
import io.postern.service.ServiceReadiness;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Default anchors that change while the whole service runs on a real broker. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(AnchorsResource.class)
class AnchorsOverKafkaTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Inject LogSettings log;
  @Inject LossySender sender;
  @Inject MeterRegistry meters;
  @Inject DefaultAnchors defaults;
  @Inject BundleLedger bundles;
  @Inject AnchorStore anchors;
  @Inject CrlStore lists;
  @Inject OcspStore responders;
  @Inject VerdictMemory memory;
  @Inject Publisher publisher;
  @Inject @Readiness ServiceReadiness ready;

  @ConfigProperty(name = "postern.test.anchors", defaultValue = "of another test")
  Path folder = Path.of("");

  private final LabCa ca = LabCa.create("Contoso " + System.nanoTime());

  @BeforeEach
  void awaitReady() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> ready.call().getStatus().name().equals("UP"));
  }

  private Path watched(String name) {
    return folder.resolve("anchors").resolve(name);
  }

  private VerdictQuestion question(AnchorSet.Builder builder, Identity identity) throws Exception {
    AnchorSet set = builder.setOrganization("contoso").setName("own").build();
    DirectoryObject object =
        DirectoryObject.newBuilder()
            .setAnchorSet(set)
            .setCommandId("command-" + System.nanoTime())
            .setCommandCount(1)
            .build();
    send(Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray());
    return new VerdictQuestion(
        identity.der(),
        new byte[0],
        CertificateRole.ROLE_SERVER,
        AnchorSetReference.newBuilder()
            .setId("contoso/own")
            .setVersion(Fingerprints.anchorSetVersion(set))
            .build(),
        RevocationMode.REVOCATION_REQUIRED,
        "contoso");
  }

  private void send(String topic, String key, byte[] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get();
    }
  }

  private List<TrustBundle> recorded() throws Exception {
    List<TrustBundle> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(log.reader(true))) {
      TopicPartition partition = new TopicPartition(Topics.CERTIFICATE_ANCHORS, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          assertThat(record.key()).isEqualTo(TrustBundle.parseFrom(record.value()).getVersion());
          records.add(TrustBundle.parseFrom(record.value()));
        }
      }
    }
    return records;
  }

  private static ByteString fingerprint(X509Certificate certificate) throws Exception {
    return ByteString.copyFrom(Fingerprints.sha256(certificate.getEncoded()));
  }

  private AnchorHistory history() {
    return bundles.history().orElseThrow();
  }

  private List<AnchorRun> known(X509Certificate certificate) throws Exception {
    return bundles
        .history()
        .orElseGet(AnchorHistory::new)
        .find(
            AnchorQuery.fingerprint(Fingerprints.hex(fingerprint(certificate).toByteArray())), "");
  }

  @Test
  void aVerdictOnASetWithTheDefaultOneFallsWhenThatChanges() throws Exception {
    ca.writeRoot(watched("contoso.pem"));
    await().atMost(PATIENCE).until(() -> known(ca.root()).size() == 1);
    VerdictQuestion question =
        question(AnchorSet.newBuilder().setWithDefaults(true), ca.issue(Issue.to("a.example")));
    VerdictQuestion onOwn =
        question(
            AnchorSet.newBuilder().addCertificates(ByteString.copyFrom(ca.root().getEncoded())),
            ca.issue(Issue.to("b.example")));
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      assertThat(verdicts.verdict(onOwn, PATIENCE).getResult()).isEqualTo(VerdictResult.GOOD);
      question =
          question(AnchorSet.newBuilder().setWithDefaults(true), ca.issue(Issue.to("a.example")));
      CertificateVerdict good = verdicts.verdict(question, PATIENCE);
      assertThat(good.getResult()).as(good.getDetail()).isEqualTo(VerdictResult.GOOD);
      assertThat(good.getOwnAnchors()).isEqualTo(question.anchors());
      // What a caller knows that has never heard of sets with defaults.
      assertThat(good.getAnchors()).isEqualTo(defaults.current().reference());
      assertThat(verdicts.known(question)).isNotNull();

      Files.delete(watched("contoso.pem"));
      VerdictQuestion asked = question;
      await().atMost(PATIENCE).until(() -> verdicts.known(asked) == null);
      CertificateVerdict after = verdicts.verdict(question, PATIENCE);
      assertThat(after.getReason()).isEqualTo(VerdictReason.UNTRUSTED_ROOT);
      assertThat(after.getAnchors()).isNotEqualTo(good.getAnchors());
      assertThat(verdicts.known(onOwn)).as("has nothing of the default set").isNotNull();
    }
  }

  @Test
  void whatTheInstallationDistrustsIsDistrustedInEverySet() throws Exception {
    LabCa distrusted = LabCa.open(folder.resolve("distrusted"), "Distrusted", null);
    Identity peer = distrusted.issue(Issue.to("mx.example"));
    for (AnchorSet.Builder set :
        List.of(
            AnchorSet.newBuilder().setWithDefaults(true),
            AnchorSet.newBuilder()
                .addCertificates(ByteString.copyFrom(distrusted.root().getEncoded())))) {
      try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
        CertificateVerdict verdict = verdicts.verdict(question(set, peer), PATIENCE);
        assertThat(verdict.getReason()).isEqualTo(VerdictReason.UNTRUSTED_ROOT);
        assertThat(verdict.getDetail())
            .contains("distrusted here by postern.anchors.distrusted")
            .contains(Fingerprints.hex(fingerprint(distrusted.root()).toByteArray()));
        assertThat(verdict.getDistrustVersion())
            .isEqualTo(defaults.current().distrustVersion())
            .isNotEmpty();
      }
    }
  }

  @Test
  void anOrganizationsRemovalIsItsOwn() throws Exception {
    ca.writeRoot(watched("removed.pem"));
    await().atMost(PATIENCE).until(() -> known(ca.root()).size() == 1);
    Identity peer = ca.issue(Issue.to("mx.example"));
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      CertificateVerdict without =
          verdicts.verdict(
              question(
                  AnchorSet.newBuilder()
                      .setWithDefaults(true)
                      .addDistrusted(fingerprint(ca.root())),
                  peer),
              PATIENCE);
      assertThat(without.getReason()).isEqualTo(VerdictReason.UNTRUSTED_ROOT);
      assertThat(without.getDetail()).contains("distrusted here by trust anchors contoso/own");
      assertThat(
              verdicts
                  .verdict(question(AnchorSet.newBuilder().setWithDefaults(true), peer), PATIENCE)
                  .getResult())
          .isEqualTo(VerdictResult.GOOD);
    } finally {
      Files.delete(watched("removed.pem"));
    }
  }

  @Test
  void eachVersionIsRecordedWithWhatCameAndWent() throws Exception {
    ca.writeRoot(watched("recorded.pem"));
    await().atMost(PATIENCE).until(() -> known(ca.root()).size() == 1);
    AnchorRun run = known(ca.root()).getFirst();
    assertThat(run.until()).isNull();
    assertThat(run.orEarlier()).isFalse();
    assertThat(run.sources()).containsExactly("folder " + watched("recorded.pem"));
    TrustBundle with = history().version(run.version()).orElseThrow();
    assertThat(with.getCameList()).contains(fingerprint(ca.root()));
    assertThat(with.getBefore()).isNotEmpty();
    assertThat(with.getDistrustedCount()).isEqualTo(1);

    Files.delete(watched("recorded.pem"));
    await().atMost(PATIENCE).until(() -> known(ca.root()).getFirst().until() != null);
    assertThat(recorded()).contains(with);
    assertThat(meters.counter("postern.certificate.anchors.changes").count()).isPositive();
  }

  @Test
  void theUrlsBundleIsTakenAndFollowed() throws Exception {
    await()
        .atMost(PATIENCE)
        .until(() -> defaults.bundle().getSourcesList().toString().contains("url https://"));
    double before =
        meters.counter("postern.certificate.anchors.downloads", "result", "changed").count();
    Path served = folder.resolve("served.pem");
    String text = Files.readString(served);
    Path next = folder.resolve("next.pem");
    Files.writeString(next, text + ca.rootPem());
    Files.move(next, served, StandardCopyOption.ATOMIC_MOVE);
    await().atMost(PATIENCE).until(() -> known(ca.root()).size() == 1);
    assertThat(known(ca.root()).getFirst().sources()).singleElement().asString().contains("url ");
    assertThat(meters.counter("postern.certificate.anchors.downloads", "result", "changed").count())
        .isGreaterThan(before);
    assertThat(meters.get("postern.certificate.anchors").tag("source", "url").gauge().value())
        .isGreaterThanOrEqualTo(2);
    assertThat(Files.readString(folder.resolve("copy").resolve("url.pem"))).contains(ca.rootPem());
  }

  @Test
  void aVersionOfAReplicaThatIsGoneDoesNotStayTheNewest() throws Exception {
    // What another test has left to see is seen, and recorded, before.
    defaults.reload();
    bundles.record();
    Path one = Files.createDirectory(folder.resolve("stays" + System.nanoTime()));
    Path two = Files.createDirectory(folder.resolve("goes" + System.nanoTime()));
    ca.writeRoot(one.resolve("own.pem"));
    LabCa.create("Gone " + System.nanoTime()).writeRoot(two.resolve("own.pem"));
    DefaultAnchors ofOne = new DefaultAnchors(List.of(AnchorSource.folder(one)), Distrust.NONE);
    DefaultAnchors ofTwo = new DefaultAnchors(List.of(AnchorSource.folder(two)), Distrust.NONE);
    String stays = ofOne.bundle().getVersion();
    String goes = ofTwo.bundle().getVersion();
    Duration gone = Duration.ofSeconds(10);
    BundleLedger left = new BundleLedger(log, ofOne, InstantSource.system(), gone);
    Revocations announcements =
        new Revocations(lists, responders, memory, left, publisher, InstantSource.system(), meters);
    FollowedTopics followed = new FollowedTopics(log, List.of(announcements));
    try (left;
        TopicFollower reader = new TopicFollower(log, Topics.CERTIFICATE_ANCHORS, left.reader())) {
      reader.start();
      followed.start(new TopicsVerified(4));
      await().atMost(PATIENCE).until(() -> has(left, ofOne));
      try (BundleLedger taken = new BundleLedger(log, ofTwo, InstantSource.system(), gone);
          TopicFollower other =
              new TopicFollower(log, Topics.CERTIFICATE_ANCHORS, taken.reader())) {
        other.start();
        await().atMost(PATIENCE).until(() -> newest(left).equals(goes));
        // While it announces itself, nobody records by turns.
        long end = System.nanoTime() + gone.multipliedBy(3).dividedBy(2).toNanos();
        await()
            .atMost(gone.plus(PATIENCE))
            .until(
                () -> {
                  publisher.announce(
                      AnchorSetAnnouncement.newBuilder()
                          .setAnchors(AnchorSetReference.newBuilder().setVersion(goes))
                          .build());
                  left.record();
                  assertThat(newest(left)).isEqualTo(goes);
                  return System.nanoTime() - end > 0;
                });
      }
      await()
          .atMost(gone.plus(PATIENCE))
          .until(
              () -> {
                publisher.announce(anchors.announcement());
                left.record();
                return newest(left).equals(stays);
              });
      int before = recorded().size();
      left.record();
      assertThat(recorded()).hasSize(before);
      assertThat(
              recorded().stream()
                  .filter(record -> record.getVersion().equals(stays))
                  .toList()
                  .getLast()
                  .getInForceMillisCount())
          .isEqualTo(2);
    } finally {
      followed.stop(new ShutdownEvent());
      publisher.announce(anchors.announcement());
    }
  }

  private static String newest(BundleLedger ledger) {
    return ledger.history().stream()
        .flatMap(history -> history.timeline().stream())
        .findFirst()
        .map(entry -> entry.bundle().getVersion())
        .orElse("");
  }

  @Test
  void whatIsAddedToTheFileOfDistrustFallsAtOnceInEverySet() throws Exception {
    Identity peer = ca.issue(Issue.to("mx.example"));
    VerdictQuestion onOwn =
        question(
            AnchorSet.newBuilder().addCertificates(ByteString.copyFrom(ca.root().getEncoded())),
            peer);
    Path file = folder.resolve("distrusted.txt");
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      assertThat(verdicts.verdict(onOwn, PATIENCE).getResult()).isEqualTo(VerdictResult.GOOD);
      Files.writeString(
          file, "# at once\n" + Fingerprints.hex(fingerprint(ca.root()).toByteArray()) + "\n");
      await().atMost(PATIENCE).until(() -> verdicts.known(onOwn) == null);
      CertificateVerdict after = verdicts.verdict(onOwn, PATIENCE);
      assertThat(after.getReason())
          .as("the service has not answered from memory: " + after.getDetail())
          .isEqualTo(VerdictReason.UNTRUSTED_ROOT);
      assertThat(after.getDetail()).contains("by postern.anchors.distrusted-file");
    } finally {
      Files.writeString(file, "# none\n");
    }
  }

  private static boolean has(BundleLedger ledger, DefaultAnchors set) {
    return ledger
        .history()
        .flatMap(history -> history.version(set.bundle().getVersion()))
        .isPresent();
  }
}
