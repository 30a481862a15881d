package io.postern.delivery.position;

import io.postern.contracts.v1.OutcomeRecorded;
import java.util.ArrayList;
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
  boolean isEmpty() {
    return ready.isEmpty() && late.isEmpty() && positions.isEmpty();
  }

  List<OutcomeRecorded> outcomes() {
    List<OutcomeRecorded> all = new ArrayList<>(late);
    ready.values().forEach(list -> list.forEach(r -> all.add(r.outcome())));
    return all;
  }
}
