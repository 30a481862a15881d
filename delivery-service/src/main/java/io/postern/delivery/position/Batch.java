package io.postern.delivery.position;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.OutcomeRecorded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What goes into one transaction.
 *
 * @param ready outcomes by partition, in their order
 * @param late outcomes of deliveries that are not ours any more
 * @param positions of partitions that have outcomes, or whose lease is to be renewed
 * @param released of these, what is given up with it
 */
record Batch(
    Map<TopicPartition, List<PartitionWork.Ready>> ready,
    List<OutcomeRecorded> late,
    Map<TopicPartition, OffsetAndMetadata> positions,
    Set<TopicPartition> released) {
  /** An idle partition's position is committed as often as this, for the lease. */
  static final Duration RENEWAL = Duration.ofSeconds(1);

  /**
   * All that can be committed now. When one position is due for its lease, all go.
   *
   * @param late outcomes of deliveries that are not ours any more
   * @param givenUp partitions given up with it
   */
  static Batch of(
      Collection<PartitionWork> works,
      List<OutcomeRecorded> late,
      Collection<TopicPartition> givenUp,
      long now) {
    boolean renew = works.stream().anyMatch(w -> w.owned() && w.renewalDue(now, RENEWAL.toNanos()));
    Map<TopicPartition, List<PartitionWork.Ready>> ready = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    Set<TopicPartition> released = new HashSet<>();
    for (PartitionWork work : works) {
      List<PartitionWork.Ready> outcomes = work.ready();
      boolean last = givenUp.contains(work.partition);
      if (work.owned() && (renew || last || !outcomes.isEmpty())) {
        if (!outcomes.isEmpty()) {
          ready.put(work.partition, outcomes);
        }
        if (last) {
          released.add(work.partition);
        }
        DeliveryPosition position = work.position().snapshot(last);
        positions.put(work.partition, new OffsetAndMetadata(position.next(), position.encode()));
      }
    }
    return new Batch(ready, List.copyOf(late), positions, released);
  }

  boolean isEmpty() {
    return ready.isEmpty() && late.isEmpty() && positions.isEmpty();
  }

  List<OutcomeRecorded> outcomes() {
    List<OutcomeRecorded> all = new ArrayList<>(late);
    ready.values().forEach(list -> list.forEach(r -> all.add(r.outcome())));
    return all;
  }
}
