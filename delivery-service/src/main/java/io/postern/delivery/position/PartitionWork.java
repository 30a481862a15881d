package io.postern.delivery.position;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.OutcomeRecorded;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What one partition has under way: its position and lease, the open deliveries, the watched ones,
 * and outcomes that are not durable yet. A delivery leaves the window when its outcome is
 * committed, not before.
 *
 * <p>Owner: the reader's thread. Outlives a rebuilt client, so that what is in flight is neither
 * started twice nor forgotten.
 */
final class PartitionWork {
  private static final long NO_OFFSET = -1;

  /**
   * An outcome that waits for its transaction.
   *
   * @param offset that it finishes; -1: none, its delivery was handed over before
   * @param delivery null: of a record that no delivery could be made of
   */
  record Ready(long offset, @Nullable OpenDelivery delivery, OutcomeRecorded outcome) {
    boolean finishes() {
      return offset != NO_OFFSET;
    }
  }

  final TopicPartition partition;
  final Lease lease;
  private PartitionPosition position;
  private final Map<Long, OpenDelivery> open = new LinkedHashMap<>(); // the oldest first
  private final Set<OpenDelivery> watched = new LinkedHashSet<>();
  private final List<Ready> ready = new ArrayList<>();
  private final List<Ready> presumed = new ArrayList<>();
  private boolean owned = true;
  private boolean paused;
  private boolean committed;
  private long committedAt;

  PartitionWork(TopicPartition partition, DeliveryPosition committed, Lease lease) {
    this.partition = partition;
    this.position = new PartitionPosition(committed);
    this.lease = lease;
  }

  PartitionPosition position() {
    return position;
  }

  /** Window use: open deliveries and outcomes not durable. */
  int inWindow() {
    return open.size() + ready.size();
  }

  boolean owned() {
    return owned;
  }

  /** The client that owned it is gone; whether the partition is still ours is not known yet. */
  void disown() {
    owned = false;
    lease.suspend();
  }

  boolean paused() {
    return paused;
  }

  void paused(boolean now) {
    paused = now;
  }

  boolean has(OpenDelivery delivery) {
    return open.get(delivery.offset) == delivery;
  }

  boolean watches(OpenDelivery delivery) {
    return watched.contains(delivery);
  }

  /** Its thread still runs, from before the client was rebuilt. */
  boolean isOpen(long offset) {
    return open.containsKey(offset);
  }

  /** The oldest first. */
  List<OpenDelivery> open() {
    return List.copyOf(open.values());
  }

  List<OpenDelivery> watched() {
    return List.copyOf(watched);
  }

  /** The delivery that the position stands at. */
  @Nullable OpenDelivery pinning() {
    return open.get(position.next());
  }

  void start(OpenDelivery delivery) {
    open.put(delivery.offset, delivery);
  }

  /** Closed before anything was decided: the offset stays unfinished, for its next owner. */
  void abandoned(OpenDelivery delivery) {
    open.remove(delivery.offset);
  }

  void completed(OpenDelivery delivery, OutcomeRecorded outcome) {
    open.remove(delivery.offset);
    finish(delivery.offset, delivery, outcome);
  }

  /** Its offset is finished with the outcome <em>still open</em>, and its session goes on. */
  void handOver(OpenDelivery delivery, OutcomeRecorded stillOpen) {
    open.remove(delivery.offset);
    delivery.handOver();
    watched.add(delivery);
    finish(delivery.offset, delivery, stillOpen);
  }

  /** The record at {@code offset} can be no delivery. */
  void unreadable(long offset, @Nullable OutcomeRecorded outcome) {
    if (outcome == null) {
      position.finish(offset);
    } else {
      finish(offset, null, outcome);
    }
  }

  private void finish(long offset, @Nullable OpenDelivery delivery, OutcomeRecorded outcome) {
    ready.add(new Ready(offset, delivery, outcome));
    position.finish(offset);
  }

  /** A watched session ended; its offset was finished when it was handed over. */
  void followUp(OpenDelivery delivery, @Nullable OutcomeRecorded outcome) {
    watched.remove(delivery);
    if (outcome != null) {
      ready.add(new Ready(NO_OFFSET, delivery, outcome));
    }
  }

  List<Ready> ready() {
    return List.copyOf(ready);
  }

  /** Whether the position is due to be committed for the lease alone. */
  boolean renewalDue(long now, long everyNanos) {
    return !committed || now - committedAt >= everyNanos;
  }

  /**
   * A transaction with this partition's position ended well.
   *
   * @param count of outcomes, the first ones that were ready
   * @return outcomes that are durable by that: those in it, and those of an earlier transaction
   *     whose end was not known; that nobody else owned the partition meanwhile is now proven
   */
  List<Ready> settled(int count, long began) {
    committed = true;
    committedAt = began;
    List<Ready> durable = new ArrayList<>(presumed);
    presumed.clear();
    List<Ready> first = ready.subList(0, count);
    durable.addAll(first);
    first.clear();
    return durable;
  }

  /**
   * After a transaction of unknown end: outcomes whose offset the log has as finished are durable,
   * if no other owner was there meanwhile, which the next commit proves. The others are to be
   * committed again, as are those without an offset, under the same id.
   */
  void reconcile(DeliveryPosition stands) {
    for (Ready each : ready()) {
      if (each.finishes() && stands.finished(each.offset)) {
        ready.remove(each);
        presumed.add(each);
      }
    }
  }

  /** What is no longer ours of a partition that came back. */
  record Gone(List<OutcomeRecorded> outcomes, List<OpenDelivery> deliveries) {}

  /**
   * The partition came back, and is read again from where the log says it stands. What is finished
   * there may have been finished by another owner: of ours nothing counts but a late "delivered".
   *
   * @param wait another owner may have a lease still
   */
  Gone takeAgain(DeliveryPosition stands, boolean wait) {
    List<Ready> lost = new ArrayList<>(presumed);
    presumed.clear();
    ready.stream().filter(r -> r.finishes() && stands.finished(r.offset)).forEach(lost::add);
    Set<OpenDelivery> gone = new HashSet<>();
    open.values().stream().filter(d -> stands.finished(d.offset)).forEach(gone::add);
    lost.stream().map(Ready::delivery).filter(Objects::nonNull).forEach(gone::add);
    // What followed a "still open" that is not ours goes with it.
    ready.stream()
        .filter(r -> !r.finishes() && r.delivery != null && gone.contains(r.delivery))
        .forEach(lost::add);
    ready.removeAll(lost);
    List<OpenDelivery> running =
        gone.stream().filter(d -> open.remove(d.offset, d) || watched.remove(d)).toList();
    position = new PartitionPosition(stands);
    ready.stream().filter(Ready::finishes).forEach(each -> position.finish(each.offset));
    owned = true;
    paused = false;
    committed = false;
    lease.taken(wait);
    return new Gone(lost.stream().map(Ready::outcome).toList(), running);
  }

  /** The partition is another's. */
  Gone lose() {
    lease.end();
    List<OutcomeRecorded> outcomes = new ArrayList<>();
    presumed.forEach(each -> outcomes.add(each.outcome));
    ready.forEach(each -> outcomes.add(each.outcome));
    List<OpenDelivery> deliveries = new ArrayList<>(open.values());
    deliveries.addAll(watched);
    return new Gone(outcomes, deliveries);
  }
}
