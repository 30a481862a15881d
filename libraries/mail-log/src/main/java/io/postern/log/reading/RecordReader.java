package io.postern.log.reading;

import io.postern.log.LogSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reader of single records of one topic by offset: those to which {@code mail.due} and {@code
 * mail.notices} refer (docs/design/the-log.md, "Decisions: a chain"). Small fetches, since such
 * reads are at random. A record up to {@link #NEAR} offsets further is reached without a seek,
 * which would drop what was fetched; the last record is kept. So ascending offsets cost a fetch for
 * each 64 KiB of the topic, and not one each. Owner: one thread, which it blocks. Connected at the
 * first read.
 */
public final class RecordReader implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration CALL = Duration.ofSeconds(2);
  private static final int FETCH_BYTES = 64 * 1024;

  /** About the number of envelopes in a fetch. */
  static final int NEAR = 32;

  private final String topic;
  private final Properties properties;
  private @Nullable KafkaConsumer<String, byte[]> consumer;
  private @Nullable ConsumerRecord<String, byte[]> last;

  public RecordReader(LogSettings settings, String topic) {
    this.topic = topic;
    properties = settings.reader(true);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 0);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
  }

  /**
   * Empty when there is no such record (any more). An offset from a committed record is below the
   * last stable offset: a record that is not there was never committed.
   *
   * @throws KafkaException when the log does not answer within some 3 s
   */
  public Optional<ConsumerRecord<String, byte[]>> read(int partition, long offset) {
    KafkaConsumer<String, byte[]> reader = consumer;
    if (reader == null) {
      reader = new KafkaConsumer<>(properties);
      consumer = reader;
    }
    if (offset < 0) {
      return Optional.empty();
    }
    ConsumerRecord<String, byte[]> kept = last;
    if (kept != null && kept.partition() == partition && kept.offset() == offset) {
      return Optional.of(kept);
    }
    TopicPartition home = new TopicPartition(topic, partition);
    go(reader, home, offset);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    boolean known = false;
    while (System.nanoTime() - deadline < 0) {
      try {
        for (ConsumerRecord<String, byte[]> record : reader.poll(Duration.ofMillis(100))) {
          last = record;
          if (record.offset() >= offset) {
            return record.offset() == offset ? Optional.of(record) : Optional.empty();
          }
        }
        if (!known && offset >= end(reader, home)) {
          return Optional.empty(); // exactly at the end a reader waits, and does not complain
        }
        known = true;
      } catch (OffsetOutOfRangeException e) {
        return Optional.empty();
      }
    }
    throw new TimeoutException(home + " offset " + offset + " was not read in time");
  }

  private static void go(KafkaConsumer<String, byte[]> reader, TopicPartition home, long offset) {
    if (!reader.assignment().contains(home)) {
      reader.assign(List.of(home));
      reader.seek(home, offset);
      return;
    }
    long ahead = offset - reader.position(home);
    if (ahead < 0 || ahead > NEAR) {
      reader.seek(home, offset);
    }
  }

  /** Fetches so far. */
  double fetches() {
    KafkaConsumer<String, byte[]> reader = consumer;
    return reader == null
        ? 0
        : reader.metrics().entrySet().stream()
            .filter(metric -> metric.getKey().name().equals("fetch-total"))
            .filter(metric -> metric.getKey().tags().size() == 1) // of the client, not of a topic
            .mapToDouble(metric -> (double) metric.getValue().metricValue())
            .sum();
  }

  private static long end(KafkaConsumer<String, byte[]> reader, TopicPartition home) {
    return reader.endOffsets(List.of(home), CALL).getOrDefault(home, Long.MAX_VALUE);
  }

  @Override
  public void close() {
    KafkaConsumer<String, byte[]> reader = consumer;
    consumer = null;
    if (reader != null) {
      reader.close(CloseOptions.timeout(CALL));
    }
  }
}
