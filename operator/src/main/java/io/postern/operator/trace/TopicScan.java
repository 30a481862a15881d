package io.postern.operator.trace;

import io.postern.log.LogSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/**
 * One reading of topics from a point in time to their present end, committed records only, without
 * joining any group.
 *
 * <p>Thread rules: one thread. Bounds: one poll's records in memory. Failure: {@link
 * TimeoutException} if the end was not reached in time.
 */
final class TopicScan implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final KafkaConsumer<String, byte[]> consumer;

  /**
   * @param answer how long the log may take for one answer
   */
  TopicScan(LogSettings kafka, Duration answer) {
    Properties settings = kafka.reader(true);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Long.toString(answer.toMillis()));
    consumer = new KafkaConsumer<>(settings);
  }

  /** All partitions of a topic. */
  List<TopicPartition> partitions(String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }

  /**
   * Gives every record written since {@code sinceMillis} (0: all) up to the ends as they are at the
   * call.
   */
  void read(
      Collection<TopicPartition> partitions,
      long sinceMillis,
      Consumer<ConsumerRecord<String, byte[]>> each)
      throws TimeoutException {
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    seek(partitions, sinceMillis, ends);
    long limit = System.nanoTime() + LIMIT.toNanos();
    while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
      if (System.nanoTime() > limit) {
        throw new TimeoutException(
            "the end of " + partitions + " was not reached within " + LIMIT.toSeconds() + " s");
      }
      consumer.poll(Duration.ofMillis(200)).forEach(each);
    }
  }

  private void seek(
      Collection<TopicPartition> partitions, long sinceMillis, Map<TopicPartition, Long> ends) {
    if (sinceMillis <= 0) {
      consumer.seekToBeginning(partitions);
      return;
    }
    Map<TopicPartition, OffsetAndTimestamp> from =
        consumer.offsetsForTimes(
            partitions.stream().collect(Collectors.toMap(p -> p, p -> sinceMillis)));
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp offset = from.get(partition);
      consumer.seek(partition, offset == null ? ends.getOrDefault(partition, 0L) : offset.offset());
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
