package io.postern.delivery.position;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.TlsToken;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsRequirement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries under way in all partitions, and what goes into the next transaction. Owner: the
 * reader's thread; a delivery's thread only puts its end into the queue. Bounded by the reader's
 * window.
 */
final class Deliveries {
  private static final System.Logger LOG = System.getLogger(Deliveries.class.getName());
  private static final long SESSION_BYTES = 48 * 1024; // three buffers and the thread's stack
  private static final long MAX_CONTENT_BYTES =
      512 * 1024; // mail-log bounds all streams together beside this
  private static final int RECORD_FACTOR = 3; // bytes of a parsed record to one serialized

  private record Ended(PartitionWork.Open delivery, @Nullable OutcomeRecorded outcome) {}

  /** One transaction. */
  record Batch(
      Map<TopicPartition, List<PartitionWork.Ready>> ready,
      List<OutcomeRecorded> late,
      Map<TopicPartition, OffsetAndMetadata> positions) {
    boolean isEmpty() {
      return ready.isEmpty() && late.isEmpty() && positions.isEmpty();
    }

    List<OutcomeRecorded> outcomes() {
      List<OutcomeRecorded> all = new ArrayList<>(late);
      ready.values().forEach(list -> list.forEach(r -> all.add(r.outcome())));
      return all;
    }
  }

  private final Deliverer deliverer;
  private final Consumer<OutcomeRecorded> observer;
  private final String incarnation = UUID.randomUUID().toString();
  private final Map<TopicPartition, PartitionWork> works = new HashMap<>();
  private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
  private final List<OutcomeRecorded> late = new ArrayList<>();
  private final AtomicInteger inWindow = new AtomicInteger();
  private long weight;
  private long number;

  Deliveries(Deliverer deliverer, Consumer<OutcomeRecorded> observer) {
    this.deliverer = deliverer;
    this.observer = observer;
  }

  Map<TopicPartition, PartitionWork> works() {
    return works;
  }

  int inWindow() {
    return inWindow.get();
  }

  long weight() {
    return weight;
  }

  void start(PartitionWork work, ConsumerRecord<String, byte[]> record, DeliveryRequested request) {
    long bytes =
        SESSION_BYTES
            + (long) RECORD_FACTOR * record.value().length
            + Math.min(request.getSize(), MAX_CONTENT_BYTES);
    PartitionWork.Open delivery = new PartitionWork.Open(work.partition, record.offset(), bytes);
    work.start(delivery);
    weight += bytes;
    inWindow.incrementAndGet();
    long requested = record.timestamp();
    Thread.ofVirtual()
        .name(request.getDeliveryId())
        .start(() -> ended.add(new Ended(delivery, deliver(delivery, request, requested))));
  }

  private @Nullable OutcomeRecorded deliver(
      PartitionWork.Open delivery, DeliveryRequested request, long requested) {
    OutcomeRecorded outcome;
    try {
      outcome = deliverer.deliver(request, delivery);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "delivery " + request.getDeliveryId() + " failed", e);
      outcome = failed(request, e);
    }
    if (outcome == null) {
      return null;
    }
    OutcomeRecorded.Builder timed = outcome.toBuilder();
    timed.getTimingsBuilder().setRequestedMillis(requested);
    return timed.build();
  }

  // Unlike an exception that ends the thread, this keeps the mail in sight.
  private static OutcomeRecorded failed(DeliveryRequested request, Throwable cause) {
    TlsRequirement requirement = request.getRequirement();
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setWriter(OutcomeWriter.WRITER_DELIVERY)
            .setQueueId(request.getQueueId())
            .setDeliveryId(request.getDeliveryId())
            .setAttempt(request.getAttempt())
            .setOrganization(request.getOrganization())
            .setConnector(request.getConnector())
            .setRequirement(requirement)
            .setToken(TlsToken.refused(requirement.getLevel(), Deliverer.INTERNAL_ERROR))
            .setAtMillis(System.currentTimeMillis());
    for (int recipient : request.getRecipientsList()) {
      outcome.addRecipients(
          RecipientOutcome.newBuilder()
              .setRecipient(recipient)
              .setKind(OutcomeKind.DEFERRED)
              .setReason(Deliverer.INTERNAL_ERROR)
              .setDetail("an error in the delivery service: " + cause.getClass().getSimpleName()));
    }
    return outcome.build();
  }

  /** Takes in what has ended. */
  void collect() {
    for (Ended end = ended.poll(); end != null; end = ended.poll()) {
      collect(end);
    }
  }

  private void collect(Ended end) {
    OutcomeRecorded outcome =
        end.outcome() == null ? null : end.outcome().toBuilder().setId(nextId()).build();
    PartitionWork work = works.get(end.delivery().partition);
    weight -= end.delivery().weight;
    if (work != null && work.has(end.delivery())) {
      work.completed(end.delivery(), outcome);
      if (outcome == null) {
        inWindow.decrementAndGet();
      }
    } else {
      inWindow.decrementAndGet();
      late(outcome);
    }
  }

  // log-mechanics §5: for a partition that is lost nothing but "delivered" is written, marked late.
  private void late(@Nullable OutcomeRecorded outcome) {
    if (outcome == null) {
      return;
    }
    List<RecipientOutcome> delivered =
        outcome.getRecipientsList().stream()
            .filter(r -> r.getKind() == OutcomeKind.DELIVERED)
            .toList();
    if (!delivered.isEmpty()) {
      late.add(
          outcome.toBuilder().clearRecipients().addAllRecipients(delivered).setLate(true).build());
    }
  }

  private OutcomeId nextId() {
    return OutcomeId.newBuilder().setIncarnation(incarnation).setNumber(++number).build();
  }

  /**
   * All that can be committed now.
   *
   * @param released partitions given up with it
   */
  Batch batch(Collection<TopicPartition> released) {
    Map<TopicPartition, List<PartitionWork.Ready>> ready = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    for (PartitionWork work : works.values()) {
      boolean givenUp = released.contains(work.partition);
      if (work.owned() && (work.hasReady() || givenUp)) {
        if (work.hasReady()) {
          ready.put(work.partition, work.ready());
        }
        DeliveryPosition position = work.position().snapshot(givenUp && work.openCount() == 0);
        positions.put(work.partition, new OffsetAndMetadata(position.next(), position.encode()));
      }
    }
    return new Batch(ready, List.copyOf(late), positions);
  }

  /** The batch is durable. */
  void settled(Batch batch) {
    batch
        .ready()
        .forEach(
            (partition, list) -> {
              PartitionWork work = works.get(partition);
              if (work != null) {
                work.settled(list);
              }
              inWindow.addAndGet(-list.size());
            });
    late.removeAll(batch.late());
    batch.outcomes().forEach(observer);
  }

  /**
   * Takes up a partition where the log says it stands.
   *
   * @param readAgain it is assigned anew, and read from there
   */
  PartitionWork reconcile(TopicPartition partition, DeliveryPosition committed, boolean readAgain) {
    PartitionWork work = works.get(partition);
    if (work == null) {
      work = new PartitionWork(partition, committed);
      works.put(partition, work);
      return work;
    }
    List<PartitionWork.Ready> durable = work.reconcile(committed, readAgain);
    inWindow.addAndGet(-durable.size());
    for (PartitionWork.Ready ready : durable) {
      observer.accept(ready.outcome());
      if (readAgain) {
        // Perhaps another owner finished it; ours under its own id is counted once in any case.
        late(ready.outcome());
      }
    }
    return work;
  }

  /** Deliveries that have not begun their envelope are given up. */
  void stopStarting(TopicPartition partition) {
    PartitionWork work = works.get(partition);
    if (work != null) {
      work.lose();
    }
  }

  /** Waits for the open deliveries of these partitions, at most {@code patience}. */
  void awaitOpen(Collection<TopicPartition> partitions, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    collect();
    while (open(partitions) > 0 && deadline - System.nanoTime() > 0) {
      try {
        Ended end = ended.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (end != null) {
          collect(end);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private int open(Collection<TopicPartition> partitions) {
    return partitions.stream()
        .map(works::get)
        .mapToInt(work -> work == null ? 0 : work.openCount())
        .sum();
  }

  /** The partition is another's; what is still under way is no longer ours to record. */
  void lose(TopicPartition partition) {
    PartitionWork work = works.remove(partition);
    if (work != null) {
      work.lose();
      inWindow.addAndGet(-work.ready().size());
      work.ready().forEach(r -> late(r.outcome()));
    }
  }

  void loseDisowned() {
    List.copyOf(works.values()).stream()
        .filter(work -> !work.owned())
        .forEach(work -> lose(work.partition));
  }
}
