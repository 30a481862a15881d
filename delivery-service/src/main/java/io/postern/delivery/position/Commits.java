package io.postern.delivery.position;

import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Commits what {@link Deliveries} has ready, at its pace, and makes the producer anew after a
 * transaction whose end is not known (log-mechanics §3, §5). Owner: the reader's thread, which it
 * blocks as {@link OutcomeLog} does; {@link #usable} and {@link #proven} any.
 */
final class Commits implements AutoCloseable {
  /** Between two tries of what did not succeed. */
  static final Duration RETRY_PAUSE = Duration.ofMillis(200);

  private final OutcomeLog outcomes;
  private final Duration interval;
  private final Deliveries deliveries;
  private final LongSupplier clock;
  private final OccasionalLog complaints;
  private volatile long committedAt;
  private volatile boolean stalled = true; // until the first commit
  private long commitBegan;
  private long rebuildBegan;

  /**
   * @param interval between the beginnings of two transactions
   * @param clock monotonic, in nanoseconds
   */
  Commits(
      LogSettings log,
      Duration interval,
      Deliveries deliveries,
      LongSupplier clock,
      OccasionalLog complaints) {
    this.outcomes = new OutcomeLog(log, complaints);
    this.interval = interval;
    this.deliveries = deliveries;
    this.clock = clock;
    this.complaints = complaints;
    this.commitBegan = clock.getAsLong();
    this.committedAt = commitBegan;
    this.rebuildBegan = commitBegan - RETRY_PAUSE.toNanos(); // the first is due
  }

  /** There is a producer; whether it works is known by the next commit. */
  boolean usable() {
    return outcomes.usable();
  }

  /** The last commit succeeded, or nothing is left of one that did not. */
  boolean flowing() {
    return outcomes.usable() && !stalled;
  }

  /** The last commit succeeded, and within the time that a lease lasts. */
  boolean proven() {
    return flowing() && clock.getAsLong() - committedAt < Lease.TERM.toNanos();
  }

  /** {@link #commit} without giving anything up, when it is time to. */
  void whenDue(KafkaConsumer<String, byte[]> member) {
    Duration pause = stalled ? RETRY_PAUSE : interval;
    if (clock.getAsLong() - commitBegan >= pause.toNanos()) {
      commit(member, Set.of());
    }
  }

  /**
   * One transaction with all that is ready.
   *
   * @param member null: no member of the group any more, and no positions
   * @param released partitions that are given up with it
   * @return whether there is nothing left to commit
   */
  boolean commit(
      @Nullable KafkaConsumer<String, byte[]> member, Collection<TopicPartition> released) {
    Batch batch = deliveries.batch(released);
    if (batch.isEmpty()) {
      return true;
    }
    long began = clock.getAsLong();
    commitBegan = began;
    OutcomeLog.End end =
        outcomes.commit(
            batch.outcomes(), batch.positions(), member == null ? null : member.groupMetadata());
    stalled = end != OutcomeLog.End.COMMITTED;
    if (!stalled) {
      committedAt = began;
      deliveries.settled(batch, began);
    }
    return !stalled;
  }

  /**
   * Makes a producer where there is none, not more often than each {@link #RETRY_PAUSE}: each try
   * asks the log for a transactional id, and polls go on meanwhile, at their own pace. What became
   * of the last transaction is read from the committed positions.
   *
   * @param member null: no member of the group any more
   */
  void rebuildWhenDue(@Nullable KafkaConsumer<String, byte[]> member) {
    if (outcomes.usable() || clock.getAsLong() - rebuildBegan < RETRY_PAUSE.toNanos()) {
      return;
    }
    rebuildBegan = clock.getAsLong();
    try {
      outcomes.rebuild();
      Set<TopicPartition> mine = member == null ? Set.of() : Set.copyOf(member.assignment());
      if (member != null && !mine.isEmpty()) {
        Standing.of(member, mine)
            .forEach((partition, stands) -> deliveries.reconcile(partition, stands.position()));
      }
      stalled = false;
      complaints.over("outcomes can be committed");
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      outcomes.discard();
      complaints.warn("outcomes cannot be committed, no delivery starts", e);
    }
  }

  @Override
  public void close() {
    outcomes.close();
  }
}
