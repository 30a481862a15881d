package io.postern.delivery.position;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.rules.Lease;
import io.postern.log.rules.PartitionLedger;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One partition from its assignment to its loss: its ledger and lease, the open deliveries and the
 * watched ones. A partition that comes back is another one. Owner: the reader's thread.
 */
final class PartitionWork {
  final TopicPartition partition;
  final Lease lease;
  final PartitionLedger<OutcomeRecorded.Builder> ledger;

  /** The owner before did not give it up: it was killed, or cut off from the log. */
  final boolean ownerLost;

  private final Set<OpenDelivery> open = new LinkedHashSet<>(); // the oldest first
  private final Set<OpenDelivery> watched = new LinkedHashSet<>();
  private int notices;
  private @Nullable LostOwners lostOwners;
  private int suspects; // how many may still count as interrupted
  private boolean paused = true;
  private boolean givenUp;

  /**
   * @param generation of the group, in which it was assigned
   */
  PartitionWork(TopicPartition partition, DeliveryPosition inherited, int generation, Lease lease) {
    this.partition = partition;
    this.lease = lease;
    this.ledger = new PartitionLedger<>(inherited, generation);
    this.ownerLost = !inherited.released() && inherited.lease() != null;
  }

  /**
   * @param most deliveries that an owner has open at most, the first that are not finished
   */
  void taken(LostOwners lost, int most) {
    lostOwners = lost;
    suspects = most;
  }

  /**
   * A delivery that is to start: two owners in a row may have been lost in it. At most a window's
   * are: of a backlog behind, nobody has begun any.
   *
   * @param writtenMillis when the log had its Decision
   */
  boolean interrupted(long writtenMillis) {
    LostOwners lost = lostOwners;
    if (lost == null || suspects == 0) {
      return false;
    }
    suspects--;
    return lost.twoHad(writtenMillis);
  }

  /** Window use: open deliveries and outcomes that are not acknowledged. */
  int inWindow() {
    return open.size() + ledger.pending();
  }

  boolean paused() {
    return paused;
  }

  void paused(boolean now) {
    paused = now;
  }

  /** Decisions are read. */
  boolean reading() {
    return ledger.running() && !givenUp;
  }

  /** It is being revoked: nothing new starts, and no position is committed but the last. */
  boolean givenUp() {
    return givenUp;
  }

  void giveUp() {
    givenUp = true;
  }

  /** The oldest first. */
  List<OpenDelivery> open() {
    return List.copyOf(open);
  }

  List<OpenDelivery> watched() {
    return List.copyOf(watched);
  }

  @Nullable OpenDelivery oldest() {
    return open.isEmpty() ? null : open.iterator().next();
  }

  /** The deliveries of the Decision that the position stands at. */
  List<OpenDelivery> pinning() {
    long first = ledger.firstOpen();
    return open.stream().filter(d -> d.decision == first).toList();
  }

  /** Open deliveries that count in the notices' share. */
  int notices() {
    return notices;
  }

  void start(OpenDelivery delivery) {
    open.add(delivery);
    notices += delivery.inNoticeShare() ? 1 : 0;
  }

  /** False: it was not open. */
  boolean ended(OpenDelivery delivery) {
    boolean was = open.remove(delivery);
    notices -= was && delivery.inNoticeShare() ? 1 : 0;
    return was;
  }

  void watch(OpenDelivery delivery) {
    var unused = ended(delivery);
    watched.add(delivery);
  }

  boolean watches(OpenDelivery delivery) {
    return watched.contains(delivery);
  }

  /** False: it was not watched. */
  boolean watchEnded(OpenDelivery delivery) {
    return watched.remove(delivery);
  }

  /** Nothing that is before its final dot gets there any more. */
  void closeSessions() {
    open.forEach(OpenDelivery::close);
    watched.forEach(OpenDelivery::close);
  }
}
