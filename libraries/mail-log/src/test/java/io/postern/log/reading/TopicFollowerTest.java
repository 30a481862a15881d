package io.postern.log.reading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.Topics;
import io.postern.log.TestLog;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a real broker. */
@Timeout(120)
class TopicFollowerTest {
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private TestLog log;

  private final class Recorder implements TopicFollower.View {
    private boolean refused;

    @Override
    public void begin() {
      seen.add("begin");
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      if (record.key().equals("refused once") && !refused) {
        refused = true;
        throw new IllegalStateException("refused once");
      }
      byte[] value = record.value();
      seen.add(record.key() + "=" + (value == null ? "" : new String(value, UTF_8)));
    }

    @Override
    public void complete() {
      seen.add("complete");
    }
  }

  @BeforeEach
  void start() throws Exception {
    log = TestLog.shared();
  }

  @AfterEach
  void stop() {
    log.close();
  }

  @Test
  void whatWasThereComesBeforeCompleteAndTheRestAfterIt() throws Exception {
    write("a", "1");
    write("a", null);
    try (TopicFollower follower = follower()) {
      follower.start();
      await().until(() -> seen.contains("complete"));
      write("b", "2");
      await().until(() -> seen.contains("b=2"));
    }
    assertThat(seen).containsExactly("begin", "a=1", "a=", "complete", "b=2");
  }

  @Test
  void anEmptyTopicIsCompleteToo() {
    try (TopicFollower follower = follower()) {
      follower.start();
      await().until(() -> seen.size() == 2);
    }
    assertThat(seen).containsExactly("begin", "complete");
  }

  @Test
  void whatTheViewRefusesMakesItBeginAgain() throws Exception {
    write("a", "1");
    write("refused once", "2");
    try (TopicFollower follower = follower()) {
      follower.start();
      await().until(() -> seen.contains("complete"));
    }
    assertThat(seen).containsExactly("begin", "a=1", "begin", "a=1", "refused once=2", "complete");
  }

  @Test
  void aClientThatCannotBeMadeIsTriedAgain() throws Exception {
    write("a", "1");
    AtomicInteger made = new AtomicInteger();
    try (TopicFollower follower =
        new TopicFollower(
            () -> {
              if (made.incrementAndGet() == 1) {
                throw new KafkaException("No resolvable bootstrap urls");
              }
              return log.reader(true);
            },
            Topics.CERTIFICATE_OWN,
            new Recorder())) {
      follower.start();
      await().until(() -> seen.contains("complete"));
    }
    assertThat(made).hasValue(2);
    assertThat(seen).containsExactly("begin", "a=1", "complete");
  }

  private TopicFollower follower() {
    return new TopicFollower(log.settings, Topics.CERTIFICATE_OWN, new Recorder());
  }

  private void write(String key, @Nullable String value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = log.producer()) {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.CERTIFICATE_OWN, key, value == null ? null : value.getBytes(UTF_8)))
          .get();
    }
  }
}
