package io.postern.log.reading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.Topics;
import io.postern.log.TestLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
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
            Topics.CERTIFICATE_OWN)) {
      follower.follow(Topics.CERTIFICATE_OWN, new Recorder());
      follower.start();
      await().until(() -> seen.contains("complete"));
    }
    assertThat(made).hasValue(2);
    assertThat(seen).containsExactly("begin", "a=1", "complete");
  }

  @Test
  void aTopicWhoseRecordsAreRefusedBeginsAgainAndNoOther() throws Exception {
    write("a", "1");
    write(Topics.CERTIFICATE_STAPLES, "refused for ever", "2");
    AtomicInteger begun = new AtomicInteger();
    try (TopicFollower follower = new TopicFollower(log.settings, "two topics")) {
      follower.follow(Topics.CERTIFICATE_OWN, new Recorder());
      follower.follow(Topics.CERTIFICATE_STAPLES, new Refusing(begun));
      follower.start();
      await().until(() -> begun.get() >= 3);
      write("b", "2");
      await().until(() -> seen.contains("b=2"));
    }
    assertThat(seen).containsExactly("begin", "a=1", "complete", "b=2");
  }

  private record Refusing(AtomicInteger begun) implements TopicFollower.View {
    @Override
    public void begin() {
      begun.incrementAndGet();
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      throw new IllegalStateException("refused for ever");
    }

    @Override
    public void complete() {}
  }

  /** 100,000 records to read on one topic, which a view takes slowly, do not delay the others. */
  @Test
  void whatIsFollowedApartIsNotDelayedByWhatIsFarBehind() throws Exception {
    int behind = 100_000;
    try (KafkaProducer<String, byte[]> producer = log.producer()) {
      for (int i = 0; i < behind; i++) {
        var unused =
            producer.send(
                new ProducerRecord<>(Topics.CERTIFICATE_CHAINS, "chain " + i, new byte[100]));
      }
      producer.flush();
    }
    Semaphore mayTake = new Semaphore(1_000);
    AtomicInteger taken = new AtomicInteger();
    Recorder verdicts = new Recorder();
    try (TopicFollower slow = new TopicFollower(log.settings, "traffic");
        TopicFollower apart = new TopicFollower(log.settings, "state")) {
      slow.follow(Topics.CERTIFICATE_CHAINS, new Waiting(mayTake, taken));
      apart.follow(Topics.CERTIFICATE_OWN, verdicts);
      slow.start();
      await().until(() -> taken.get() == 1_000);
      apart.start();
      await().until(() -> seen.contains("complete"));
      for (int i = 0; i < 20; i++) {
        write("verdict " + i, "1");
        String written = "verdict " + i + "=1";
        await().until(() -> seen.contains(written));
      }
      assertThat(taken).as("the others were behind all the time").hasValue(1_000);
      mayTake.release(behind);
      await().atMost(Duration.ofMinutes(1)).until(() -> taken.get() == behind);
    }
  }

  private record Waiting(Semaphore mayTake, AtomicInteger taken) implements TopicFollower.View {
    @Override
    public void begin() {}

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      mayTake.acquireUninterruptibly();
      taken.incrementAndGet();
    }

    @Override
    public void complete() {}
  }

  private TopicFollower follower() {
    return new TopicFollower(log.settings, Topics.CERTIFICATE_OWN, new Recorder());
  }

  private void write(String key, @Nullable String value) throws Exception {
    write(Topics.CERTIFICATE_OWN, key, value);
  }

  private void write(String topic, String key, @Nullable String value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = log.producer()) {
      producer
          .send(new ProducerRecord<>(topic, key, value == null ? null : value.getBytes(UTF_8)))
          .get();
    }
  }
}
