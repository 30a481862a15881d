package io.postern.log.reading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.Topics;
import io.postern.log.TestLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a real broker. */
@Timeout(120)
class TopicOnDemandTest {
  private final List<String> seen = new CopyOnWriteArrayList<>();

  private void take(ConsumerRecord<String, byte @Nullable []> record) throws IOException {
    if (record.key().equals("spoilt")) {
      throw new IOException("it cannot be read");
    }
    seen.add(record.key());
  }

  /** The other records are taken, and the topic counts as read. */
  @Test
  void aRecordThatCannotBeReadIsPassedOver() throws Exception {
    TestLog log = TestLog.shared();
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.settings.producer());
        TopicOnDemand topic = new TopicOnDemand(log.settings, Topics.TLS_REPORTS, this::take)) {
      write(producer, "first");
      write(producer, "spoilt");
      write(producer, "last");
      assertThat(topic.awaitRead(Duration.ofSeconds(60))).isTrue();
      await().untilAsserted(() -> assertThat(seen).contains("first", "last"));
      write(producer, "later");
      await().untilAsserted(() -> assertThat(seen).endsWith("later").doesNotContain("spoilt"));
    } finally {
      log.close();
    }
  }

  private static void write(KafkaProducer<String, byte[]> producer, String key) throws Exception {
    producer
        .send(new ProducerRecord<>(Topics.TLS_REPORTS, key, key.getBytes(UTF_8)))
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void whoHasNoTimeGetsNoForAnAnswer() throws Exception {
    TestLog log = TestLog.shared();
    try (TopicOnDemand topic = new TopicOnDemand(log.settings, Topics.TLS_REPORTS, this::take)) {
      assertThat(topic.awaitRead(Duration.ZERO)).isFalse();
      assertThat(topic.awaitRead(Duration.ofSeconds(60))).isTrue();
    } finally {
      log.close();
    }
  }
}
