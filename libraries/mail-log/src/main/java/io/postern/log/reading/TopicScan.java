package io.postern.log.reading;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.postern.log.ClosingClients;
import io.postern.log.LogSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
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
 * TimeoutException} if the end was not reached in time; Kafka's own exceptions if the log is away.
 */
public final class TopicScan implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final KafkaConsumer<String, byte[]> consumer;

  /**
   * @param answer how long the log may take for one answer
   */
  public TopicScan(LogSettings kafka, Duration answer) {
    Properties settings = kafka.reader(true);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Long.toString(answer.toMillis()));
    consumer = new KafkaConsumer<>(settings);
  }

  /** All partitions of a topic. */
  public List<TopicPartition> partitions(String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }

  /**
   * Gives every record written since {@code sinceMillis} (0: all) up to the ends as they are at the
   * call.
   */
  public void read(
      Collection<TopicPartition> partitions,
      long sinceMillis,
      Consumer<ConsumerRecord<String, byte[]>> each)
      throws TimeoutException {
    readWhile(
        partitions,
        sinceMillis,
        LIMIT,
        record -> {
          each.accept(record);
          return true;
        });
  }

  /**
   * The same, until a record is the last one that is needed.
   *
   * @param limit of the whole reading
   * @param each false: no further record is needed
   */
  public void readWhile(
      Collection<TopicPartition> partitions,
      long sinceMillis,
      Duration limit,
      Predicate<ConsumerRecord<String, byte[]>> each)
      throws TimeoutException {
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    seek(partitions, sinceMillis, ends);
    long end = System.nanoTime() + limit.toNanos();
    while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
      if (System.nanoTime() > end) {
        throw new TimeoutException(
            "the end of " + partitions + " was not reached within " + limit.toSeconds() + " s");
      }
      for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        if (!each.test(record)) {
          return;
        }
      }
    }
  }

  /** How many records there are, about: what a transaction or compaction has left out counts. */
  public long records(Collection<TopicPartition> partitions, long sinceMillis) {
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    seek(partitions, sinceMillis, ends);
    return partitions.stream()
        .mapToLong(p -> Math.max(0, ends.getOrDefault(p, 0L) - consumer.position(p)))
        .sum();
  }

  /**
   * What a record holds.
   *
   * @throws IllegalStateException it is unreadable; with its place
   */
  public static <T> T parsed(ConsumerRecord<String, byte[]> record, Parser<T> parser) {
    try {
      return parser.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "unreadable record in " + record.topic() + ", offset " + record.offset(), e);
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
    ClosingClients.closing(consumer).close();
  }
}
