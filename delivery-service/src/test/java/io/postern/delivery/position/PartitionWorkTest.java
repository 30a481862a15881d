package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import java.util.BitSet;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PartitionWorkTest {
  private static final TopicPartition PARTITION = new TopicPartition("mail.deliveries", 0);
  private static final OutcomeRecorded OUTCOME = OutcomeRecorded.getDefaultInstance();

  private final PartitionWork work = new PartitionWork(PARTITION, at(0), new Lease(() -> 0, false));

  private static DeliveryPosition at(long next) {
    return new DeliveryPosition(next, new BitSet(), false);
  }

  private OpenDelivery open(long offset) {
    OpenDelivery delivery =
        new OpenDelivery(
            PARTITION,
            offset,
            1,
            DeliveryRequested.getDefaultInstance(),
            1,
            work.lease,
            new TakeoverCounts());
    assertThat(work.position().returned(offset)).isTrue();
    work.start(delivery);
    return delivery;
  }

  /** Else a "deferred" of ours would follow another owner's "delivered", and be tried again. */
  @Test
  void whatAnotherOwnerFinishedMeanwhileIsNoLongerOursWhenThePartitionComesBack() {
    OpenDelivery theirs = open(0);
    OpenDelivery ours = open(1);
    work.disown();
    PartitionWork.Gone gone = work.takeAgain(at(1), true);
    assertThat(gone.deliveries()).containsExactly(theirs);
    assertThat(work.has(theirs)).isFalse();
    assertThat(work.has(ours)).isTrue();
    assertThat(work.position().next()).isEqualTo(1);
  }

  /** A watched session's outcome has no offset by which its end could be told. */
  @Test
  void afterATransactionOfUnknownEndWhatFollowsStillOpenIsCommittedAgain() {
    OpenDelivery slow = open(0);
    work.handOver(slow, OUTCOME);
    work.followUp(slow, OUTCOME);
    work.reconcile(at(1));
    assertThat(work.ready()).hasSize(1);
    assertThat(work.ready().getFirst().finishes()).isFalse();
  }

  /**
   * A process that was stopped in the middle of a commit finds its offset finished: by itself, or
   * by who had the partition meanwhile and has sent the mail as well.
   */
  @Test
  void whatTheLogHasAsFinishedIsOursOnlyWhenTheNextCommitProvesThatNobodyElseWasThere() {
    work.completed(open(0), OUTCOME);
    work.reconcile(at(1));
    assertThat(work.ready()).isEmpty();
    assertThat(work.settled(0, 0)).hasSize(1);

    work.completed(open(1), OUTCOME);
    work.reconcile(at(2));
    work.disown();
    assertThat(work.takeAgain(at(2), true).outcomes()).hasSize(1);

    work.completed(open(2), OUTCOME);
    work.reconcile(at(3));
    assertThat(work.lose().outcomes()).hasSize(1);
  }

  @Test
  void aWatchedSessionLeavesTheWindowAndItsOffsetIsFinished() {
    OpenDelivery slow = open(0);
    work.handOver(slow, OUTCOME);
    assertThat(work.position().next()).isEqualTo(1);
    assertThat(work.settled(1, 0)).hasSize(1);
    assertThat(work.inWindow()).isZero();
    assertThat(work.watches(slow)).isTrue();
  }
}
