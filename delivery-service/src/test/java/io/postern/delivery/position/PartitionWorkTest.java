package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DeliveryPosition;
import java.util.BitSet;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PartitionWorkTest {
  private static final TopicPartition PARTITION = new TopicPartition("mail.deliveries", 0);

  /** Else a "deferred" of ours would follow another owner's "delivered", and be tried again. */
  @Test
  void whatAnotherOwnerFinishedMeanwhileIsNoLongerOursWhenThePartitionComesBack() {
    PartitionWork work = new PartitionWork(PARTITION, new DeliveryPosition(0, new BitSet(), false));
    PartitionWork.Open theirs = open(work, 0);
    PartitionWork.Open ours = open(work, 1);
    work.disown();
    work.reconcile(new DeliveryPosition(1, new BitSet(), false), true);
    assertThat(work.has(theirs)).isFalse();
    assertThat(theirs.held()).isFalse();
    assertThat(work.has(ours)).isTrue();
    assertThat(ours.held()).isTrue();
    assertThat(work.position().next()).isEqualTo(1);
  }

  private static PartitionWork.Open open(PartitionWork work, long offset) {
    PartitionWork.Open delivery = new PartitionWork.Open(PARTITION, offset, 1);
    assertThat(work.position().returned(offset)).isTrue();
    work.start(delivery);
    return delivery;
  }
}
