package io.postern.log.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With clients that never find a broker. */
@Timeout(60)
class ConsumerThreadTest {
  private static final LogSettings NOWHERE =
      new LogSettings(Map.of("bootstrap.servers", "localhost:1"));

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final CountDownLatch polls = new CountDownLatch(1);

  private final class Recorder implements ConsumerThread.Reader {
    private final List<Throwable> failures;

    /**
     * @param failures what each session fails with, one after the other; then one waits for records
     */
    Recorder(Throwable... failures) {
      this.failures = new CopyOnWriteArrayList<>(failures);
    }

    @Override
    public ConsumerThread.Session begin(KafkaConsumer<String, byte[]> consumer) {
      seen.add("begin");
      return new ConsumerThread.Session() {
        @Override
        public void turn() throws Exception {
          if (failures.isEmpty()) {
            TopicPartition any = new TopicPartition("any", 0);
            consumer.assign(List.of(any));
            consumer.seek(any, 0);
            polls.countDown();
            consumer.poll(Duration.ofHours(1));
          }
          Throwable failure = failures.removeFirst();
          if (failure instanceof Error error) {
            throw error;
          }
          throw (Exception) failure;
        }

        @Override
        public void close() {
          seen.add("close");
        }
      };
    }

    @Override
    public void failed(Exception why) {
      seen.add(String.valueOf(why.getMessage()));
    }

    @Override
    public void ended() {
      seen.add("ended");
    }
  }

  private ConsumerThread thread(ConsumerThread.Reader reader) {
    return new ConsumerThread(
        "consumer-thread-test",
        () -> new KafkaConsumer<>(NOWHERE.reader(true)),
        "nothing is read",
        new OccasionalLog(ConsumerThreadTest.class),
        reader);
  }

  @Test
  void whatFailsEndsTheSessionAndAnotherFollowsUntilTheEnd() throws Exception {
    ConsumerThread thread = thread(new Recorder(new IllegalStateException("broken")));
    thread.start();
    polls.await();
    assertThat(thread.alive()).isTrue();
    thread.close(); // the poll would last an hour
    assertThat(thread.alive()).isTrue();
    assertThat(seen).containsExactly("begin", "close", "broken", "begin", "close", "ended");
  }

  @Test
  void aSessionThatCannotBeginIsTriedAgain() throws Exception {
    AtomicBoolean failed = new AtomicBoolean();
    Recorder recorder = new Recorder();
    try (ConsumerThread thread =
        thread(
            consumer -> {
              if (failed.compareAndSet(false, true)) {
                throw new LogUnavailableException("not yet", null);
              }
              return recorder.begin(consumer);
            })) {
      thread.start();
      polls.await();
    }
    assertThat(seen).containsExactly("begin", "close");
  }

  @Test
  void anErrorEndsTheThreadAndIsSeenByLiveness() {
    try (ConsumerThread thread = thread(new Recorder(new NoClassDefFoundError("a class")))) {
      assertThat(thread.alive()).as("not begun").isTrue();
      thread.start();
      await().dontCatchUncaughtExceptions().until(() -> seen.contains("ended"));
      assertThat(thread.alive()).isFalse();
      assertThat(ConsumerThread.fallen()).containsExactly("consumer-thread-test");
    }
    assertThat(ConsumerThread.fallen()).as("closed").isEmpty();
  }

  /** The service was ended while it began. */
  @Test
  void oneThatIsStartedAfterItsEndReadsNothing() {
    ConsumerThread thread = thread(new Recorder());
    thread.close();
    thread.start();
    await().until(() -> seen.contains("ended"));
    assertThat(seen).containsExactly("ended");
  }
}
