package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * One partition, a log that takes what it is given, replicas without a broker, and sessions that do
 * what a test says. A delivery's id is its offset.
 */
final class SessionLab {
  static final TopicPartition PARTITION = new TopicPartition("mail.deliveries", 0);
  static final int WATCHED = 20;
  static final long ACCEPTED_OFFSET = 42;

  private final AtomicLong clock = new AtomicLong(1L << 40);

  /** What the log has. */
  final List<OutcomeRecorded> durable = new ArrayList<>();

  OffsetAndMetadata position = new OffsetAndMetadata(0, "");

  Replica replica() {
    return new Replica();
  }

  void pass(long seconds) {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  void passMillis(long millis) {
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  long now() {
    return clock.get();
  }

  /** One session; its thread waits for what the test wants. */
  static final class Session {
    final long offset;
    private final OpenDelivery delivery;
    private final CompletableFuture<@Nullable OutcomeKind> end = new CompletableFuture<>();
    boolean dotted;

    private Session(long offset, OpenDelivery delivery) {
      this.offset = offset;
      this.delivery = delivery;
      delivery.connection(() -> end.complete(null));
    }

    OpenDelivery delivery() {
      return delivery;
    }

    boolean over() {
      return end.isDone();
    }

    private @Nullable OutcomeRecorded run(DeliveryRequested request) {
      OutcomeKind kind = end.join();
      if (kind == null) { // cut
        if (!delivery.everPastDot()) {
          return null;
        }
        kind = OutcomeKind.DELIVERED; // of those whose turn had come
      }
      return OutcomeRecorded.newBuilder()
          .setQueueId(request.getQueueId())
          .setDeliveryId(request.getDeliveryId())
          .setAttempt(1)
          .addRecipients(RecipientOutcome.newBuilder().setKind(kind))
          .build();
    }
  }

  /** A replica's deliveries; the test's thread is its reader's. */
  final class Replica {
    final Watch watch = new Watch(WATCHED, 1 << 30);
    final TakeoverCounts counts = new TakeoverCounts();
    final List<OutcomeRecorded> observed = new ArrayList<>();
    private volatile @Nullable CompletableFuture<Session> starting;
    final Deliveries deliveries =
        new Deliveries(this::deliver, observed::add, watch, clock::get, counts);

    private @Nullable OutcomeRecorded deliver(DeliveryRequested request, Ownership ownership) {
      OpenDelivery delivery = (OpenDelivery) ownership;
      Session session = new Session(delivery.offset, delivery);
      CompletableFuture<Session> waiting = starting;
      if (waiting != null) {
        waiting.complete(session);
      }
      return session.run(request);
    }

    /** The partition is assigned. */
    void take(long expectedNext) {
      take();
      assertThat(committed().next()).isEqualTo(expectedNext);
    }

    void take() {
      Standing stands = Standing.of(position.offset(), position.metadata());
      deliveries.take(PARTITION, stands.position(), stands.leased());
    }

    @Nullable PartitionWork workOrNull() {
      return deliveries.works().get(PARTITION);
    }

    PartitionWork work() {
      PartitionWork work = workOrNull();
      if (work == null) {
        throw new AssertionError("not assigned");
      }
      return work;
    }

    Session start(long offset) {
      assertThat(work().position().returned(offset)).isTrue();
      DeliveryRequested request =
          DeliveryRequested.newBuilder()
              .setDeliveryId(Long.toString(offset))
              .setQueueId(Long.toString(offset))
              .setAttempt(1)
              .setAcceptedOffset(ACCEPTED_OFFSET)
              .setNextHop(NextHop.newBuilder().setRoute("fabrikam"))
              .addRecipients(0)
              .build();
      CompletableFuture<Session> started = new CompletableFuture<>();
      starting = started;
      deliveries.start(
          work(),
          new ConsumerRecord<>(
              PARTITION.topic(),
              0,
              offset,
              1,
              TimestampType.LOG_APPEND_TIME,
              1,
              1,
              Long.toString(offset),
              request.toByteArray(),
              new RecordHeaders(),
              java.util.Optional.empty()),
          request);
      return started.orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Whether the session sends its final dot now. */
    boolean dot(Session session) {
      Duration answer = session.delivery.dot();
      boolean sent = answer != null && answer.isPositive();
      session.dotted |= sent;
      return sent;
    }

    void end(Session session, OutcomeKind kind) {
      session.end.complete(kind);
      awaitEnd(session);
    }

    /** Until the reader has taken it in. */
    void awaitEnd(Session session) {
      await(
          () -> {
            deliveries.awaitEnd(Duration.ofMillis(20));
            PartitionWork work = workOrNull();
            return !deliveries.running(session.delivery)
                && (work == null || !work.has(session.delivery));
          });
    }

    private void await(BooleanSupplier done) {
      long since = System.nanoTime();
      while (!done.getAsBoolean()) {
        assertThat(System.nanoTime() - since).isLessThan(TimeUnit.SECONDS.toNanos(20));
      }
    }

    /** A transaction that ends well. */
    Batch commit() {
      return commit(List.of());
    }

    /** The last one of the partition. */
    Batch release() {
      Batch batch = commit(List.of(PARTITION));
      deliveries.lose(PARTITION);
      return batch;
    }

    private Batch commit(List<TopicPartition> released) {
      deliveries.collect();
      Batch batch = deliveries.batch(released);
      long began = now();
      write(batch);
      deliveries.settled(batch, began);
      return batch;
    }

    void write(Batch batch) {
      durable.addAll(batch.outcomes());
      OffsetAndMetadata written = batch.positions().get(PARTITION);
      if (written != null) {
        position = written;
      }
    }

    DeliveryPosition committed() {
      return position.metadata().isEmpty()
          ? new DeliveryPosition(position.offset(), new BitSet(), false)
          : DeliveryPosition.decode(position.offset(), position.metadata());
    }
  }
}
