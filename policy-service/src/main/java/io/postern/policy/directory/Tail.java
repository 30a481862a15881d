package io.postern.policy.directory;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.postern.log.ClosingClients;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/** The last records of a topic with one partition, up to an end that counts open transactions. */
final class Tail {
  private static final Logger LOG = Logger.getLogger(Tail.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int OFFSETS_A_RECORD = 2; // each transaction leaves a marker

  private Tail() {}

  /** About the last {@code most} records, the oldest first. */
  static <T> List<T> of(LogSettings settings, String topic, int most, Parser<T> parser)
      throws LogUnavailableException {
    TopicPartition partition = new TopicPartition(topic, 0);
    List<TopicPartition> one = List.of(partition);
    List<T> records = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    KafkaConsumer<String, byte[]> uncommitted = new KafkaConsumer<>(settings.reader(false));
    KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(settings.reader(true));
    try (var closing = ClosingClients.closing(uncommitted);
        var too = ClosingClients.closing(reader)) {
      uncommitted.assign(one);
      long end = uncommitted.endOffsets(one).getOrDefault(partition, 0L);
      long begin = uncommitted.beginningOffsets(one).getOrDefault(partition, 0L);
      reader.assign(one);
      reader.seek(partition, Math.max(begin, end - (long) most * OFFSETS_A_RECORD));
      while (reader.position(partition) < end) {
        if (System.nanoTime() - deadline >= 0) {
          throw new LogUnavailableException(topic + " was not read to its end in time", null);
        }
        for (ConsumerRecord<String, byte[]> record : reader.poll(Duration.ofMillis(100))) {
          parse(record, parser, records);
        }
      }
      return records;
    } catch (KafkaException e) {
      throw new LogUnavailableException(topic + " could not be read", e);
    }
  }

  private static <T> void parse(
      ConsumerRecord<String, byte[]> record, Parser<T> parser, List<T> records) {
    if (record.value() == null) {
      return;
    }
    try {
      records.add(parser.parseFrom(record.value()));
    } catch (InvalidProtocolBufferException e) {
      LOG.errorf("%s-0 offset %d is unreadable, skipped", record.topic(), record.offset());
    }
  }
}
