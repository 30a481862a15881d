package io.postern.delivery.position;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.OutcomeRecorded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What one partition has under way: its position, the open deliveries, and outcomes that are not
 * durable yet. A delivery leaves the window when its outcome is committed, not before.
 *
 * <p>Owner: the reader's thread. Outlives a rebuilt client, so that what is in flight is neither
 * started twice nor forgotten.
 */
final class PartitionWork {
  /** One delivery that a thread is doing. */
  static final class Open implements Ownership {
    final TopicPartition partition;
    final long offset;
    final long weight;
    private volatile boolean lost;

    Open(TopicPartition partition, long offset, long weight) {
      this.partition = partition;
      this.offset = offset;
      this.weight = weight;
    }

    @Override
    public boolean held() {
      return !lost;
    }
  }

  /** An outcome that waits for its transaction. */
  record Ready(Open delivery, OutcomeRecorded outcome) {}

  final TopicPartition partition;
  private PartitionPosition position;
  private final Map<Long, Open> open = new HashMap<>();
  private final List<Ready> ready = new ArrayList<>();
  private boolean owned = true;
  private boolean paused;

  PartitionWork(TopicPartition partition, DeliveryPosition committed) {
    this.partition = partition;
    this.position = new PartitionPosition(committed);
  }

  PartitionPosition position() {
    return position;
  }

  /** Window use: open deliveries and outcomes not durable. */
  int inWindow() {
    return open.size() + ready.size();
  }

  int openCount() {
    return open.size();
  }

  boolean owned() {
    return owned;
  }

  /** The client that owned it is gone; whether the partition is still ours is not known yet. */
  void disown() {
    owned = false;
  }

  boolean paused() {
    return paused;
  }

  void paused(boolean now) {
    paused = now;
  }

  boolean has(Open delivery) {
    return open.get(delivery.offset) == delivery;
  }

  /** Its thread still runs, from before the client was rebuilt. */
  boolean isOpen(long offset) {
    return open.containsKey(offset);
  }

  void start(Open delivery) {
    open.put(delivery.offset, delivery);
  }

  /** A delivery ended; null: abandoned before it began, the offset stays unfinished. */
  void completed(Open delivery, @Nullable OutcomeRecorded outcome) {
    open.remove(delivery.offset);
    if (outcome != null) {
      ready.add(new Ready(delivery, outcome));
      position.finish(delivery.offset);
    }
  }

  List<Ready> ready() {
    return List.copyOf(ready);
  }

  boolean hasReady() {
    return !ready.isEmpty();
  }

  /** The transaction with these outcomes ended well. */
  void settled(List<Ready> committed) {
    ready.removeAll(committed);
  }

  /**
   * Takes up what the log says after a transaction of unknown end, or after the partition came
   * back: outcomes whose offset is finished there are durable, the others are to be committed
   * again.
   *
   * @return the outcomes found to be durable
   */
  List<Ready> reconcile(DeliveryPosition committed, boolean readAgain) {
    List<Ready> durable =
        ready.stream().filter(r -> committed.finished(r.delivery.offset)).toList();
    ready.removeAll(durable);
    if (readAgain) {
      // Another owner finished these meanwhile: of ours nothing counts but a late "delivered".
      open.values()
          .removeIf(
              delivery -> {
                boolean done = committed.finished(delivery.offset);
                delivery.lost = delivery.lost || done;
                return done;
              });
      position = new PartitionPosition(committed);
      for (Ready waiting : ready) {
        position.finish(waiting.delivery.offset);
      }
      paused = false;
    }
    owned = true;
    return durable;
  }

  /** Nothing of it starts any more. */
  void lose() {
    open.values().forEach(delivery -> delivery.lost = true);
  }
}
