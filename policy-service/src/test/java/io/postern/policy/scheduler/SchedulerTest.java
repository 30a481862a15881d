package io.postern.policy.scheduler;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Deployment;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.policy.LogLab;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scheduler with a real broker, its state on disk, and ends of all kinds. */
class SchedulerTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int LAST_ATTEMPT = 5;

  /** As fast, but nothing is due before all of it is seen waiting and the broker is away. */
  private static final ScheduleTimes LATER =
      new ScheduleTimes(
          List.of(Duration.ofSeconds(10), Duration.ofMillis(500)),
          SchedulerProcess.FAST.daneIntervals(),
          SchedulerProcess.FAST.delayNotice(),
          SchedulerProcess.FAST.holdLimit(),
          SchedulerProcess.FAST.watch());

  @TempDir static Path folder = Path.of("");
  private static LogLab log;
  private static KafkaProducer<String, byte[]> delivery;
  private static Owner owner = SchedulerLab.OWNER; // of all partitions

  private final Map<String, Integer> answered = new HashMap<>(); // last attempt by queue id
  private long numbers;

  @BeforeAll
  static void start() throws Exception {
    log = LogLab.shared();
    delivery = new KafkaProducer<>(log.settings().producer());
  }

  @AfterAll
  static void stop() {
    delivery.close(Duration.ofSeconds(1));
    log.close();
  }

  private static Scheduler scheduler(String name) {
    return scheduler(name, new SimpleMeterRegistry());
  }

  private static Scheduler scheduler(String name, SimpleMeterRegistry registry) {
    return scheduler(name, SchedulerProcess.FAST, registry);
  }

  private static Scheduler scheduler(
      String name, ScheduleTimes times, SimpleMeterRegistry registry) {
    Scheduler scheduler =
        SchedulerProcess.scheduler(log.broker().bootstrap(), folder.resolve(name), times, registry);
    scheduler.start();
    return scheduler;
  }

  private void outcome(QueueId queueId, int attempt, OutcomeKind kind) {
    outcome(queueId, attempt, kind, owner);
  }

  private static void taken(int partition, Owner by) {
    byte[] marker =
        OutcomeRecorded.newBuilder()
            .setPartitionTaken(true)
            .setOwner(by.message())
            .build()
            .toByteArray();
    var unused = delivery.send(new ProducerRecord<>(Topics.MAIL_OUTCOMES, partition, "", marker));
  }

  private void outcome(QueueId queueId, int attempt, OutcomeKind kind, Owner writer) {
    write(outcome(queueId, attempt, kind, writer, "timeout"));
  }

  private OutcomeRecorded.Builder outcome(
      QueueId queueId, int attempt, OutcomeKind kind, Owner writer, String reason) {
    return OutcomeRecorded.newBuilder()
        .setId(OutcomeId.newBuilder().setIncarnation("test").setNumber(++numbers))
        .setWriter(OutcomeWriter.WRITER_DELIVERY)
        .setOwner(writer.message())
        .setQueueId(queueId.value())
        .setDeliveryId(queueId + "/" + attempt + "/0")
        .setAttempt(attempt)
        .setAcceptedMillis(System.currentTimeMillis())
        .setExpiresMillis(System.currentTimeMillis() + Duration.ofDays(1).toMillis())
        .addRecipients(RecipientOutcome.newBuilder().setKind(kind).setReason(reason));
  }

  private static void write(OutcomeRecorded.Builder outcome) {
    QueueId queueId = QueueId.parse(outcome.getQueueId());
    var unused =
        delivery.send(
            new ProducerRecord<>(
                Topics.MAIL_OUTCOMES,
                queueId.partition(),
                queueId.value(),
                outcome.build().toByteArray()));
  }

  private List<QueueId> deferred(int messages) {
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      QueueId queueId = QueueId.next(i % LogLab.PARTITIONS);
      outcome(queueId, 1, OutcomeKind.DEFERRED);
      answered.put(queueId.value(), 1);
      ids.add(queueId);
    }
    delivery.flush();
    return ids;
  }

  /** Delivery: each attempt is deferred, the last one delivers. True when all are. */
  private boolean answer(List<QueueId> ids) {
    Map<String, List<Integer>> all = attempts();
    for (QueueId id : ids) {
      int last = answered.getOrDefault(id.value(), 0);
      for (int attempt : all.getOrDefault(id.value(), List.of())) {
        if (attempt == last + 1) {
          last = attempt;
          answered.put(id.value(), attempt);
          outcome(
              id, attempt, attempt == LAST_ATTEMPT ? OutcomeKind.DELIVERED : OutcomeKind.DEFERRED);
        }
      }
    }
    delivery.flush();
    return ids.stream().allMatch(id -> answered.getOrDefault(id.value(), 0) == LAST_ATTEMPT);
  }

  /** Attempts that were asked for, by queue id. */
  private static Map<String, List<Integer>> attempts() {
    Map<String, List<Integer>> all = new HashMap<>();
    for (ConsumerRecord<String, byte[]> record : log.read(Topics.MAIL_DUE)) {
      assertThat(record.partition()).isEqualTo(QueueId.parse(record.key()).partition());
      all.computeIfAbsent(record.key(), key -> new ArrayList<>())
          .add(LogLab.parse(AttemptDue.parser(), record.value()).getAttempt());
    }
    return all;
  }

  private static List<Integer> attempts(QueueId id) {
    return attempts().getOrDefault(id.value(), List.of());
  }

  private void allInOrderAndOnce(List<QueueId> ids) {
    await().atMost(LONG).until(() -> answer(ids));
    Map<String, List<Integer>> all = attempts();
    assertThat(ids).allSatisfy(id -> assertThat(all.get(id.value())).containsExactly(2, 3, 4, 5));
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(inChangelog())
                    .doesNotContainAnyElementsOf(ids.stream().map(id -> id + "/0").toList()));
  }

  // The changelog is a contract: key and value as the audit reads them.
  private static Set<String> inChangelog() {
    Set<String> there = new HashSet<>();
    for (ConsumerRecord<String, byte[]> record : log.read(Topics.SCHEDULE)) {
      assertThat(record.partition()).isEqualTo(EntryKey.parse(record.key()).queueId().partition());
      if (record.value() == null) {
        there.remove(record.key());
      } else {
        assertThat(LogLab.parse(ScheduleEntry.parser(), record.value()).getState())
            .isNotEqualTo(ScheduleState.SCHEDULE_STATE_UNSPECIFIED);
        there.add(record.key());
      }
    }
    return there;
  }

  /** Two replicas, so that the sessions of both are waited for at once. */
  @Test
  void killedAtAnyTimeTheyLoseNothingAndAskForNothingTwice() throws Exception {
    List<QueueId> ids = deferred(60);
    List<Process> replicas = List.of(process("killed"), process("killed-too"));
    try {
      for (Process replica : replicas) {
        BufferedReader output = replica.inputReader();
        await().atMost(LONG).until(() -> output.lines().anyMatch("running"::equals));
      }
      for (Process replica : replicas) {
        int before = allAnswers();
        await()
            .atMost(LONG)
            .until(() -> answer(ids) || allAnswers() > before + 20); // in the middle of it
        assertThat(answer(ids)).as("it is not over").isFalse();
        kill(replica);
      }
    } finally {
      for (Process replica : replicas) {
        kill(replica);
      }
    }
    try (Scheduler last = scheduler("killed")) { // the same folder: its lock went with the process
      await().atMost(LONG).until(last::ready);
      allInOrderAndOnce(ids);
    }
  }

  private int allAnswers() {
    return answered.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static Process process(String name) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            SchedulerProcess.class.getName(),
            log.broker().bootstrap(),
            folder.resolve(name).toString())
        .redirectErrorStream(true)
        .start();
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly(); // SIGKILL
    assertThat(process.waitFor(10, SECONDS)).isTrue();
  }

  @Test
  void anotherReplicaTakesOverWhenOneStops() throws Exception {
    Scheduler one = scheduler("one");
    try (Scheduler two = scheduler("two")) {
      await().atMost(LONG).until(() -> one.ready() && two.ready());
      List<QueueId> ids = deferred(40);
      await().atMost(LONG).until(() -> answer(ids) || attempts(ids.getFirst()).contains(3));
      await().atMost(LONG).until(() -> members() == 2);
      one.close();
      assertThat(members())
          .as("it left its group, instead of being waited for until its session is over")
          .isEqualTo(1);
      List<QueueId> more = deferred(LogLab.PARTITIONS);
      await().atMost(LONG).until(() -> more.stream().allMatch(id -> attempts(id).contains(2)));
      allInOrderAndOnce(more);
      allInOrderAndOnce(ids);
      assertThat(two.ready()).isTrue();
    }
  }

  /** The next replica knows nothing of routes: it finds what rests, and probes. */
  @Test
  void whatRestsWhenAReplicaStopsGoesWhenTheNextOneFindsItsRouteUp() {
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < 20 * LogLab.PARTITIONS; i++) {
      QueueId id = QueueId.next(i % LogLab.PARTITIONS);
      ids.add(id);
      write(
          outcome(id, 1, OutcomeKind.DEFERRED, owner, Reasons.DESTINATION_BUSY)
              .setRoute("mx:dead" + i / LogLab.PARTITIONS % 2 + ".example")
              .setNoAttempt(true)
              .setNotBeforeMillis(System.currentTimeMillis() + Duration.ofMinutes(10).toMillis()));
    }
    delivery.flush();
    List<String> keys = ids.stream().map(id -> id + "/0").toList();
    try (Scheduler before = scheduler("rests")) {
      await().atMost(LONG).until(before::ready);
      await().atMost(LONG).until(() -> inChangelog().containsAll(keys));
    }
    assertThat(ids)
        .as("one a route and partition at most")
        .filteredOn(id -> !attempts(id).isEmpty())
        .hasSizeLessThanOrEqualTo(2 * LogLab.PARTITIONS);
    Set<QueueId> delivered = new HashSet<>();
    try (Scheduler after = scheduler("rests-on")) {
      await()
          .atMost(LONG)
          .until(
              () -> {
                Map<String, List<Integer>> all = attempts();
                for (QueueId id : ids) {
                  if (all.containsKey(id.value()) && delivered.add(id)) {
                    outcome(id, 2, OutcomeKind.DELIVERED);
                  }
                }
                delivery.flush();
                return delivered.size() == ids.size();
              });
      await()
          .atMost(LONG)
          .untilAsserted(() -> assertThat(inChangelog()).doesNotContainAnyElementsOf(keys));
      assertThat(ids).allSatisfy(id -> assertThat(attempts(id)).containsExactly(2));
      assertThat(after.alive()).isTrue();
    }
  }

  private static int members() throws Exception {
    try (Admin admin = Admin.create(log.settings().admin())) {
      return admin
          .describeConsumerGroups(List.of(ConsumerGroups.SCHEDULER))
          .describedGroups()
          .values()
          .iterator()
          .next()
          .get(60, SECONDS)
          .members()
          .size();
    }
  }

  @Test
  void afterARestartItKnowsWhoseOutcomesCountAndThatAllIsRead() {
    Owner former = owner;
    owner = new Owner(former.era(), former.generation() + 1, 1);
    for (int partition = 0; partition < LogLab.PARTITIONS; partition++) {
      taken(partition, owner);
    }
    List<QueueId> ids = new ArrayList<>(deferred(LogLab.PARTITIONS));
    try (Scheduler before = scheduler("before", LATER, new SimpleMeterRegistry())) {
      await().atMost(LONG).until(before::ready);
      await().atMost(LONG).until(() -> inChangelog().contains(ids.getFirst() + "/0"));
    }
    try (Scheduler after = scheduler("after")) {
      // The log has nothing new: its tasks read nothing, and due attempts come all the same.
      await().atMost(LONG).until(() -> ids.stream().allMatch(id -> attempts(id).contains(2)));
      QueueId skipped = QueueId.next(0);
      outcome(skipped, 1, OutcomeKind.DEFERRED, former);
      List<QueueId> behind = deferred(LogLab.PARTITIONS);
      await().atMost(LONG).until(() -> behind.stream().allMatch(id -> attempts(id).contains(2)));
      assertThat(inChangelog()).doesNotContain(skipped + "/0");
      ids.addAll(behind);
      allInOrderAndOnce(ids);
      assertThat(attempts(skipped)).isEmpty();
      assertThat(after.alive()).isTrue();
    }
  }

  @Test
  void aBrokerThatWasAwayIsComeBackTo() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Scheduler scheduler = scheduler("away", LATER, registry)) {
      await().atMost(LONG).until(scheduler::ready);
      List<QueueId> ids = deferred(20);
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> entries(registry, "waiting") == ids.size());
      log.broker().pause();
      try {
        // Due attempts could not be written in a transaction's time, and the thread has ended.
        await()
            .atMost(LONG)
            .until(() -> registry.get("postern.scheduler.started.over").counter().count() > 0);
      } finally {
        log.broker().resume();
      }
      allInOrderAndOnce(ids);
      assertThat(scheduler.alive()).isTrue();
      await().atMost(LONG).until(scheduler::ready);
      for (ScheduleState state : ScheduleState.values()) {
        if (state != ScheduleState.UNRECOGNIZED && state.getNumber() > 0) {
          assertThat(entries(registry, SchedulerMetrics.name(state))).as(state.name()).isZero();
        }
      }
    }
  }

  private static double entries(SimpleMeterRegistry registry, String state) {
    return registry.get("postern.scheduler.entries").tag("state", state).gauge().value();
  }

  @Test
  void aFolderThatCannotBeUsedIsSaidInASentence() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> SchedulerProcess.scheduler(log.broker().bootstrap(), file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("postern.schedule.state-folder");
    AtomicReference<String> wrong = new AtomicReference<>("");
    try (Scheduler owner = scheduler("shared");
        Scheduler second =
            new Scheduler(
                log.settings(),
                Deployment.singleNode(LogLab.PARTITIONS),
                folder.resolve("shared"),
                ScheduleTimes.DEFAULT,
                new SchedulerMetrics(new SimpleMeterRegistry()),
                wrong::set,
                Duration.ofSeconds(2))) {
      await().atMost(LONG).until(owner::ready);
      second.start();
      await().atMost(LONG).untilAsserted(() -> assertThat(wrong.get()).contains("shared"));
      assertThat(wrong.get())
          .contains("postern.schedule.state-folder")
          .contains("in use by another policy-service");
      assertThat(owner.ready()).isTrue();
    }
  }
}
