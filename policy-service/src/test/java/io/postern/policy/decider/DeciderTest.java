package io.postern.policy.decider;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.AcceptedContent;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.ContractLevel;
import io.postern.contracts.Headers;
import io.postern.contracts.Marks;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.log.rules.Chain;
import io.postern.policy.LogLab;
import io.postern.policy.Worker;
import io.postern.rules.Directory;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The decider against a real broker; each test looks at its own queue ids only. */
class DeciderTest {
  private static final Directory DIRECTORY = LogLab.directory(LogLab.FILE);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static LogLab log;

  private final List<Worker> workers = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    log = LogLab.shared();
  }

  @AfterAll
  static void stop() {
    log.close();
  }

  @AfterEach
  void endWorkers() {
    workers.forEach(Worker::close);
  }

  private Worker startDecider(Supplier<Optional<Directory>> directory) {
    return startDecider(directory, new SimpleMeterRegistry(), n -> FlakyProducer.Fate.SENT);
  }

  private Worker startDecider(
      Supplier<Optional<Directory>> directory,
      MeterRegistry metrics,
      Function<ProducerRecord<String, byte[]>, FlakyProducer.Fate> fates) {
    return startDecider(directory, metrics, fates, System::nanoTime);
  }

  private Worker startDecider(
      Supplier<Optional<Directory>> directory,
      MeterRegistry metrics,
      Function<ProducerRecord<String, byte[]>, FlakyProducer.Fate> fates,
      LongSupplier roundClock) {
    Decider decider =
        new Decider(
            log.settings(),
            directory,
            Optional::empty,
            new DeciderMetrics(metrics),
            () -> FlakyProducer.of(DecisionLog.producer(log.settings()), fates),
            roundClock);
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

  @Test
  void aDecisionThatRefersToASealedContentSaysItsLevelAndNoOtherDoes() throws Exception {
    QueueId sealed = QueueId.next(1);
    log.write(
        Topics.MAIL_ACCEPTED,
        1,
        sealed.value(),
        Messages.to(sealed, "bob@fabrikam.example").toBuilder()
            .addContent(ContentSegment.newBuilder().setReference(AcceptedContent.own(sealed)))
            .build()
            .toByteArray());
    QueueId apart = accept(1, "bob@fabrikam.example");
    startDecider(() -> Optional.of(DIRECTORY));
    await().atMost(LONG).until(() -> !decisions(apart).isEmpty());
    for (ConsumerRecord<String, byte[]> record : log.deliveries()) {
      Header level = record.headers().lastHeader(Headers.LEVEL);
      if (sealed.value().equals(record.key())) {
        assertThat(level.value()).isEqualTo(ContractLevel.header(2));
      } else {
        assertThat(level).isNull();
      }
    }
  }

  /** The Decisions about a message that count, in the order of the log. */
  private static List<Decision> decisions(QueueId queueId) {
    Map<Integer, Chain> chains = new HashMap<>();
    List<Decision> counted = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : log.deliveries()) {
      Decision decision = LogLab.parse(Decision.parser(), record.value());
      Chain.Link link =
          chains
              .computeIfAbsent(record.partition(), p -> new Chain(Marks.NONE))
              .read(decision.getSource(), decision.getSourceOffset(), decision.getPrevious());
      if (link == Chain.Link.NEXT && queueId.value().equals(record.key())) {
        assertThat(record.partition()).isEqualTo(queueId.partition());
        assertThat(decision.getQueueId()).isEqualTo(queueId.value());
        counted.add(decision);
      }
    }
    return counted;
  }

  private static long written(QueueId queueId) {
    return log.deliveries().stream().filter(r -> queueId.value().equals(r.key())).count();
  }

  private static List<DeliveryRequested> deliveries(QueueId queueId) {
    return decisions(queueId).stream().flatMap(d -> d.getDeliveriesList().stream()).toList();
  }

  private static List<OutcomeRecorded> outcomes(QueueId queueId) {
    return decisions(queueId).stream().flatMap(d -> d.getOutcomesList().stream()).toList();
  }

  @Test
  void twoRecipientsInDifferentDomainsBecomeOneDecisionWithTwoDeliveriesInTheHomePartition()
      throws Exception {
    startDecider(() -> Optional.of(DIRECTORY));
    QueueId queueId = accept(3, "bob@fabrikam.example", "carl@contoso.example");

    await().atMost(LONG).untilAsserted(() -> assertThat(deliveries(queueId)).hasSize(2));
    assertThat(deliveries(queueId))
        .extracting(DeliveryRequested::getDeliveryId)
        .containsExactly(queueId + "/1/0", queueId + "/1/1");
    assertThat(decisions(queueId)).hasSize(1);
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
            });
    QueueId queueId = accept(0, "bob@fabrikam.example");
    await().atMost(LONG).until(worker::joined);
    int then = asked.get();
    await().atMost(LONG).until(() -> asked.get() > then + 15); // it keeps polling
    assertThat(worker.joined()).isTrue();
    assertThat(deliveries(queueId)).isEmpty();

    directory.set(DIRECTORY);

    await().atMost(LONG).untilAsserted(() -> assertThat(deliveries(queueId)).hasSize(1));
  }

  /** Two sends fail; one of the two is in the log all the same, before the second Decisions. */
  @Test
  void aSendThatFailsIsDecidedAgainAndEachMessageCountsOnce() throws Exception {
    AtomicInteger sends = new AtomicInteger();
    SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    startDecider(
        () -> Optional.of(DIRECTORY),
        metrics,
        n ->
            switch (sends.incrementAndGet()) {
              case 5 -> FlakyProducer.Fate.LOST;
              case 20 -> FlakyProducer.Fate.FAILED_AND_WRITTEN;
              default -> FlakyProducer.Fate.SENT;
            });
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.add(accept(i % LogLab.PARTITIONS, "bob@fabrikam.example"));
    }

    await().atMost(LONG).until(() -> ids.stream().noneMatch(id -> decisions(id).isEmpty()));
    assertThat(ids).allSatisfy(id -> assertThat(decisions(id)).hasSize(1));
    assertThat(metrics.get("postern.decider.started.over").counter().count()).isEqualTo(2);
  }

  /** The group waits for a member's next poll. */
  @Test
  void whatARoundHasNoTimeForComesWithTheNext() throws Exception {
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add(accept(i % LogLab.PARTITIONS, "bob@fabrikam.example"));
    }
    AtomicInteger asked = new AtomicInteger(); // for the directory, in each round
    AtomicLong clock = new AtomicLong();
    Map<Integer, Integer> decided = new ConcurrentHashMap<>();
    startDecider(
        () -> {
          asked.incrementAndGet();
          return Optional.of(DIRECTORY);
        },
        new SimpleMeterRegistry(),
        record -> {
          decided.merge(asked.get(), 1, Integer::sum);
          clock.addAndGet(SECONDS.toNanos(3));
          return FlakyProducer.Fate.SENT;
        },
        clock::get);

    await().atMost(LONG).until(() -> ids.stream().noneMatch(id -> decisions(id).isEmpty()));
    assertThat(ids).allSatisfy(id -> assertThat(written(id)).isEqualTo(1));
    assertThat(decided.values()).allMatch(count -> count == 1);
  }

  @Test
  void thePositionIsCommittedBehindAcknowledgedDecisionsOnly() throws Exception {
    QueueId first = accept(1, "bob@fabrikam.example");
    QueueId second = accept(1, "bob@fabrikam.example");
    Worker failing =
        startDecider(
            () -> Optional.of(DIRECTORY),
            new SimpleMeterRegistry(),
            record ->
                second.value().equals(record.key())
                    ? FlakyProducer.Fate.LOST
                    : FlakyProducer.Fate.SENT);
    await().atMost(LONG).until(() -> !decisions(first).isEmpty());
    await().atMost(LONG).until(() -> position(1).offset() > offset(first));
    assertThat(position(1).offset()).isLessThanOrEqualTo(offset(second));
    assertThat(position(1).metadata()).isEqualTo("2/" + offset(first));
    failing.close();

    startDecider(() -> Optional.of(DIRECTORY));

    await().atMost(LONG).until(() -> !decisions(second).isEmpty());
    assertThat(written(first)).as("decided once, as the position says").isEqualTo(1);
    await().atMost(LONG).until(() -> position(1).offset() > offset(second));
  }

  private static OffsetAndMetadata position(int partition) throws Exception {
    return position(Topics.MAIL_ACCEPTED, partition);
  }

  private static OffsetAndMetadata position(String topic, int partition) throws Exception {
    try (Admin admin = Admin.create(log.settings().admin())) {
      return Objects.requireNonNull(
          admin
              .listConsumerGroupOffsets(ConsumerGroups.DECIDER)
              .partitionsToOffsetAndMetadata()
              .get()
              .get(new TopicPartition(topic, partition)));
    }
  }

  private static long offset(QueueId queueId) {
    return log.read(Topics.MAIL_ACCEPTED).stream()
        .filter(r -> queueId.value().equals(r.key()))
        .mapToLong(r -> r.offset())
        .findFirst()
        .orElseThrow();
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
    startDecider(() -> Optional.of(DIRECTORY));

    await().atMost(LONG).until(() -> decisions(queueId).size() == 21);
    assertThat(decisions(queueId))
        .allMatch(d -> d.getDeliveriesCount() == many.length / MessageDecider.MOST_RECIPIENTS)
        .allMatch(d -> d.getSerializedSize() > 400_000);
  }

  @Test
  void noMoreIsOnItsWayThanThereIsRoomFor() {
    MockProducer<String, byte[]> producer =
        new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
    DecisionLog decisions = new DecisionLog(() -> producer);
    Sources.Source source = new Sources.Source(new TopicPartition(Topics.MAIL_ACCEPTED, 0), -1, 0);
    int sent = 0;
    while (!decisions.crowded()) {
      decisions.send(
          new ProducerRecord<>(Topics.MAIL_DELIVERIES, 0, "id", new byte[1 << 20]), source, sent);
      sent++;
      assertThat(sent).isLessThan(100);
    }
    assertThat(sent).isEqualTo(8);
    assertThat(decisions.poll()).isNull();
    assertThat(producer.completeNext()).isTrue();
    assertThat(decisions.crowded()).isFalse();
    assertThat(Objects.requireNonNull(decisions.poll()).offset()).isZero();
    assertThat(producer.errorNext(new TimeoutException("expired"))).isTrue();
    assertThat(producer.closed()).isTrue();
    assertThat(decisions.failure()).isNotNull();
    decisions.close();
  }

  @Test
  void whileNothingCanBeWrittenItIsTriedOnceASecond() throws Exception {
    List<Long> tries = new CopyOnWriteArrayList<>();
    startDecider(
        () -> Optional.of(DIRECTORY),
        new SimpleMeterRegistry(),
        n -> {
          tries.add(System.nanoTime());
          return tries.size() < 4 ? FlakyProducer.Fate.LOST : FlakyProducer.Fate.SENT;
        });
    QueueId queueId = accept(0, "bob@fabrikam.example");

    await().atMost(LONG).untilAsserted(() -> assertThat(decisions(queueId)).hasSize(1));

    assertThat(tries).hasSizeGreaterThanOrEqualTo(4);
    for (int i = 1; i < 4; i++) {
      assertThat(Duration.ofNanos(tries.get(i) - tries.get(i - 1)))
          .isGreaterThan(Duration.ofMillis(900));
    }
  }

  @Test
  void aDeciderKilledBeforeItsPositionIsReplacedAndNothingIsLostOrCountsTwice() throws Exception {
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add(accept(i % LogLab.PARTITIONS, "bob@fabrikam.example"));
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DeciderProcess.class.getName(),
                log.broker().bootstrap(),
                ids.getLast().value())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = process.inputReader()) {
      await()
          .atMost(Duration.ofMinutes(2)) // for a JVM that starts on a busy machine
          .until(() -> output.lines().anyMatch("sent"::equals)); // blocks until it is there
    } finally {
      process.destroyForcibly(); // SIGKILL
      assertThat(process.waitFor(60, SECONDS)).isTrue();
    }

    startDecider(() -> Optional.of(DIRECTORY));

    await()
        .atMost(Duration.ofMinutes(2)) // session time-out
        .until(() -> ids.stream().noneMatch(id -> decisions(id).isEmpty()));
    assertThat(ids).allSatisfy(id -> assertThat(decisions(id)).hasSize(1));
    assertThat(ids.stream().mapToLong(DeciderTest::written).sum())
        .as("some were decided twice")
        .isGreaterThan(20);
  }

  @Test
  void twoDecidersShareThePartitionsAndEachMessageIsDecidedOnce() throws Exception {
    SimpleMeterRegistry first = new SimpleMeterRegistry();
    SimpleMeterRegistry second = new SimpleMeterRegistry();
    Worker one = startDecider(() -> Optional.of(DIRECTORY), first, n -> FlakyProducer.Fate.SENT);
    await().atMost(LONG).until(one::joined);
    List<QueueId> ids = new ArrayList<>();
    Worker two = startDecider(() -> Optional.of(DIRECTORY), second, n -> FlakyProducer.Fate.SENT);
    await()
        .atMost(LONG)
        .until(
            () -> {
              for (int i = 0; i < LogLab.PARTITIONS; i++) {
                ids.add(accept(i, "bob@fabrikam.example"));
              }
              return two.joined() && decided(first) > 0 && decided(second) > 0;
            });

    await().atMost(LONG).until(() -> ids.stream().noneMatch(id -> decisions(id).isEmpty()));
    one.close();
    QueueId after = accept(1, "bob@fabrikam.example");
    QueueId afterToo = accept(2, "bob@fabrikam.example");
    await().atMost(LONG).until(() -> !decisions(after).isEmpty() && !decisions(afterToo).isEmpty());
    assertThat(ids).allSatisfy(id -> assertThat(decisions(id)).hasSize(1));
  }

  private static long decided(SimpleMeterRegistry metrics) {
    return metrics.get("postern.decider.batch.records").summary().count();
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

    startDecider(() -> Optional.of(DIRECTORY));

    await().atMost(LONG).untilAsserted(() -> assertThat(deliveries(next)).hasSize(1));
    assertThat(outcomes(broken))
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
    assertThat(outcomes(strange))
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
    List<Integer> many = java.util.Collections.nCopies(900_000, 0);
    log.write(
        Topics.MAIL_DUE,
        0,
        queueId.value(),
        due.toBuilder().setAcceptedOffset(-1).addAllRecipients(many).build().toByteArray());

    startDecider(() -> Optional.of(DIRECTORY));

    await().atMost(LONG).untilAsserted(() -> assertThat(outcomes(queueId)).hasSize(5));
    assertThat(outcomes(queueId))
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
    startDecider(() -> Optional.of(DIRECTORY));
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
                assertThat(outcomes(queueId))
                    .singleElement()
                    .satisfies(
                        o ->
                            assertThat(o.getRecipientsList())
                                .singleElement()
                                .satisfies(DeciderTest::isUndecidable)));
  }

  /** A looser Decision of a decider that is behind would replace the promise (G3). */
  @Test
  void anAttemptThatIsDueIsNotDecidedByADirectoryOlderThanItsLastAttempts() throws Exception {
    AtomicReference<Directory> directory = new AtomicReference<>(DIRECTORY);
    startDecider(() -> Optional.ofNullable(directory.get()));
    QueueId queueId = QueueId.next(2);
    byte[] message = Messages.to(queueId, "bob@fabrikam.example").toByteArray();
    long offset = log.write(Topics.MAIL_ACCEPTED, 2, queueId.value(), message).offset();
    AttemptDue due =
        AttemptDue.newBuilder()
            .setQueueId(queueId.value())
            .setAcceptedOffset(offset)
            .addRecipients(0)
            .setAttempt(2)
            .setRoutingVersion(DIRECTORY.version() + 1)
            .build();
    long dueAt = log.write(Topics.MAIL_DUE, 2, queueId.value(), due.toByteArray()).offset();
    QueueId after = accept(2, "bob@fabrikam.example");
    QueueId elsewhere = accept(1, "bob@fabrikam.example");
    // It waits, and the decider decides the other records of its poll.
    await().atMost(LONG).until(() -> !decisions(elsewhere).isEmpty());
    assertThat(decisions(queueId)).allMatch(d -> d.getAttempt() == 1);

    directory.set(
        Directory.of(DIRECTORY.objects(), DIRECTORY.version() + 1, Map.of("contoso", 5L)));

    await().atMost(LONG).untilAsserted(() -> assertThat(decisions(queueId)).hasSize(2));
    await().atMost(LONG).until(() -> !decisions(after).isEmpty());
    // The other tests' directory is as old: none of them may find it undecided.
    await().atMost(LONG).until(() -> position(Topics.MAIL_DUE, 2).offset() > dueAt);
  }
}
