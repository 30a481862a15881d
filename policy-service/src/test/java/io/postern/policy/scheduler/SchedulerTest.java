package io.postern.policy.scheduler;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.contracts.QueueId;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scheduler with a real broker, its state on disk, and ends of all kinds. */
class SchedulerTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int LAST_ATTEMPT = 5;
  @TempDir static Path folder = Path.of("");
  private static LogLab log;

  private final Map<String, Integer> answered = new HashMap<>(); // last attempt by queue id
  private long numbers;

  @BeforeAll
  static void start() throws Exception {
    log = new LogLab(folder.resolve("broker"));
  }

  @AfterAll
  static void stop() {
    log.close();
  }

  private static Scheduler scheduler(String name) {
    Scheduler scheduler =
        SchedulerProcess.scheduler(log.broker().bootstrap(), folder.resolve(name));
    scheduler.start();
    return scheduler;
  }

  private void outcome(QueueId queueId, int attempt, OutcomeKind kind) throws Exception {
    log.write(
        Topics.MAIL_OUTCOMES,
        queueId.partition(),
        queueId.value(),
        OutcomeRecorded.newBuilder()
            .setId(OutcomeId.newBuilder().setIncarnation("test").setNumber(++numbers))
            .setWriter(OutcomeWriter.WRITER_DELIVERY)
            .setQueueId(queueId.value())
            .setDeliveryId(queueId + "/" + attempt + "/0")
            .setAttempt(attempt)
            .setAcceptedMillis(System.currentTimeMillis())
            .setExpiresMillis(System.currentTimeMillis() + Duration.ofDays(1).toMillis())
            .addRecipients(RecipientOutcome.newBuilder().setKind(kind).setReason("timeout"))
            .build()
            .toByteArray());
  }

  private List<QueueId> deferred(int messages) throws Exception {
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      QueueId queueId = QueueId.next(i % LogLab.PARTITIONS);
      outcome(queueId, 1, OutcomeKind.DEFERRED);
      answered.put(queueId.value(), 1);
      ids.add(queueId);
    }
    return ids;
  }

  /** Delivery: each attempt is deferred, the last one delivers. True when all are. */
  private boolean answer(List<QueueId> ids) throws Exception {
    for (QueueId id : ids) {
      List<Integer> attempts = attempts(id);
      int last = answered.getOrDefault(id.value(), 0);
      for (int attempt : attempts) {
        if (attempt == last + 1) {
          last = attempt;
          answered.put(id.value(), attempt);
          outcome(
              id, attempt, attempt == LAST_ATTEMPT ? OutcomeKind.DELIVERED : OutcomeKind.DEFERRED);
        }
      }
    }
    return ids.stream().allMatch(id -> answered.getOrDefault(id.value(), 0) == LAST_ATTEMPT);
  }

  private static List<Integer> attempts(QueueId id) {
    return log.read(Topics.MAIL_DUE).stream()
        .filter(record -> id.value().equals(record.key()))
        .peek(record -> assertThat(record.partition()).isEqualTo(id.partition()))
        .map(record -> LogLab.parse(AttemptDue.parser(), record.value()).getAttempt())
        .toList();
  }

  private void allInOrderAndOnce(List<QueueId> ids) throws Exception {
    await().atMost(LONG).until(() -> answer(ids));
    assertThat(ids).allSatisfy(id -> assertThat(attempts(id)).containsExactly(2, 3, 4, 5));
    await().atMost(LONG).until(() -> ids.stream().noneMatch(SchedulerTest::inChangelog));
  }

  // The changelog is a contract: key and value as the audit reads them.
  private static boolean inChangelog(QueueId id) {
    ScheduleEntry last = ScheduleEntry.getDefaultInstance();
    for (ConsumerRecord<String, byte[]> record : log.read(Topics.SCHEDULE)) {
      if (record.key().equals(id + "/0")) {
        assertThat(record.partition()).isEqualTo(id.partition());
        last =
            record.value() == null
                ? ScheduleEntry.getDefaultInstance()
                : LogLab.parse(ScheduleEntry.parser(), record.value());
      }
    }
    return last.getState() != ScheduleState.SCHEDULE_STATE_UNSPECIFIED;
  }

  @Test
  void killedAtAnyTimeItLosesNothingAndAsksForNothingTwice() throws Exception {
    List<QueueId> ids = deferred(60);
    for (int kill = 0; kill < 2; kill++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx128m",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  SchedulerProcess.class.getName(),
                  log.broker().bootstrap(),
                  folder.resolve("killed").toString())
              .redirectErrorStream(true)
              .start();
      try (BufferedReader output = process.inputReader()) {
        await().atMost(LONG).until(() -> output.lines().anyMatch("running"::equals));
        int before = answered.values().stream().mapToInt(Integer::intValue).sum();
        await()
            .atMost(LONG)
            .until(
                () -> {
                  boolean end = answer(ids);
                  int now = answered.values().stream().mapToInt(Integer::intValue).sum();
                  return end || now > before + 30; // in the middle of it
                });
      } finally {
        process.destroyForcibly(); // SIGKILL
        assertThat(process.waitFor(10, SECONDS)).isTrue();
      }
    }
    try (Scheduler last = scheduler("killed")) { // the same folder: its lock went with the process
      await().atMost(LONG).until(last::ready);
      allInOrderAndOnce(ids);
    }
  }

  @Test
  void anotherReplicaTakesOverWhenOneStops() throws Exception {
    Scheduler one = scheduler("one");
    try (Scheduler two = scheduler("two")) {
      await().atMost(LONG).until(() -> one.ready() && two.ready());
      List<QueueId> ids = deferred(40);
      await().atMost(LONG).until(() -> answer(ids) || attempts(ids.getFirst()).contains(3));
      long stopped = System.nanoTime();
      one.close();
      List<QueueId> more = deferred(LogLab.PARTITIONS);
      await().atMost(LONG).until(() -> answer(more) || answered.containsValue(2));
      allInOrderAndOnce(more);
      assertThat(Duration.ofNanos(System.nanoTime() - stopped))
          .as("it left its group, instead of being waited for")
          .isLessThan(Duration.ofSeconds(20));
      allInOrderAndOnce(ids);
      assertThat(two.ready()).isTrue();
    }
  }

  @Test
  void aBrokerThatWasAwayIsComeBackTo() throws Exception {
    try (Scheduler scheduler = scheduler("away")) {
      await().atMost(LONG).until(scheduler::ready);
      List<QueueId> ids = deferred(20);
      await().atMost(LONG).until(() -> answer(ids) || attempts(ids.getFirst()).contains(3));
      long until = System.nanoTime() + Duration.ofSeconds(15).toNanos();
      log.broker().pause(); // longer than the session's and the transaction's time-outs
      try {
        await().atMost(LONG).until(() -> System.nanoTime() - until > 0);
      } finally {
        log.broker().resume();
      }
      allInOrderAndOnce(ids);
      assertThat(scheduler.alive()).isTrue();
    }
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
