package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.destination.Slot;
import io.postern.delivery.destination.SlotRequest;
import io.postern.log.OccasionalLog;
import io.postern.log.rules.Lease;
import io.postern.log.rules.ReadBack;
import io.postern.log.rules.RecipientState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A replica with one partition, a producer that acknowledges when the test says so, and sessions
 * that do what a test says. Decision n is at offset n.
 */
final class SessionLab {
  static final TopicPartition PARTITION = new TopicPartition(Topics.MAIL_DELIVERIES, 0);
  static final int WATCHED = 20;
  static final long ACCEPTED_OFFSET = 42;

  private final AtomicLong clock = new AtomicLong(1L << 40);
  private final Map<Long, String> ids = new HashMap<>();
  private final Map<String, CompletableFuture<@Nullable Session>> starting =
      new ConcurrentHashMap<>();
  private MockProducer<String, byte[]> producer = producer();
  private int acknowledged; // of the producer's history
  private int generation;
  private long deliveriesEnd;

  /** Outcomes that the log has, without PartitionTaken. */
  final List<OutcomeRecorded> durable = new ArrayList<>();

  final LongSessions longSessions;
  final TakeoverCounts counts = new TakeoverCounts(new SimpleMeterRegistry());
  final List<OutcomeRecorded> observed = new ArrayList<>();
  private final OutcomeLog log =
      new OutcomeLog(() -> producer, new OccasionalLog(SessionLab.class));
  final OutcomeWriting writing = new OutcomeWriting(log, counts, observed::add);
  final Deliveries deliveries;
  private final @Nullable Destinations destinations;
  private final @Nullable Destinations hosts;

  SessionLab() {
    this(new NoticeShare(100, 1 << 30), new NoticeShare(5, 1 << 30), lab -> null, lab -> null);
  }

  /**
   * @param window what notices may use of the window
   * @param watched and of the watch
   * @param destinations where each delivery gets a slot first, as {@code Relay} does it
   * @param hosts where those whose route has an address behind an @ get one more
   */
  SessionLab(
      NoticeShare window,
      NoticeShare watched,
      Function<SessionLab, @Nullable Destinations> destinations,
      Function<SessionLab, @Nullable Destinations> hosts) {
    longSessions = new LongSessions(WATCHED, 1 << 30, watched);
    deliveries = new Deliveries(this::deliver, writing, longSessions, window, clock::get, counts);
    this.destinations = destinations.apply(this);
    this.hosts = hosts.apply(this);
    log.renew();
  }

  long now() {
    return clock.get();
  }

  private static MockProducer<String, byte[]> producer() {
    return new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
  }

  void pass(long seconds) {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  /** One session; its thread waits for what the test wants. */
  static final class Session {
    private final OpenDelivery delivery;
    private final CompletableFuture<@Nullable OutcomeKind> end = new CompletableFuture<>();

    private Session(OpenDelivery delivery) {
      this.delivery = delivery;
      delivery.connection(() -> end.complete(null));
    }

    OpenDelivery delivery() {
      return delivery;
    }

    boolean over() {
      return end.isDone();
    }

    private OutcomeRecorded.@Nullable Builder run(DeliveryTask task) {
      OutcomeKind kind = end.join();
      if (kind == null) { // cut
        if (!delivery.everPastDot()) {
          return null;
        }
        kind = OutcomeKind.DELIVERED; // of those whose turn had come
      }
      return outcome(task, kind);
    }
  }

  private OutcomeRecorded.@Nullable Builder deliver(DeliveryTask task, Ownership ownership)
      throws InterruptedException {
    Destinations from = destinations;
    if (from == null) {
      return session(task, ownership).run(task);
    }
    switch (from.acquire(
        SlotRequest.of(task.request().getNextHop().getRoute(), ""), task.notice(), ownership)) {
      case Admission.Grant(Slot slot) -> {
        OutcomeRecorded.Builder outcome = atHost(task, ownership);
        from.release(slot, feedback(outcome), "");
        return outcome;
      }
      case Admission.HandBack handBack -> {
        return handedBack(task);
      }
      case Admission.Loss loss -> {
        started(task, null);
        return null;
      }
    }
  }

  private OutcomeRecorded.@Nullable Builder atHost(DeliveryTask task, Ownership ownership)
      throws InterruptedException {
    String route = task.request().getNextHop().getRoute();
    Destinations from = hosts;
    if (from == null || route.indexOf('@') < 0) {
      return session(task, ownership).run(task);
    }
    if (from.acquire(SlotRequest.of(route.substring(route.indexOf('@')), ""), false, ownership)
        instanceof Admission.Grant(Slot slot)) {
      OutcomeRecorded.Builder outcome = session(task, ownership).run(task);
      from.release(slot, feedback(outcome), "");
      return outcome;
    }
    return handedBack(task);
  }

  private OutcomeRecorded.Builder handedBack(DeliveryTask task) {
    started(task, null);
    return outcome(task, OutcomeKind.DEFERRED).setNoAttempt(true);
  }

  private static Feedback feedback(OutcomeRecorded.@Nullable Builder outcome) {
    boolean through =
        outcome != null && outcome.getRecipients(0).getKind() == OutcomeKind.DELIVERED;
    return through ? Feedback.THROUGH : Feedback.NOTHING;
  }

  private Session session(DeliveryTask task, Ownership ownership) {
    Session session = new Session((OpenDelivery) ownership);
    started(task, session);
    return session;
  }

  private void started(DeliveryTask task, @Nullable Session session) {
    CompletableFuture<@Nullable Session> waiting = starting.get(task.request().getQueueId());
    if (waiting != null) {
      waiting.complete(session);
    }
  }

  private static OutcomeRecorded.Builder outcome(DeliveryTask task, OutcomeKind kind) {
    OutcomeRecorded.Builder outcome = task.outcome();
    for (int recipient : task.request().getRecipientsList()) {
      outcome.addRecipients(RecipientOutcome.newBuilder().setRecipient(recipient).setKind(kind));
    }
    return outcome;
  }

  /** Assigned for the first time, taken and with a lease. */
  PartitionWork take() {
    return take(DeliveryPosition.first(0), Duration.ZERO);
  }

  /** Assigned again, with all that its former owner left. */
  PartitionWork takeFrom(DeliveryPosition inherited) {
    deliveriesEnd = 1_000;
    return take(inherited, Duration.ZERO);
  }

  PartitionWork take(DeliveryPosition inherited, Duration wait) {
    PartitionWork work =
        new PartitionWork(
            PARTITION, inherited, ++generation, new Lease(clock::get, clock::get, wait));
    deliveries.taken(work);
    writing.take(work);
    acknowledge();
    commit(work);
    return work;
  }

  /** The log acknowledges all that was sent; what was marked is read back. */
  void acknowledge() {
    while (producer.completeNext()) {
      List<ProducerRecord<String, byte[]>> history = producer.history();
      OutcomeRecorded record = parsed(history.get(acknowledged).value());
      acknowledged++;
      if (!record.getPartitionTaken()) {
        durable.add(record);
      }
      assertThat(writing.settle(deliveries::isOurs, this::readBack)).isTrue();
    }
    deliveries.count();
  }

  private void readBack(PartitionWork work, long marker) {
    ReadBack back = new ReadBack(work.ledger.ownerThere());
    for (OutcomeRecorded each : durable) {
      back.outcome(
          Owner.of(each.getOwner()),
          each.getQueueId(),
          each.getAttempt(),
          each.getAfterStillOpen(),
          RecipientState.of(each));
    }
    back.taken(marker, work.ledger.owner());
    var sends = work.ledger.taken(marker, deliveriesEnd, back, writing::found);
    assertThat(sends).isNotNull();
    writing.send(work, sends == null ? List.of() : sends);
  }

  /** The next answer is a failure; there is no producer after it. */
  void fail() {
    assertThat(producer.errorNext(new KafkaException("expired"))).isTrue();
    assertThat(writing.settle(deliveries::isOurs, this::readBack)).isFalse();
  }

  /** A new producer, and all partitions are taken again. */
  void renew() {
    producer = producer();
    acknowledged = 0;
    log.renew();
    writing.renewed();
    deliveries.works().forEach(writing::take);
  }

  /** Sent and not answered yet. */
  List<OutcomeRecorded> sent() {
    return producer.history().stream()
        .skip(acknowledged)
        .map(r -> parsed(r.value()))
        .filter(r -> !r.getPartitionTaken())
        .toList();
  }

  /** A commit of the position that ends well. */
  DeliveryPosition commit(PartitionWork work) {
    DeliveryPosition position = work.ledger.position(false, null);
    work.lease.renewed(clock.get());
    return position;
  }

  private static OutcomeRecorded parsed(byte[] value) {
    try {
      return OutcomeRecorded.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  String id(long offset) {
    return ids.computeIfAbsent(offset, o -> QueueId.next(0).toString());
  }

  /** A Decision with one delivery. */
  Decision.Builder decision(long offset, int attempt, Integer... recipients) {
    return Decision.newBuilder()
        .setSource(DecisionSource.SOURCE_ACCEPTED)
        .setSourceOffset(offset)
        .setPrevious(offset - 1)
        .setQueueId(id(offset))
        .setAttempt(attempt)
        .addDeliveries(
            DeliveryRequested.newBuilder()
                .setDeliveryId(id(offset) + "/" + attempt + "/0")
                .setQueueId(id(offset))
                .setAttempt(attempt)
                .setAcceptedOffset(ACCEPTED_OFFSET)
                .setNextHop(NextHop.newBuilder().setRoute("fabrikam"))
                .addAllRecipients(List.of(recipients))
                .setEnvelope(envelope(recipients)));
  }

  private static Envelope envelope(Integer... recipients) {
    Envelope.Builder envelope = Envelope.newBuilder().setReversePath("bob@contoso.example");
    for (int recipient : recipients) {
      envelope.addRecipients(
          EnvelopeRecipient.newBuilder().setAddress("r" + recipient + "@fabrikam.example"));
    }
    return envelope.build();
  }

  void read(PartitionWork work, long offset, Decision decision) {
    deliveries.start(
        work,
        new ConsumerRecord<>(
            PARTITION.topic(),
            0,
            offset,
            1,
            TimestampType.LOG_APPEND_TIME,
            1,
            1,
            decision.getQueueId(),
            decision.toByteArray(),
            new RecordHeaders(),
            java.util.Optional.empty()));
  }

  Session start(PartitionWork work, long offset) {
    return start(work, offset, decision(offset, 1, 0).build());
  }

  Session start(PartitionWork work, long offset, Decision decision) {
    return Objects.requireNonNull(startOrNot(work, offset, decision), "handed back");
  }

  /** Null: it was handed back. */
  @Nullable Session startOrNot(PartitionWork work, long offset, Decision decision) {
    CompletableFuture<@Nullable Session> started = new CompletableFuture<>();
    starting.put(decision.getQueueId(), started);
    read(work, offset, decision);
    return started.orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** A notice to a destination of its own. */
  Decision notice(long offset, String route, int bytes) {
    Decision.Builder decision = decision(offset, 1, 0);
    DeliveryRequested.Builder delivery = decision.getDeliveriesBuilder(0);
    delivery.getEnvelopeBuilder().clearReversePath();
    delivery.getNextHopBuilder().setRoute(route);
    delivery.addContent(
        ContentSegment.newBuilder().setInline(ByteString.copyFrom(new byte[bytes])));
    return decision.build();
  }

  /** A user's mail to this destination. */
  Decision mail(long offset, String route) {
    Decision.Builder decision = decision(offset, 1, 0);
    decision.getDeliveriesBuilder(0).getNextHopBuilder().setRoute(route);
    return decision.build();
  }

  /** Whether the session sends its final dot now. */
  boolean dot(Session session) {
    Duration answer = session.delivery.dot();
    return answer != null && answer.isPositive();
  }

  void end(Session session, OutcomeKind kind) {
    session.end.complete(kind);
    awaitEnd(session);
  }

  /** Until the reader has taken it in. */
  void awaitEnd(Session session) {
    OpenDelivery delivery = session.delivery;
    await(
        () -> {
          deliveries.awaitEnd(Duration.ofMillis(20));
          return !deliveries.running(delivery)
              && !(deliveries.isOurs(delivery.work) && delivery.work.open().contains(delivery));
        });
  }

  private static void await(BooleanSupplier done) {
    long since = System.nanoTime();
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime() - since).isLessThan(TimeUnit.SECONDS.toNanos(60));
    }
  }
}
