package io.postern.policy.scheduler;

import io.postern.contracts.QueueId;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * The partition that the record's key, a queue id, names (docs/design/the-log.md, "Home partition
 * and content").
 */
final class HomePartition implements StreamPartitioner<byte[], byte[]> {
  @Override
  public Optional<Set<Integer>> partitions(
      String topic, byte[] key, byte[] value, int numPartitions) {
    return Optional.of(Set.of(QueueId.parse(new String(key, StandardCharsets.UTF_8)).partition()));
  }
}
