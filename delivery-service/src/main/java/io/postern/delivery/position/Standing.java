package io.postern.delivery.position;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DeliveryPosition;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where the log says that a partition stands. Read stable: the answer waits for a transaction that
 * is still open.
 *
 * @param position offset and bitmap
 * @param leased its last owner may have a lease still
 */
record Standing(DeliveryPosition position, boolean leased) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * Blocks for ten seconds at most.
   *
   * @throws IllegalStateException when the group has lost its position
   */
  static Map<TopicPartition, Standing> of(
      Consumer<String, byte[]> member, Set<TopicPartition> partitions) {
    Map<TopicPartition, Standing> standings = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> committed = member.committed(partitions, PATIENCE);
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata position = committed.get(partition);
      if (position == null) {
        // log-mechanics §1: it was made with the topic, so it is lost; guessing would lose or
        // double.
        throw new IllegalStateException(
            "group " + ConsumerGroups.DELIVERY + " has lost its position in " + partition);
      }
      standings.put(partition, of(position.offset(), position.metadata()));
    }
    return standings;
  }

  /**
   * Without metadata nobody has ever committed a position, so nobody has ever had a lease.
   *
   * @throws IllegalArgumentException for metadata of another version
   */
  static Standing of(long offset, @Nullable String metadata) {
    DeliveryPosition position = DeliveryPosition.decode(offset, metadata);
    boolean nobody = metadata == null || metadata.isEmpty();
    return new Standing(position, !nobody && !position.released());
  }
}
