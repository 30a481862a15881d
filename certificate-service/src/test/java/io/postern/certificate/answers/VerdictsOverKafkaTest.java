package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.contracts.v1.VerdictResult;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.verdicts.KafkaVerdicts;
import io.postern.service.ServiceReadiness;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole service on a real broker; questions by the client that its callers use. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class VerdictsOverKafkaTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Inject LogSettings log;
  @Inject LossySender sender;
  @Inject MeterRegistry meters;
  @Inject LogClock logClock;
  @Inject Publisher publisher;
  @Inject AnchorStore anchors;

  @ConfigProperty(name = "postern.test.broker")
  String broker = "";

  @Inject @Readiness ServiceReadiness ready;

  private final CrlServer crls = CrlServer.create();
  private final LabCa ca = LabCa.create("Contoso " + System.nanoTime(), crls);

  @BeforeEach
  void awaitReady() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> ready.call().getStatus().name().equals("UP"));
  }

  @AfterEach
  void close() {
    crls.close();
  }

  static AnchorSet set(String organization, LabCa ca) {
    try {
      return AnchorSet.newBuilder()
          .setOrganization(organization)
          .setName("own")
          .addCertificates(ByteString.copyFrom(ca.root().getEncoded()))
          .build();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void publish(AnchorSet set) throws Exception {
    DirectoryObject object =
        DirectoryObject.newBuilder()
            .setAnchorSet(set)
            .setCommandId("command-" + System.nanoTime())
            .setCommandCount(1)
            .build();
    send(Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray());
  }

  private void send(String topic, String key, byte[] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get();
    }
  }

  static VerdictQuestion question(AnchorSet set, String organization, Identity identity) {
    AnchorSetReference anchors =
        AnchorSetReference.newBuilder()
            .setId(DirectoryKeys.anchorSetId(set.getOrganization(), set.getName()))
            .setVersion(Fingerprints.anchorSetVersion(set))
            .build();
    return new VerdictQuestion(
        identity.der(),
        new byte[0],
        CertificateRole.ROLE_SERVER,
        anchors,
        RevocationMode.REVOCATION_REQUIRED,
        organization);
  }

  static CertificateRequest request(VerdictQuestion question, long deadlineMillis) {
    CertificateRequest.Builder request =
        CertificateRequest.newBuilder()
            .setVerdictKey(ByteString.copyFrom(question.key().bytes()))
            .setStapledOcsp(ByteString.copyFrom(question.stapledOcsp()))
            .setRole(question.role())
            .setAnchors(question.anchors())
            .setRevocation(question.revocation())
            .setOrganization(question.organization())
            .setDeadlineMillis(deadlineMillis);
    question.chain().forEach(der -> request.addChain(ByteString.copyFrom(der)));
    return request.build();
  }

  private void ask(VerdictQuestion question, long deadlineMillis) throws Exception {
    send(
        Topics.CERTIFICATE_REQUESTS,
        question.key().hex(),
        request(question, deadlineMillis).toByteArray());
  }

  private double questions(String fate) {
    Counter counter = meters.find("postern.certificate.questions").tag("fate", fate).counter();
    return counter == null ? 0 : counter.count();
  }

  private List<ConsumerRecord<String, byte[]>> all(String topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(log.reader(false))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  @Test
  void aQuestionIsAnsweredAndItsChainKept() throws Exception {
    AnchorSet set = set("contoso", ca);
    publish(set);
    Identity partner = ca.issue(Issue.to("mx.fabrikam.example"));
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      VerdictQuestion question = question(set, "contoso", partner);
      CertificateVerdict verdict = verdicts.verdict(question, PATIENCE);
      assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
      assertThat(verdict.getNamesList()).containsExactly("mx.fabrikam.example");
      assertThat(verdicts.known(question)).isNotNull();
    }
    String fingerprint = Fingerprints.hex(Fingerprints.chain(partner.der()));
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                all(Topics.CERTIFICATE_CHAINS).stream().anyMatch(r -> r.key().equals(fingerprint)));
    ConsumerRecord<String, byte[]> kept =
        all(Topics.CERTIFICATE_CHAINS).stream()
            .filter(r -> r.key().equals(fingerprint))
            .findFirst()
            .orElseThrow();
    assertThat(CertificateChain.parseFrom(kept.value()).getCertificatesCount()).isEqualTo(2);
  }

  @Test
  void theDefaultAnchorsAreAnnouncedAndJudge() throws Exception {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                all(Topics.CERTIFICATE_VERDICTS).stream()
                    .anyMatch(r -> r.key().equals(Topics.DEFAULT_ANCHORS_KEY)));
    ConsumerRecord<String, byte[]> announced =
        all(Topics.CERTIFICATE_VERDICTS).stream()
            .filter(r -> r.key().equals(Topics.DEFAULT_ANCHORS_KEY))
            .findFirst()
            .orElseThrow();
    assertThat(VerdictRecord.parseFrom(announced.value()).getAnchors().getAnchors().getVersion())
        .hasSize(16);
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      VerdictQuestion stranger =
          new VerdictQuestion(
              ca.issue(Issue.to("a.example")).der(),
              new byte[0],
              CertificateRole.ROLE_CLIENT,
              AnchorSetReference.getDefaultInstance(),
              RevocationMode.REVOCATION_REQUIRED,
              "");
      CertificateVerdict verdict = verdicts.verdict(stranger, PATIENCE);
      assertThat(verdict.getResult()).isEqualTo(VerdictResult.BAD);
      assertThat(verdict.getReason()).isEqualTo(VerdictReason.UNTRUSTED_ROOT);
    }
  }

  @Test
  void anotherOrganizationsAnchorsAreNotUsed() throws Exception {
    AnchorSet set = set("private", ca);
    publish(set);
    double before = questions("foreign-anchors");
    Identity partner = ca.issue(Issue.to("a.example"));
    ask(question(set, "stranger", partner), System.currentTimeMillis() + 20_000);
    Awaitility.await().atMost(PATIENCE).until(() -> questions("foreign-anchors") == before + 1);
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      assertThat(verdicts.verdict(question(set, "private", partner), PATIENCE).getResult())
          .isEqualTo(VerdictResult.GOOD);
    }
  }

  @Test
  void anAnchorSetThatIsNotInTheDirectoryIsUnknown() {
    AnchorSet set = set("nowhere", ca);
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      VerdictQuestion question = question(set, "nowhere", ca.issue(Issue.to("a.example")));
      CertificateVerdict verdict = verdicts.verdict(question, PATIENCE);
      assertThat(verdict.getResult()).isEqualTo(VerdictResult.UNKNOWN);
      assertThat(verdict.getReason()).isEqualTo(VerdictReason.UNAVAILABLE);
      assertThat(verdict.getDetail()).contains("anchor set");
    }
  }

  @Test
  void anExpiredQuestionAndAWrongKeyAreSkipped() throws Exception {
    AnchorSet set = set("skipping", ca);
    publish(set);
    double expired = questions("expired");
    double wrong = questions("wrong-key");
    VerdictQuestion late = question(set, "skipping", ca.issue(Issue.to("late.example")));
    VerdictQuestion other = question(set, "skipping", ca.issue(Issue.to("other.example")));
    ask(late, System.currentTimeMillis() - 1);
    CertificateRequest lying =
        request(other, System.currentTimeMillis() + 20_000).toBuilder()
            .setVerdictKey(ByteString.copyFrom(late.key().bytes()))
            .build();
    send(Topics.CERTIFICATE_REQUESTS, late.key().hex(), lying.toByteArray());
    send(Topics.CERTIFICATE_REQUESTS, "garbage", new byte[] {1, 2, 3});
    Awaitility.await().atMost(PATIENCE).until(() -> questions("expired") == expired + 1);
    Awaitility.await().atMost(PATIENCE).until(() -> questions("wrong-key") == wrong + 1);
    assertThat(all(Topics.CERTIFICATE_VERDICTS))
        .extracting(ConsumerRecord::key)
        .doesNotContain(late.key().hex());
  }

  @Test
  void theLogsClockIsLearntFromOurOwnRecords() {
    long own = logClock.ownMillis();
    logClock.stamped(own, own + 3_600_000); // as if the log were an hour ahead
    publisher.announce(anchors.announcement());
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Math.abs(logClock.millis() - System.currentTimeMillis()) < 10_000);
  }

  /** An asker whose clock differs by more than its patience, either way. */
  @ParameterizedTest
  @ValueSource(longs = {-3_600_000, 3_600_000})
  void anAskersClockDoesNotMatter(long ahead) throws Exception {
    AnchorSet set = set("skewed", ca);
    publish(set);
    double expired = questions("expired");
    VerdictQuestion question = question(set, "skewed", ca.issue(Issue.to("skew.example")));
    long askedAt = System.currentTimeMillis() + ahead;
    CertificateRequest skewed =
        request(question, askedAt + 20_000).toBuilder().setAskedAtMillis(askedAt).build();
    send(Topics.CERTIFICATE_REQUESTS, question.key().hex(), skewed.toByteArray());
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                all(Topics.CERTIFICATE_VERDICTS).stream()
                    .anyMatch(r -> r.key().equals(question.key().hex())));
    assertThat(questions("expired")).isEqualTo(expired);
    assertThat(meters.get("postern.certificate.questions.skew").summary().max())
        .isGreaterThan(3_500);
  }

  @Test
  void aStalledListDelaysNoOtherQuestion() throws Exception {
    try (CrlServer stalled = CrlServer.create()) {
      LabCa slow = LabCa.create("Slow " + System.nanoTime(), stalled);
      AnchorSet slowSet = set("slow", slow);
      AnchorSet set = set("quick", ca);
      publish(slowSet);
      publish(set);
      stalled.stall();
      double merged = questions("merged");
      VerdictQuestion slowly = question(slowSet, "slow", slow.issue(Issue.to("s.example")));
      try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender);
          ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<CertificateVerdict> waiting =
            side.submit(() -> verdicts.verdict(slowly, PATIENCE.multipliedBy(3)));
        Awaitility.await().atMost(PATIENCE).until(() -> stalled.fetches() > 0);
        // The same again, from another caller: joins the one in work.
        ask(slowly, System.currentTimeMillis() + 20_000);
        for (int i = 0; i < 5; i++) {
          VerdictQuestion quick = question(set, "quick", ca.issue(Issue.to("q" + i + ".example")));
          assertThat(verdicts.verdict(quick, PATIENCE).getResult()).isEqualTo(VerdictResult.GOOD);
        }
        Awaitility.await().atMost(PATIENCE).until(() -> questions("merged") == merged + 1);
        assertThat(waiting.isDone()).isFalse();
        stalled.fail(503);
        assertThat(waiting.get().getReason()).isEqualTo(VerdictReason.REVOCATION_UNREACHABLE);
        assertThat(questions("merged")).isEqualTo(merged + 1);
      }
    }
  }

  @Test
  void answersAreGivenAgainAfterOneThatCouldNotBeWritten() throws Exception {
    try (CrlServer stalled = CrlServer.create()) {
      LabCa slow = LabCa.create("Late " + System.nanoTime(), stalled);
      AnchorSet slowSet = set("late", slow);
      AnchorSet set = set("after", ca);
      publish(slowSet);
      publish(set);
      stalled.stall();
      ask(
          question(slowSet, "late", slow.issue(Issue.to("s.example"))),
          System.currentTimeMillis() + 20_000);
      Awaitility.await().atMost(PATIENCE).until(() -> stalled.fetches() > 0);
      double lost = lost();
      signal("STOP");
      try {
        stalled.fail(503);
        // The answer finds no broker that takes it.
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> lost() > lost);
      } finally {
        signal("CONT");
      }
      try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
        VerdictQuestion next = question(set, "after", ca.issue(Issue.to("n.example")));
        Awaitility.await()
            .atMost(Duration.ofSeconds(40))
            .until(() -> verdicts.verdict(next, PATIENCE).getResult() == VerdictResult.GOOD);
      }
    }
  }

  private double lost() {
    Counter counter = meters.find("postern.certificate.records.lost").counter();
    return counter == null ? 0 : counter.count();
  }

  private void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, broker).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }
}
