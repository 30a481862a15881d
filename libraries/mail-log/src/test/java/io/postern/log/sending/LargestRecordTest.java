package io.postern.log.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import io.postern.log.TestLog;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;

/** A decision on 1,000 recipients goes through the log, whatever a reader's fetches are. */
class LargestRecordTest {
  private static final int OVERHEAD = 200;

  @Test
  void aDecisionOfEightMebibytesIsWrittenAndReadBySmallFetches() throws Exception {
    try (TestLog log = TestLog.shared()) {
      byte[] large = new byte[TopicDeclaration.LARGEST_MESSAGE_BYTES - OVERHEAD];
      new Random(1).nextBytes(large);
      try (KafkaProducer<String, byte[]> producer = log.producer()) {
        for (byte[] value : List.of(new byte[] {1}, large, new byte[] {2})) {
          producer.send(new ProducerRecord<>(Topics.MAIL_DELIVERIES, 0, "k", value)).get();
        }
        assertThatThrownBy(
                () ->
                    producer.send(new ProducerRecord<>(Topics.MAIL_ACCEPTED, 0, "k", large)).get())
            .hasCauseInstanceOf(RecordTooLargeException.class);
      }
      Properties small = log.settings.consumer(ConsumerGroups.DELIVERY);
      small.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 64 * 1024);
      small.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 256 * 1024);
      try (KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(small)) {
        TopicPartition partition = new TopicPartition(Topics.MAIL_DELIVERIES, 0);
        reader.assign(List.of(partition));
        reader.seekToBeginning(List.of(partition));
        List<byte[]> values = new java.util.ArrayList<>();
        await()
            .until(
                () -> {
                  reader.poll(Duration.ofMillis(100)).forEach(r -> values.add(r.value()));
                  return values.size() == 3;
                });
        assertThat(values.get(1)).isEqualTo(large);
      }
    }
  }
}
