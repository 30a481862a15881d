package io.postern.delivery.position;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.delivery.position.DeliveryThreads.Ended;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries under way in all partitions: how they end, are handed over, taken and lost, and
 * what of that waits for the next transaction. Owner: the reader's thread. Bounded by the reader's
 * window and the watch.
 */
final class Deliveries {
  static final int MAX_SPAN = 10_000; // log-mechanics §5: what the metadata holds with ease

  private static final long SESSION_BYTES = 48 * 1024; // three buffers and the thread's stack
  private static final long MAX_CONTENT_BYTES =
      512 * 1024; // mail-log bounds all streams together beside this
  private static final int RECORD_FACTOR = 3; // bytes of a parsed record to one serialized

  private final DeliveryThreads threads;
  private final Consumer<OutcomeRecorded> observer;
  private final LongSupplier clock;
  private final TakeoverCounts counts;
  private final Watch watch;
  private final String incarnation = UUID.randomUUID().toString();
  private final Map<TopicPartition, PartitionWork> works = new HashMap<>();
  private final Set<OpenDelivery> lost = new HashSet<>();
  private final List<OutcomeRecorded> late = new ArrayList<>();
  private volatile int inWindow;
  private long weight;
  private long number;

  /**
   * @param observer sees each outcome that became durable
   * @param clock monotonic, in nanoseconds
   */
  Deliveries(
      Deliverer deliverer,
      Consumer<OutcomeRecorded> observer,
      Watch watch,
      LongSupplier clock,
      TakeoverCounts counts) {
    this.threads = new DeliveryThreads(deliverer);
    this.observer = observer;
    this.watch = watch;
    this.clock = clock;
    this.counts = counts;
  }

  Map<TopicPartition, PartitionWork> works() {
    return works;
  }

  /** Open deliveries and outcomes not durable, without the watched ones. Any thread. */
  int inWindow() {
    return inWindow;
  }

  long weight() {
    return weight;
  }

  void start(PartitionWork work, ConsumerRecord<String, byte[]> record, DeliveryRequested request) {
    long bytes =
        SESSION_BYTES
            + (long) RECORD_FACTOR * record.value().length
            + Math.min(request.getSize(), MAX_CONTENT_BYTES);
    OpenDelivery delivery =
        new OpenDelivery(
            work.partition,
            record.offset(),
            bytes,
            request,
            record.timestamp(),
            work.lease,
            counts);
    work.start(delivery);
    weight += bytes;
    threads.start(delivery);
  }

  /** The record can be no delivery; its offset is finished with the outcome, if there is one. */
  void unreadable(PartitionWork work, long offset, @Nullable OutcomeRecorded outcome) {
    work.unreadable(offset, outcome == null ? null : numbered(outcome));
  }

  /** Takes in what has ended. */
  void collect() {
    for (Ended end = threads.poll(); end != null; end = threads.poll()) {
      collect(end);
    }
    count();
  }

  private void collect(Ended end) {
    OpenDelivery delivery = end.delivery();
    OutcomeRecorded outcome = end.outcome();
    PartitionWork work = works.get(delivery.partition);
    if (!watch.remove(delivery)) {
      weight -= delivery.weight;
    }
    if (work != null && work.has(delivery)) {
      if (outcome == null && delivery.closed()) {
        work.abandoned(delivery);
      } else {
        // What was not taken from it owes an outcome, or it would pin the partition for ever.
        work.completed(
            delivery,
            numbered(outcome == null ? DeliveryThreads.failed(delivery, "no outcome") : outcome));
      }
    } else if (work != null && work.watches(delivery)) {
      watchedEnded(work, delivery, outcome);
    } else {
      lost.remove(delivery);
      if (outcome != null) {
        late(numbered(delivery.handedOver() ? Outcomes.afterStillOpen(outcome) : outcome));
      }
    }
  }

  private void watchedEnded(
      PartitionWork work, OpenDelivery delivery, @Nullable OutcomeRecorded outcome) {
    OutcomeRecorded known =
        outcome == null
            ? Outcomes.complete(
                Outcomes.unfinished(delivery.request), delivery.request, delivery.requestedMillis)
            : outcome;
    OutcomeRecorded following = numbered(Outcomes.afterStillOpen(known));
    if (delivery.sinceHandedOver().compareTo(Watch.LAST_OUTCOME) <= 0) {
      work.followUp(delivery, following);
    } else {
      work.followUp(delivery, null);
      late(following);
    }
  }

  // log-mechanics §5: for a partition that is lost nothing but "delivered" is written, marked late.
  private void late(OutcomeRecorded outcome) {
    OutcomeRecorded delivered = Outcomes.late(outcome);
    if (delivered != null) {
      counts.late();
      late.add(delivered);
    }
  }

  private OutcomeRecorded numbered(OutcomeRecorded outcome) {
    return outcome.toBuilder()
        .setId(OutcomeId.newBuilder().setIncarnation(incarnation).setNumber(++number))
        .build();
  }

  /**
   * Hands over what has lasted, and the oldest while the bitmap spans too much; ends what was
   * handed over and can send no dot any more.
   */
  void watch() {
    long now = clock.getAsLong();
    for (PartitionWork work : works.values()) {
      if (!work.owned()) {
        continue;
      }
      for (OpenDelivery delivery : work.open()) {
        if (now - delivery.startedNanos < Watch.AFTER.toNanos()) {
          break; // the oldest stand first
        }
        handOver(work, delivery, false);
      }
      OpenDelivery pinning = work.pinning();
      while (work.position().span() >= MAX_SPAN
          && pinning != null
          && handOver(work, pinning, false)) {
        pinning = work.pinning();
      }
      for (OpenDelivery delivery : work.watched()) {
        if (delivery.sinceHandedOver().compareTo(OpenDelivery.DOT_AFTER_HANDING_OVER) >= 0) {
          var unused = delivery.close();
        }
      }
    }
    count();
  }

  private boolean handOver(PartitionWork work, OpenDelivery delivery, boolean roomOrNot) {
    if (!roomOrNot && !watch.hasRoom(delivery)) {
      return false;
    }
    long open = (clock.getAsLong() - delivery.startedNanos) / 1_000_000;
    OutcomeRecorded stillOpen =
        Outcomes.complete(
            Outcomes.stillOpen(delivery.request, open), delivery.request, delivery.requestedMillis);
    work.handOver(delivery, numbered(stillOpen));
    watch.add(delivery);
    weight -= delivery.weight;
    counts.handedOver();
    return true;
  }

  /**
   * All that can be committed now.
   *
   * @param released partitions given up with it
   */
  Batch batch(Collection<TopicPartition> released) {
    return Batch.of(works.values(), late, released, clock.getAsLong());
  }

  /**
   * The batch is durable.
   *
   * @param began the clock before its commit began
   */
  void settled(Batch batch, long began) {
    List<OutcomeRecorded> durable = new ArrayList<>(batch.late());
    late.subList(0, batch.late().size()).clear();
    for (TopicPartition partition : batch.positions().keySet()) {
      PartitionWork work = works.get(partition);
      int count = batch.ready().getOrDefault(partition, List.of()).size();
      if (work != null) {
        work.settled(count, began).forEach(r -> durable.add(r.outcome()));
        if (!batch.released().contains(partition)) {
          work.lease.renewed(began);
        }
      }
    }
    count();
    durable.forEach(observer);
  }

  /**
   * Takes up a partition that was assigned, where the log says it stands.
   *
   * @param wait its owner before may have a lease still
   */
  PartitionWork take(TopicPartition partition, DeliveryPosition stands, boolean wait) {
    if (wait) {
      counts.takerWaits();
    }
    PartitionWork work = works.get(partition);
    if (work == null) {
      work = new PartitionWork(partition, stands, new Lease(clock, wait));
      works.put(partition, work);
    } else {
      gone(work.takeAgain(stands, wait));
    }
    count();
    return work;
  }

  /** After a transaction whose end was not known: the log says how it ended. */
  void reconcile(TopicPartition partition, DeliveryPosition stands) {
    PartitionWork work = works.get(partition);
    if (work != null) {
      work.reconcile(stands);
    }
    count();
  }

  /** Nothing that is before its final dot gets there any more. */
  void closeAll() {
    for (PartitionWork work : works.values()) {
      close(work);
    }
  }

  private static void close(PartitionWork work) {
    work.open().forEach(OpenDelivery::close);
    work.watched().forEach(OpenDelivery::close);
  }

  /**
   * The first part of giving partitions up: nothing sends a dot any more; what is past it goes to
   * the watch. The second is the commit, the third {@link #lose}.
   *
   * @param patience for sessions that were closed after some recipients were decided about
   */
  void giveUp(Collection<TopicPartition> partitions, Duration patience) {
    collect();
    List<PartitionWork> given =
        partitions.stream().map(works::get).filter(Objects::nonNull).toList();
    for (PartitionWork work : given) {
      work.lease.end();
      close(work);
      for (OpenDelivery delivery : work.open()) {
        if (delivery.pastDot()) {
          handOver(work, delivery, true);
        }
      }
    }
    long deadline = clock.getAsLong() + patience.toNanos();
    while (given.stream().anyMatch(Deliveries::owesOutcomes) && deadline - clock.getAsLong() > 0) {
      awaitEnd(Duration.ofMillis(50));
    }
    for (PartitionWork work : given) {
      for (OpenDelivery delivery : work.open()) {
        if (delivery.everPastDot()) {
          handOver(work, delivery, true);
        }
      }
    }
    collect();
  }

  private static boolean owesOutcomes(PartitionWork work) {
    return work.open().stream().anyMatch(OpenDelivery::everPastDot);
  }

  /** Waits for an end, and takes it in. */
  void awaitEnd(Duration patience) {
    Ended end = threads.await(patience);
    if (end != null) {
      collect(end);
    }
    collect();
  }

  /** Deliveries of partitions that are ours, past their dot. */
  boolean anyPastDot() {
    return works.values().stream()
        .anyMatch(
            w ->
                w.open().stream().anyMatch(OpenDelivery::everPastDot)
                    || w.watched().stream().anyMatch(OpenDelivery::everPastDot));
  }

  /** Deliveries that are no longer ours, past their dot. */
  boolean anyLostPastDot() {
    return lost.stream().anyMatch(OpenDelivery::everPastDot);
  }

  /** Its thread has not ended, although it is watched or lost. */
  boolean running(OpenDelivery delivery) {
    PartitionWork work = works.get(delivery.partition);
    return lost.contains(delivery) || work != null && work.watches(delivery);
  }

  /** The partition is another's; what is still under way is no longer ours to record. */
  void lose(TopicPartition partition) {
    PartitionWork work = works.remove(partition);
    if (work != null) {
      gone(work.lose());
    }
    count();
  }

  private void gone(PartitionWork.Gone gone) {
    gone.outcomes().forEach(this::late);
    gone.deliveries().forEach(OpenDelivery::close);
    lost.addAll(gone.deliveries());
  }

  void loseDisowned() {
    List.copyOf(works.values()).stream()
        .filter(work -> !work.owned())
        .forEach(work -> lose(work.partition));
  }

  private void count() {
    inWindow = works.values().stream().mapToInt(PartitionWork::inWindow).sum();
  }
}
