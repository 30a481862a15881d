package io.postern.policy.decider;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.policy.LogLab;
import io.postern.policy.Worker;
import io.postern.rules.Directory;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The decider against a real broker; each test looks at its own queue ids only. */
class DeciderTest {
  private static final Directory DIRECTORY = LogLab.directory(LogLab.FILE);
  private static final Duration LONG = Duration.ofSeconds(30);
  // Its time-out of 5 s and the broker's clean-up each second.
  private static final Duration LONGER_THAN_A_TRANSACTION = Duration.ofMillis(7_500);
  @TempDir static Path folder = Path.of("");
  private static LogLab log;

  private final List<Worker> workers = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    log = new LogLab(folder);
  }

  @AfterAll
  static void stop() {
    log.close();
  }

  @AfterEach
  void endWorkers() {
    workers.forEach(Worker::close);
  }

  private Worker startDecider(Supplier<Optional<Directory>> directory, Runnable beforeCommit) {
    return startDecider(directory, new SimpleMeterRegistry(), beforeCommit);
  }

  private Worker startDecider(
      Supplier<Optional<Directory>> directory, MeterRegistry metrics, Runnable beforeCommit) {
    Decider decider =
        new Decider(log.settings(), directory, new DeciderMetrics(metrics), beforeCommit);
    Worker worker = Decider.worker(log.settings(), decider);
    workers.add(worker);
    worker.start();
    return worker;
  }

  private static QueueId accept(int partition, String... recipients) throws Exception {
    QueueId queueId = QueueId.next(partition);
    log.write(
        Topics.MAIL_ACCEPTED,
        partition,
        queueId.value(),
        Messages.to(queueId, recipients).toByteArray());
    return queueId;
  }

  private static List<DeliveryRequested> deliveries(QueueId queueId) {
    return log.deliveries().stream()
        .filter(record -> queueId.value().equals(record.key()))
        .peek(record -> assertThat(record.partition()).isEqualTo(queueId.partition()))
        .map(record -> LogLab.parse(DeliveryRequested.parser(), record.value()))
        .toList();
  }

  private static List<OutcomeRecorded> outcomes(String key) {
    return log.read(Topics.MAIL_OUTCOMES).stream()
        .filter(record -> key.equals(record.key()))
        .peek(
            record ->
                assertThat(record.headers().lastHeader(Headers.WRITER).value())
                    .isEqualTo(
                        Headers.WRITER_DECIDER.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .map(record -> LogLab.parse(OutcomeRecorded.parser(), record.value()))
        .toList();
  }

  @Test
  void twoRecipientsInDifferentDomainsBecomeTwoDeliveriesInTheHomePartition() throws Exception {
    startDecider(() -> Optional.of(DIRECTORY), () -> {});
    QueueId queueId = accept(3, "bob@fabrikam.example", "carl@contoso.example");

    await().atMost(LONG).untilAsserted(() -> assertThat(deliveries(queueId)).hasSize(2));
    assertThat(deliveries(queueId))
        .extracting(DeliveryRequested::getDeliveryId)
        .containsExactly(queueId + "/1/0", queueId + "/1/1");
  }

  @Test
  void nothingIsDecidedBeforeTheDirectoryIsRead() throws Exception {
    AtomicReference<Directory> directory = new AtomicReference<>();
    AtomicInteger asked = new AtomicInteger();
    Worker worker =
        startDecider(
            () -> {
              asked.incrementAndGet();
              return Optional.ofNullable(directory.get());
            },
            () -> {});
    QueueId queueId = accept(0, "bob@fabrikam.example");
    await().atMost(LONG).until(worker::joined);
    int then = asked.get();
    await().atMost(LONG).until(() -> asked.get() > then + 15); // it keeps polling
    assertThat(worker.joined()).isTrue();
    assertThat(deliveries(queueId)).isEmpty();

    directory.set(DIRECTORY);

    await().atMost(LONG).untilAsserted(() -> assertThat(deliveries(queueId)).hasSize(1));
  }

  @Test
  void aFailureBetweenSendAndCommitDecidesAgainAndOnce() throws Exception {
    AtomicInteger failures = new AtomicInteger();
    startDecider(
        () -> Optional.of(DIRECTORY),
        () -> {
          switch (failures.getAndIncrement()) {
            case 0 -> throw new TimeoutException("the commit did not come");
            case 1 -> throw new IllegalStateException("something else");
            default -> {}
          }
        });
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.add(accept(i % LogLab.PARTITIONS, "bob@fabrikam.example"));
    }

    await().atMost(LONG).untilAsserted(() -> assertThat(deliveries(ids.getLast())).isNotEmpty());
    await().atMost(LONG).until(() -> ids.stream().noneMatch(id -> deliveries(id).isEmpty()));
    assertThat(failures).hasValueGreaterThan(2);
    assertThat(ids).allSatisfy(id -> assertThat(deliveries(id)).hasSize(1));
  }

  @Test
  void decisionsThatTakeLongerThanATransactionMayAreCommittedAtTheFirstTry() throws Exception {
    AtomicInteger decisions = new AtomicInteger();
    // Seen by the decider's thread at each decision, when the one before could have been sent.
    MeterRegistry slowAtTheSecond =
        new SimpleMeterRegistry() {
          @Override
          protected Counter newCounter(Meter.Id id) {
            return new CumulativeCounter(id) {
              @Override
              public void increment(double amount) {
                super.increment(amount);
                if (id.getName().equals("postern.decider.recipients")
                    && decisions.incrementAndGet() == 2) {
                  LockSupport.parkNanos(LONGER_THAN_A_TRANSACTION.toNanos());
                }
              }
            };
          }
        };
    QueueId first = accept(3, "bob@fabrikam.example");
    QueueId second = accept(3, "bob@fabrikam.example");

    startDecider(() -> Optional.of(DIRECTORY), slowAtTheSecond, () -> {});

    await().atMost(LONG).until(() -> !deliveries(second).isEmpty());
    assertThat(deliveries(first)).hasSize(1);
    assertThat(deliveries(second)).hasSize(1);
    assertThat(decisions).as("none was aborted and decided again").hasValue(2);
  }

  @Test
  void whatFollowsFromSmallRecordsIsHeldInMemoryInPartsOnly() throws Exception {
    QueueId queueId = QueueId.next(2);
    String[] many = new String[8_000];
    Arrays.setAll(many, i -> "a-rather-long-local-part-of-number-" + i + "@fabrikam.example");
    long offset =
        log.write(
                Topics.MAIL_ACCEPTED, 2, queueId.value(), Messages.to(queueId, many).toByteArray())
            .offset();
    for (int attempt = 2; attempt < 22; attempt++) {
      AttemptDue due =
          AttemptDue.newBuilder()
              .setQueueId(queueId.value())
              .setAcceptedOffset(offset)
              .addAllRecipients(IntStream.range(0, many.length).boxed().toList())
              .setAttempt(attempt)
              .build();
      log.write(Topics.MAIL_DUE, 2, queueId.value(), due.toByteArray());
    }
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    startDecider(() -> Optional.of(DIRECTORY), metrics, () -> {});

    int each = many.length / MessageDecider.MOST_RECIPIENTS;
    await().atMost(LONG).until(() -> deliveries(queueId).size() == 21 * each);
    int bytes =
        deliveries(queueId).stream()
            .filter(delivery -> delivery.getAttempt() == 2)
            .mapToInt(DeliveryRequested::getSerializedSize)
            .sum();
    assertThat(bytes).as("of one record").isGreaterThan(400_000);
    assertThat(metrics.get("postern.decider.batch.records").summary().max())
        .isLessThanOrEqualTo((4 << 20) / bytes + 1);
  }

  @Test
  void whileNothingCanBeCommittedItIsTriedOnceASecond() throws Exception {
    List<Long> tries = new CopyOnWriteArrayList<>();
    startDecider(
        () -> Optional.of(DIRECTORY),
        () -> {
          tries.add(System.nanoTime());
          if (tries.size() < 4) {
            throw new TransactionalIdAuthorizationException("not yours");
          }
        });
    QueueId queueId = accept(0, "bob@fabrikam.example");

    await().atMost(LONG).untilAsserted(() -> assertThat(deliveries(queueId)).hasSize(1));

    assertThat(tries).hasSizeGreaterThanOrEqualTo(4);
    for (int i = 1; i < 4; i++) {
      assertThat(Duration.ofNanos(tries.get(i) - tries.get(i - 1)))
          .isGreaterThan(Duration.ofMillis(900));
    }
  }

  @Test
  void aDeciderKilledBetweenSendAndCommitIsReplacedAndNothingIsLostOrTwice() throws Exception {
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add(accept(i % LogLab.PARTITIONS, "bob@fabrikam.example"));
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                DeciderProcess.class.getName(),
                log.broker().bootstrap())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = process.inputReader()) {
      await()
          .atMost(LONG)
          .until(() -> output.lines().anyMatch("sent"::equals)); // blocks until it is there
    } finally {
      process.destroyForcibly(); // SIGKILL
      assertThat(process.waitFor(10, SECONDS)).isTrue();
    }

    startDecider(() -> Optional.of(DIRECTORY), () -> {});

    await()
        .atMost(Duration.ofSeconds(60)) // session time-out, then the open transaction's
        .until(() -> ids.stream().noneMatch(id -> deliveries(id).isEmpty()));
    assertThat(ids).allSatisfy(id -> assertThat(deliveries(id)).hasSize(1));
  }

  @Test
  void twoDecidersShareThePartitionsAndEachMessageIsDecidedOnce() throws Exception {
    AtomicInteger first = new AtomicInteger();
    AtomicInteger second = new AtomicInteger();
    Worker one = startDecider(() -> Optional.of(DIRECTORY), first::incrementAndGet);
    await().atMost(LONG).until(one::joined);
    List<QueueId> ids = new ArrayList<>();
    Worker two = startDecider(() -> Optional.of(DIRECTORY), second::incrementAndGet);
    await()
        .atMost(LONG)
        .until(
            () -> {
              for (int i = 0; i < LogLab.PARTITIONS; i++) {
                ids.add(accept(i, "bob@fabrikam.example"));
              }
              return two.joined() && first.get() > 0 && second.get() > 0;
            });

    await().atMost(LONG).until(() -> ids.stream().noneMatch(id -> deliveries(id).isEmpty()));
    one.close();
    QueueId after = accept(1, "bob@fabrikam.example");
    QueueId afterToo = accept(2, "bob@fabrikam.example");
    await()
        .atMost(LONG)
        .until(() -> !deliveries(after).isEmpty() && !deliveries(afterToo).isEmpty());
    assertThat(ids).allSatisfy(id -> assertThat(deliveries(id)).hasSize(1));
  }

  @Test
  void aRecordThatCannotBeDecidedIsHeldAndTheNextOneGoesOn() throws Exception {
    QueueId broken = QueueId.next(1);
    byte[] whole =
        Messages.to(broken, "bob@fabrikam.example", "carl@contoso.example").toByteArray();
    byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 3);
    log.write(Topics.MAIL_ACCEPTED, 1, broken.value(), cut);
    QueueId strange = QueueId.next(1);
    MessageAccepted elsewhere = Messages.to(QueueId.next(2), "bob@fabrikam.example");
    log.write(Topics.MAIL_ACCEPTED, 1, strange.value(), elsewhere.toByteArray());
    QueueId next = accept(1, "bob@fabrikam.example");

    startDecider(() -> Optional.of(DIRECTORY), () -> {});

    await().atMost(LONG).untilAsserted(() -> assertThat(deliveries(next)).hasSize(1));
    // Each topic has the transaction's marker in its own time.
    await()
        .atMost(LONG)
        .until(() -> !outcomes(broken.value()).isEmpty() && !outcomes(strange.value()).isEmpty());
    assertThat(outcomes(broken.value()))
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getWriter()).isEqualTo(OutcomeWriter.WRITER_DECIDER);
              assertThat(outcome.getId().getIncarnation()).isNotEmpty();
              assertThat(outcome.getRecipientsList())
                  .as("recipients as far as they can be known")
                  .hasSize(2)
                  .allSatisfy(DeciderTest::isUndecidable);
            });
    assertThat(outcomes(strange.value()))
        .singleElement()
        .satisfies(o -> assertThat(o.getRecipientsList()).hasSize(1));
  }

  @Test
  void whatNoServiceOfOursWouldWriteBlocksNoPartition() throws Exception {
    QueueId queueId = QueueId.next(0);
    log.write(Topics.MAIL_ACCEPTED, 0, queueId.value(), null);
    AttemptDue due =
        AttemptDue.newBuilder().setQueueId(queueId.value()).setAttempt(2).addRecipients(0).build();
    long end = accepted(0) + 1;
    log.write(Topics.MAIL_DUE, 0, queueId.value(), null);
    for (long nowhere : new long[] {-1, end}) {
      log.write(
          Topics.MAIL_DUE,
          0,
          queueId.value(),
          due.toBuilder().setAcceptedOffset(nowhere).build().toByteArray());
    }
    List<Integer> many = java.util.Collections.nCopies(100_000, 0);
    log.write(
        Topics.MAIL_DUE,
        0,
        queueId.value(),
        due.toBuilder().setAcceptedOffset(-1).addAllRecipients(many).build().toByteArray());

    startDecider(() -> Optional.of(DIRECTORY), () -> {});

    await().atMost(LONG).untilAsserted(() -> assertThat(outcomes(queueId.value())).hasSize(5));
    assertThat(outcomes(queueId.value()))
        .filteredOn(o -> o.getRecipientsCount() > 0)
        .as("as far as recipients are known and fit into a record")
        .hasSize(2)
        .allSatisfy(o -> assertThat(o.getRecipientsList()).hasSize(1))
        .allSatisfy(o -> isUndecidable(o.getRecipients(0)));
  }

  private static long accepted(int partition) {
    return log.read(Topics.MAIL_ACCEPTED).stream()
        .filter(record -> record.partition() == partition)
        .mapToLong(record -> record.offset())
        .max()
        .orElseThrow();
  }

  private static void isUndecidable(RecipientOutcome recipient) {
    assertThat(recipient.getKind()).isEqualTo(OutcomeKind.HELD);
    assertThat(recipient.getReason()).isEqualTo(Reasons.UNDECIDABLE);
  }

  @Test
  void anAttemptThatIsDueReadsItsEnvelopeBack() throws Exception {
    startDecider(() -> Optional.of(DIRECTORY), () -> {});
    QueueId queueId = QueueId.next(2);
    byte[] message =
        Messages.to(queueId, "bob@fabrikam.example", "carl@contoso.example").toByteArray();
    long offset = log.write(Topics.MAIL_ACCEPTED, 2, queueId.value(), message).offset();
    AttemptDue due =
        AttemptDue.newBuilder()
            .setQueueId(queueId.value())
            .setAcceptedOffset(offset)
            .addRecipients(1)
            .setAttempt(2)
            .build();
    AttemptDue gone = due.toBuilder().setAcceptedOffset(1_000_000).build();

    log.write(Topics.MAIL_DUE, 2, queueId.value(), due.toByteArray());
    log.write(Topics.MAIL_DUE, 2, queueId.value(), gone.toByteArray());

    await().atMost(LONG).untilAsserted(() -> assertThat(deliveries(queueId)).hasSize(3));
    assertThat(deliveries(queueId))
        .filteredOn(d -> d.getAttempt() == 2)
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.getDeliveryId()).isEqualTo(queueId + "/2/1");
              assertThat(d.getRecipientsList()).containsExactly(1);
              assertThat(d.getEnvelope().getRecipients(0).getAddress())
                  .isEqualTo("carl@contoso.example");
            });
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(outcomes(queueId.value()))
                    .singleElement()
                    .satisfies(
                        o ->
                            assertThat(o.getRecipientsList())
                                .singleElement()
                                .satisfies(DeciderTest::isUndecidable)));
  }
}
