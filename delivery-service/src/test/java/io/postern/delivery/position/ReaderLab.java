package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Deployment;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Readers against a real broker, with deliveries that a test holds and counts. */
final class ReaderLab implements AutoCloseable {
  static final int PARTITIONS = 2;

  // Sources decided so far, by partition: several tests may use one broker.
  private static final Map<KafkaBroker, Map<Integer, Long>> CHAINS = new WeakHashMap<>();

  static final ReaderSettings SETTINGS =
      new ReaderSettings(
          500,
          64 << 20,
          Duration.ofMillis(10),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          100,
          64 << 20);

  final Map<String, AtomicInteger> started = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> ended = new ConcurrentHashMap<>();

  /** These wait before their final dot, until release or until their connection is cut. */
  final Set<String> held = ConcurrentHashMap.newKeySet();

  /** These have sent their final dot and wait for the reply, whatever happens. */
  final Set<String> unanswered = ConcurrentHashMap.newKeySet();

  /** Final dots in their order: what hosts got. */
  final List<String> dots = new CopyOnWriteArrayList<>();

  final CompletableFuture<Void> release = new CompletableFuture<>();
  final CompletableFuture<Void> replies = new CompletableFuture<>();

  /** The readers' clock is ahead of the machine's by this. */
  final AtomicLong ahead = new AtomicLong();

  final List<OutcomeRecorded> observed = new CopyOnWriteArrayList<>();
  final AtomicBoolean mayStart = new AtomicBoolean(true);
  private BooleanSupplier start = mayStart::get;
  private final Map<String, Long> offsets = new HashMap<>();
  private final Map<Integer, Long> sources;
  private final LogSettings log;
  private final List<Running> running = new ArrayList<>();

  /** Without topics, and without chains in them. */
  static KafkaBroker sharedBroker() {
    KafkaBroker broker = SharedBroker.empty();
    CHAINS.remove(broker);
    return broker;
  }

  ReaderLab(KafkaBroker broker) throws Exception {
    sources = CHAINS.computeIfAbsent(broker, b -> new HashMap<>());
    log = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(log, Deployment.singleNode(PARTITIONS));
  }

  /** Of the readers that begin from now on. */
  void mayStart(BooleanSupplier other) {
    start = other;
  }

  LogSettings settings() {
    return log;
  }

  record Running(DeliveryReader reader, Thread thread) implements AutoCloseable {
    @Override
    public void close() throws InterruptedException {
      reader.close();
      assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
    }
  }

  Running reader() {
    return reader(this::deliver);
  }

  Running reader(Deliverer deliverer) {
    return reader(deliverer, () -> System.nanoTime() + ahead.get());
  }

  Running reader(Deliverer deliverer, LongSupplier clock) {
    return reader(log, deliverer, clock);
  }

  /** With these settings of the Kafka client besides. */
  Running reader(Map<String, String> more, LongSupplier clock) {
    Map<String, String> client = new HashMap<>(log.client());
    client.putAll(more);
    return reader(new LogSettings(client), this::deliver, clock);
  }

  private Running reader(LogSettings settings, Deliverer deliverer, LongSupplier clock) {
    String machine = "machine-" + running.size();
    DeliveryReader reader =
        new DeliveryReader(
            settings,
            SETTINGS,
            deliverer,
            start,
            observed::add,
            new SimpleMeterRegistry(),
            clocks(clock, machine));
    Running begun = new Running(reader, Thread.ofPlatform().start(reader));
    running.add(begun);
    return begun;
  }

  /** Each replica on a machine of its own, so that takers wait for as long as it takes. */
  private static Clocks clocks(LongSupplier clock, String machine) {
    return new Clocks(clock, clock, Clock.systemUTC(), machine);
  }

  OutcomeRecorded.@Nullable Builder deliver(DeliveryTask task, Ownership ownership) {
    String id = task.request().getQueueId();
    started.computeIfAbsent(id, i -> new AtomicInteger()).incrementAndGet();
    CompletableFuture<Void> cut = new CompletableFuture<>();
    ownership.connection(() -> cut.complete(null));
    if (held.contains(id)) {
      CompletableFuture.anyOf(release, cut).join();
    }
    ended.computeIfAbsent(id, i -> new AtomicInteger()).incrementAndGet();
    if (ownership.awaitDot().isZero()) {
      return ownership.held() ? deferred(task) : null;
    }
    dots.add(id);
    if (unanswered.contains(id)) {
      replies.join();
    }
    ownership.answered();
    return delivered(task);
  }

  static OutcomeRecorded.Builder deferred(DeliveryTask task) {
    return delivered(task)
        .setNoAttempt(true)
        .setRecipients(
            0,
            RecipientOutcome.newBuilder()
                .setKind(OutcomeKind.DEFERRED)
                .setReason(Reasons.OWNERSHIP_UNPROVEN));
  }

  static OutcomeRecorded.Builder delivered(DeliveryTask task) {
    return task.outcome()
        .addRecipients(RecipientOutcome.newBuilder().setKind(OutcomeKind.DELIVERED));
  }

  /** A reader's clock that stands still until a test moves it or lets it go on. */
  static final class HeldClock implements LongSupplier {
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong looks = new AtomicLong();
    private volatile long running;

    @Override
    public long getAsLong() {
      looks.incrementAndGet();
      return held.get() + (running == 0 ? 0 : System.nanoTime() - running);
    }

    void pass(Duration time) {
      held.addAndGet(time.toNanos());
    }

    void goOn() {
      running = System.nanoTime();
    }

    /** How often it was looked at. */
    long looks() {
      return looks.get();
    }
  }

  /** Asks for deliveries, each by a Decision that continues the one before. */
  List<String> ask(int partition, int count) throws Exception {
    List<String> ids = new ArrayList<>();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      for (int i = 0; i < count; i++) {
        String id = QueueId.next(partition).toString();
        ids.add(id);
        DeliveryRequested request =
            DeliveryRequested.newBuilder()
                .setQueueId(id)
                .setDeliveryId(id + "/1/0")
                .setAttempt(1)
                .setOrganization("contoso")
                .setAcceptedOffset(7)
                .setAcceptedMillis(8)
                .setExpiresMillis(9)
                .setNextHop(NextHop.newBuilder().setRoute("fabrikam"))
                .addRecipients(0)
                .build();
        Decision decision =
            decision(partition).setQueueId(id).setAttempt(1).addDeliveries(request).build();
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    Topics.MAIL_DELIVERIES, partition, id, decision.toByteArray())));
      }
      for (int i = 0; i < count; i++) {
        offsets.put(ids.get(i), sent.get(i).get().offset());
      }
    }
    return ids;
  }

  /** The next one of the partition's chain. */
  private Decision.Builder decision(int partition) {
    long source = sources.merge(partition, 1L, Long::sum) - 1;
    return Decision.newBuilder()
        .setSource(DecisionSource.SOURCE_ACCEPTED)
        .setSourceOffset(source)
        .setPrevious(source - 1);
  }

  /** A Decision of the chain with what no decider would put into it. */
  void decided(int partition, String key, Consumer<Decision.Builder> odd) throws Exception {
    Decision.Builder decision = decision(partition);
    odd.accept(decision);
    raw(partition, key, decision.build().toByteArray());
  }

  /** A record that no decider would write. */
  void raw(int partition, String key, byte @Nullable [] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer.send(new ProducerRecord<>(Topics.MAIL_DELIVERIES, partition, key, value)).get();
    }
  }

  long offset(String id) {
    return offsets.getOrDefault(id, -1L);
  }

  /** How often it came to its dot, or was cut before. */
  int ends(String id) {
    return ended.getOrDefault(id, new AtomicInteger()).get();
  }

  int starts(String id) {
    return started.getOrDefault(id, new AtomicInteger()).get();
  }

  /** Waits until each of these has an outcome, and a little for doubles. */
  Map<String, List<ConsumerRecord<String, byte[]>>> awaitOutcomes(Collection<String> ids) {
    Map<String, List<ConsumerRecord<String, byte[]>>> found = new HashMap<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(log.reader(true))) {
      List<TopicPartition> partitions =
          List.of(
              new TopicPartition(Topics.MAIL_OUTCOMES, 0),
              new TopicPartition(Topics.MAIL_OUTCOMES, 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                collect(consumer, Duration.ofMillis(200), ids, found);
                return found.size() == ids.size();
              });
      collect(consumer, Duration.ofMillis(500), ids, found);
    }
    return found;
  }

  private static void collect(
      KafkaConsumer<String, byte[]> consumer,
      Duration patience,
      Collection<String> ids,
      Map<String, List<ConsumerRecord<String, byte[]>>> found) {
    for (ConsumerRecord<String, byte[]> record : consumer.poll(patience)) {
      if (record.key() != null && ids.contains(record.key())) { // PartitionTaken has no key
        found.computeIfAbsent(record.key(), k -> new ArrayList<>()).add(record);
      }
    }
  }

  /** All members leave the group, and do not know it. */
  void expel() throws Exception {
    try (Admin admin = Admin.create(log.admin())) {
      admin
          .removeMembersFromConsumerGroup(
              ConsumerGroups.DELIVERY, new RemoveMembersFromConsumerGroupOptions())
          .all()
          .get();
    }
  }

  DeliveryPosition position(int partition) throws Exception {
    TopicPartition of = new TopicPartition(Topics.MAIL_DELIVERIES, partition);
    try (Admin admin = Admin.create(log.admin())) {
      OffsetAndMetadata committed =
          Objects.requireNonNull(
              admin
                  .listConsumerGroupOffsets(ConsumerGroups.DELIVERY)
                  .partitionsToOffsetAndMetadata()
                  .get()
                  .get(of));
      return DeliveryPosition.decode(committed.offset(), committed.metadata());
    }
  }

  static String id(ConsumerRecord<String, byte[]> record) {
    try {
      OutcomeRecorded outcome = OutcomeRecorded.parseFrom(record.value());
      return outcome.getId().getIncarnation() + "/" + outcome.getId().getNumber();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws Exception {
    release.complete(null);
    replies.complete(null);
    for (Running each : running) {
      each.close();
    }
  }
}
