package io.postern.delivery.position;

import io.postern.contracts.DeliveryPosition;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * The commits of positions, whose success proves the lease: twice a second, and at a revocation. At
 * rest, when nothing is under way and that is committed, every 2 s: the lease of 5 s does not
 * lapse, and whatever begins is committed at once, before its dot can come. A commit has the
 * positions as of its call, of partitions that are ours then; nothing is kept for a later one.
 * Owner: the reader's thread, on which the client calls back; {@link #proven} any.
 */
final class PositionCommits {
  // A later answer still renews leases as of its commit; the next commit does not wait for it.
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(2);

  private static final Duration AT_REST = Duration.ofSeconds(2);

  private final Duration interval;
  private final Clocks clocks;
  private final OccasionalLog complaints = new OccasionalLog(PositionCommits.class);
  private boolean underWay;
  private boolean asked;
  private boolean resting; // the last commit succeeded, and nothing was under way since
  private long began;
  private volatile long provenAt;
  private volatile boolean everProven;

  PositionCommits(Duration interval, Clocks clocks) {
    this.interval = interval;
    this.clocks = clocks;
    this.began = clocks.later().getAsLong() - interval.toNanos();
  }

  /** A partition is ours and has no lease: the next turn commits. */
  void ask() {
    asked = true;
  }

  /** A new member of the group: answers to the former one's commits are gone. */
  void reset() {
    underWay = false;
    resting = false;
  }

  /**
   * @param atRest no delivery is open or watched, and no outcome on its way
   * @param ours whether a partition that was committed is still the same
   */
  void whenDue(
      Consumer<String, byte[]> member,
      Collection<PartitionWork> works,
      boolean atRest,
      Predicate<PartitionWork> ours) {
    resting &= atRest;
    Duration pause = resting && AT_REST.compareTo(interval) > 0 ? AT_REST : interval;
    long now = clocks.later().getAsLong();
    long since = now - began;
    if (underWay ? since < ANSWER_PATIENCE.toNanos() : !asked && since < pause.toNanos()) {
      return;
    }
    List<PartitionWork> committed = new ArrayList<>();
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    DeliveryPosition.LeaseBeginning lease = clocks.leaseBeginning();
    for (PartitionWork work : works) {
      if (work.ledger.begun() && !work.givenUp()) {
        put(positions, work, work.ledger.position(false, lease));
        committed.add(work);
      }
    }
    began = now;
    asked = false;
    if (positions.isEmpty()) {
      underWay = false;
      return;
    }
    underWay = true;
    resting = atRest;
    member.commitAsync(
        positions,
        (offsets, failure) -> {
          if (began == now) {
            underWay = false;
          }
          if (failure != null) {
            resting = false;
            complaints.warn("positions could not be committed", failure);
            return;
          }
          complaints.over("positions can be committed");
          proven(now);
          for (PartitionWork work : committed) {
            OffsetAndMetadata position = positions.get(work.partition);
            if (ours.test(work) && position != null) {
              work.lease.renewed(now);
              work.ledger.committed(position.offset());
            }
          }
        });
  }

  /**
   * The last commit of partitions that are given up.
   *
   * @param released those of them that a taker need not wait for
   */
  void last(
      Consumer<String, byte[]> member,
      Collection<PartitionWork> works,
      Predicate<PartitionWork> released,
      Duration patience) {
    DeliveryPosition.LeaseBeginning lease = clocks.leaseBeginning();
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    for (PartitionWork work : works) {
      if (work.ledger.begun()) {
        put(positions, work, work.ledger.position(released.test(work), lease));
      }
    }
    if (positions.isEmpty()) {
      return;
    }
    try {
      member.commitSync(positions, patience);
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      // The taker waits, and reads again from the position before.
      complaints.warn("the last positions could not be committed", e);
    }
  }

  private static void put(
      Map<TopicPartition, OffsetAndMetadata> positions,
      PartitionWork work,
      DeliveryPosition position) {
    positions.put(work.partition, new OffsetAndMetadata(position.next(), position.encode()));
  }

  private void proven(long at) {
    provenAt = at;
    everProven = true;
  }

  /** A commit succeeded within the time that a lease lasts. Any thread. */
  boolean proven(Duration term) {
    return everProven && clocks.later().getAsLong() - provenAt < term.toNanos();
  }
}
