package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.VerdictReason;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What fresh questions wait for, and what not; the whole service on a real broker. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class FreshQuestionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Of who waits for what is stalled. */
  private static final long LONG_MILLIS = 60_000;

  /** More than there are judges, as BrokerResource has it. */
  private static final int WAITING = 60;

  /** As many as may, as BrokerResource has it. */
  private static final int MOST_WAITING = 100;

  private static final int FRESH = 60;
  private static final int CALLERS = 4;

  @Inject LogSettings log;
  @Inject LossySender sender;
  @Inject MeterRegistry meters;
  @Inject Judges judges;
  @Inject @Readiness ServiceReadiness ready;
  @Inject CountedChecks checks;

  private final CrlServer crls = CrlServer.create();
  private final CrlServer stalled = CrlServer.create();
  private final String number = "" + System.nanoTime();
  private final LabCa ca = LabCa.create("Quick " + number, crls);
  private final LabCa slow = LabCa.create("Slow " + number, stalled);
  private final AnchorSet quickSet = VerdictsOverKafkaTest.set("quick" + number, ca);
  private final AnchorSet slowSet = VerdictsOverKafkaTest.set("slow" + number, slow);
  private final Identity quickLeaf = ca.issue(Issue.to("quick.example"));
  private final Identity slowLeaf = slow.issue(Issue.to("slow.example"));

  @BeforeEach
  void publishAnchors() throws Exception {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> ready.call().getStatus().name().equals("UP"));
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      for (AnchorSet set : List.of(quickSet, slowSet)) {
        DirectoryObject object =
            DirectoryObject.newBuilder()
                .setAnchorSet(set)
                .setCommandId("command-" + System.nanoTime())
                .setCommandCount(1)
                .build();
        producer
            .send(
                new ProducerRecord<>(
                    Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray()))
            .get();
      }
    }
  }

  @AfterEach
  void close() {
    crls.close();
    stalled.close();
  }

  /** Another question each time, about the same chain: what is stapled to it differs. */
  private static VerdictQuestion question(AnchorSet set, Identity identity, String staple) {
    VerdictQuestion one = VerdictsOverKafkaTest.question(set, set.getOrganization(), identity);
    return new VerdictQuestion(
        one.chain(),
        staple.getBytes(StandardCharsets.UTF_8),
        one.role(),
        one.anchors(),
        one.revocation(),
        one.organization());
  }

  private void ask(List<VerdictQuestion> questions, long deadlineMillis) {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      for (VerdictQuestion question : questions) {
        var unused =
            producer.send(
                new ProducerRecord<>(
                    Topics.CERTIFICATE_REQUESTS,
                    question.key().hex(),
                    VerdictsOverKafkaTest.request(question, deadlineMillis).toByteArray()));
      }
    }
  }

  private static List<VerdictQuestion> questions(AnchorSet set, Identity identity, int count) {
    List<VerdictQuestion> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      questions.add(question(set, identity, "question " + i));
    }
    return questions;
  }

  private double expired() {
    Counter counter = meters.find("postern.certificate.questions").tag("fate", "expired").counter();
    return counter == null ? 0 : counter.count();
  }

  /** Milliseconds of each question, sorted; all good. */
  private List<Double> fresh(KafkaVerdicts verdicts, String round) throws Exception {
    List<Callable<List<Double>>> callers = new ArrayList<>();
    for (int caller = 0; caller < CALLERS; caller++) {
      String name = round + " " + caller + " ";
      callers.add(
          () -> {
            List<Double> took = new ArrayList<>();
            for (int i = 0; i < FRESH / CALLERS; i++) {
              VerdictQuestion question = question(quickSet, quickLeaf, name + i);
              long began = System.nanoTime();
              CertificateVerdict verdict = verdicts.verdict(question, PATIENCE);
              took.add((System.nanoTime() - began) / 1e6);
              assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
            }
            return took;
          });
    }
    List<Double> all = new ArrayList<>();
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<List<Double>> took : side.invokeAll(callers)) {
        all.addAll(took.get());
      }
    }
    Collections.sort(all);
    return all;
  }

  private static double p(List<Double> sorted, int percent) {
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }

  private static void print(String what, List<Double> sorted) {
    System.out.printf("%s: p50 %.1f ms, p99 %.1f ms%n", what, p(sorted, 50), p(sorted, 99));
  }

  @Test
  void aStalledListWithMoreWaitingThanThereAreJudgesDelaysNone() throws Exception {
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      var first = fresh(verdicts, "first"); // connections, lists, the compiler
      assertThat(first).hasSize(FRESH);
      List<Double> alone = fresh(verdicts, "alone");
      stalled.stall();
      ask(questions(slowSet, slowLeaf, WAITING), System.currentTimeMillis() + LONG_MILLIS);
      Awaitility.await().atMost(PATIENCE).until(() -> judges.waitingForLists() == WAITING);
      List<Double> beside = fresh(verdicts, "beside");
      assertThat(judges.waitingForLists()).as("they still wait").isEqualTo(WAITING);
      print("alone", alone);
      print("with " + WAITING + " that wait", beside);
      stalled.truthful();
      Awaitility.await().atMost(PATIENCE).until(() -> judges.waitingForLists() == 0);
    }
  }

  @Test
  void aChainWhoseListMustBeFetchedIsJudgedOnce() throws Exception {
    byte[] leaf = Fingerprints.sha256(slowLeaf.leaf().getEncoded());
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      stalled.stall();
      ask(List.of(question(slowSet, slowLeaf, "once")), System.currentTimeMillis() + LONG_MILLIS);
      Awaitility.await().atMost(PATIENCE).until(() -> judges.waitingForLists() == 1);
      stalled.truthful();
      CertificateVerdict verdict = verdicts.verdict(question(slowSet, slowLeaf, "once"), PATIENCE);
      assertThat(verdict.getResult()).as(verdict.getDetail()).isEqualTo(VerdictResult.GOOD);
      assertThat(checks.of(leaf)).isOne();
    }
  }

  @Test
  void oneMoreThanMayWaitForListsIsToldAtOnce() {
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      stalled.stall();
      ask(questions(slowSet, slowLeaf, MOST_WAITING), System.currentTimeMillis() + LONG_MILLIS);
      Awaitility.await().atMost(PATIENCE).until(() -> judges.waitingForLists() == MOST_WAITING);
      CertificateVerdict verdict =
          verdicts.verdict(question(slowSet, slowLeaf, "one more"), PATIENCE);
      assertThat(verdict.getReason()).isEqualTo(VerdictReason.UNAVAILABLE);
      assertThat(verdict.getDetail()).isEqualTo("too many requests are waiting for lists");
      assertThat(judges.waitingForLists()).as("they still wait").isEqualTo(MOST_WAITING);
      stalled.truthful();
      Awaitility.await().atMost(PATIENCE).until(() -> judges.waitingForLists() == 0);
    }
  }

  @Test
  void aBacklogThatNobodyWaitsForDelaysNone() throws Exception {
    int backlog = 5_000;
    try (KafkaVerdicts verdicts = new KafkaVerdicts(log, sender)) {
      var first = fresh(verdicts, "first");
      assertThat(first).hasSize(FRESH);
      double before = expired();
      ask(questions(slowSet, slowLeaf, backlog), System.currentTimeMillis() - 1);
      List<Double> behind = fresh(verdicts, "behind");
      print("behind a backlog of " + backlog, behind);
      // The longest is within PATIENCE, else it had no verdict.
      assertThat(p(behind, 50)).isLessThan(2000);
      Awaitility.await().atMost(PATIENCE).until(() -> expired() >= before + backlog);
      assertThat(stalled.fetches()).isZero();
    }
  }
}
