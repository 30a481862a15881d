package io.postern.log.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ComingEnvelopesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A producer whose flush takes as long as the test wants. */
  private static final class Producer extends MockProducer<String, byte[]> {
    final AtomicInteger flushes = new AtomicInteger();
    final CountDownLatch acknowledged;

    Producer(CountDownLatch acknowledged) {
      super(true, null, new StringSerializer(), new ByteArraySerializer());
      this.acknowledged = acknowledged;
    }

    @Override
    public synchronized void flush() {
      flushes.incrementAndGet();
      try {
        acknowledged.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private final Producer producer = new Producer(new CountDownLatch(0));
  private final ComingEnvelopes envelopes = new ComingEnvelopes();

  @Test
  void theLastEnvelopeThatCouldComeSendsAllOfThem() {
    ComingEnvelopes.Place first = envelopes.place();
    ComingEnvelopes.Place second = envelopes.place();
    first.comes();
    second.comes();

    first.ends(producer);
    assertThat(envelopes.count()).isEqualTo(1);
    assertThat(producer.flushes).hasValue(0);

    second.ends(producer);
    await().atMost(PATIENCE).until(() -> producer.flushes.get() == 1);
    assertThat(envelopes.count()).isZero();
  }

  @Test
  void aMessageThatIsGivenUpIsNotWaitedFor() {
    ComingEnvelopes.Place place = envelopes.place();
    place.comes();
    place.ends(producer);
    place.ends(producer); // it was sent, and its session gives it up
    assertThat(envelopes.count()).isZero();
  }

  @Test
  void anAcknowledgementBehindTheMessagesEndCountsForNothing() {
    ComingEnvelopes.Place place = envelopes.place();
    place.ends(producer);
    place.comes();
    assertThat(envelopes.count()).isZero();
    assertThat(producer.flushes).hasValue(0);
  }

  @Test
  @Timeout(60)
  void nobodyWaitsForAFlushOfAPartitionWithoutALeader() {
    CountDownLatch acknowledged = new CountDownLatch(1);
    Producer stalled = new Producer(acknowledged);
    for (int i = 0; i < 3; i++) {
      ComingEnvelopes.Place place = envelopes.place();
      place.comes();
      place.ends(stalled);
    }
    await().atMost(PATIENCE).until(() -> stalled.flushes.get() == 1);
    acknowledged.countDown();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              ComingEnvelopes.Place place = envelopes.place();
              place.comes();
              place.ends(stalled);
              return stalled.flushes.get() > 1;
            });
  }
}
