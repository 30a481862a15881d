package io.postern.log.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.Topics;
import io.postern.log.TestLog;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.DefaultRecordBatch;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class CompressingProducerTest {
  private static final TopicPartition PLACE = new TopicPartition(Topics.MAIL_OUTCOMES, 1);
  private static final long WRITERS_TIME = 1_234;

  @Test
  void recordsOfBothKindsAreInTheOrderOfTheirSends() throws Exception {
    try (TestLog log = TestLog.shared();
        CompressingProducer producer = new CompressingProducer(lingering(log))) {
      List<Integer> sent = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        int size = i % 7 == 3 ? CompressingProducer.MOST_BYTES + 1 + i : 300 + i;
        sent.add(size);
        var unused = producer.send(message(size));
      }
      producer.flush();

      List<Integer> read = new ArrayList<>();
      try (KafkaConsumer<String, byte[]> reader = log.reader(true)) {
        reader.assign(List.of(PLACE));
        reader.seekToBeginning(List.of(PLACE));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (read.size() < sent.size() && System.nanoTime() < end) {
          reader.poll(Duration.ofSeconds(1)).forEach(r -> read.add(r.value().length));
        }
      }
      assertThat(read).isEqualTo(sent);
    }
  }

  /** One that it had made anew would have its own time at the beginning of the batch. */
  @Test
  void theBrokerKeepsTheBatchesAsTheyWereCompressed() throws Exception {
    try (TestLog log = TestLog.shared();
        CompressingProducer producer = new CompressingProducer(lingering(log))) {
      for (int i = 0; i < 10; i++) {
        var unused = producer.send(message(500));
      }
      var large = producer.send(message(CompressingProducer.MOST_BYTES + 1));
      producer.flush();
      assertThat(large.get(60, TimeUnit.SECONDS).offset()).isEqualTo(10);

      Path segment =
          log.broker.data().resolve(PLACE.toString()).resolve("00000000000000000000.log");
      List<DefaultRecordBatch> batches = new ArrayList<>();
      MemoryRecords.readableRecords(ByteBuffer.wrap(Files.readAllBytes(segment)))
          .batches()
          .forEach(batch -> batches.add((DefaultRecordBatch) batch));
      assertThat(batches.getLast().compressionType()).isEqualTo(CompressionType.NONE);
      DefaultRecordBatch first = batches.getFirst();
      assertThat(first.compressionType()).isEqualTo(CompressionType.LZ4);
      assertThat(first.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
      assertThat(first.maxTimestamp()).isGreaterThan(WRITERS_TIME);
      assertThat(first.baseTimestamp()).isEqualTo(WRITERS_TIME);
    }
  }

  @Test
  void afterAFailureNeitherKindIsSent() throws Exception {
    try (TestLog log = TestLog.shared();
        CompressingProducer producer = new CompressingProducer(lingering(log))) {
      var before = producer.send(message(CompressingProducer.MOST_BYTES + 1));
      var unused = before.get(60, TimeUnit.SECONDS);
      CompletableFuture<Boolean> failed = new CompletableFuture<>();
      ProducerRecord<String, byte[]> tooLarge =
          new ProducerRecord<>(Topics.MAIL_OUTCOMES, 1, "id", new byte[1_100_000]);
      var refused =
          producer.send(
              tooLarge,
              (_, failure) -> {
                producer.close(Duration.ZERO);
                failed.complete(failure != null);
              });
      assertThat(failed.get(60, TimeUnit.SECONDS)).isTrue();
      assertThat(refused).isDone();

      assertThatThrownBy(() -> producer.send(message(300)))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> producer.send(message(CompressingProducer.MOST_BYTES + 1)))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  private static Properties lingering(TestLog log) {
    Properties properties = log.settings.producer();
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 200);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 60_000);
    return properties;
  }

  private static ProducerRecord<String, byte[]> message(int size) {
    return new ProducerRecord<>(Topics.MAIL_OUTCOMES, 1, WRITERS_TIME, "id", new byte[size]);
  }
}
