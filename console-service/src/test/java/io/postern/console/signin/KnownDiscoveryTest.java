package io.postern.console.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.console.signin.ProviderException.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One question at a time, and an old document while no new one comes. */
@Timeout(60)
class KnownDiscoveryTest {
  private static final String NETWORK = "192.0.2.1";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong nanos = new AtomicLong(-5);
  private final AtomicInteger asked = new AtomicInteger();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private static Discovery numbered(int number) {
    URI at = URI.create("https://login.contoso.example/" + number);
    return new Discovery(at, at, true, Optional.empty());
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private KnownDiscovery of(KnownDiscovery.Source source, Duration patience) {
    return new KnownDiscovery(source, nanos::get, patience);
  }

  @Test
  void afterTenMinutesItIsAskedForAnew() throws Exception {
    KnownDiscovery known = of(network -> numbered(asked.incrementAndGet()), PATIENCE);

    assertThat(known.get(NETWORK)).isEqualTo(numbered(1));
    pass(Duration.ofMinutes(9));
    assertThat(known.get(NETWORK)).isEqualTo(numbered(1));
    pass(Duration.ofMinutes(1));
    assertThat(known.get(NETWORK)).isEqualTo(numbered(2));
  }

  @Test
  void whileNoNewOneComesTheOldOneCountsForAnHourMore() throws Exception {
    KnownDiscovery known =
        of(
            network -> {
              if (asked.incrementAndGet() > 1) {
                throw new ProviderException(Kind.SILENT, "nobody is there");
              }
              return numbered(1);
            },
            PATIENCE);
    known.get(NETWORK);

    pass(Duration.ofMinutes(10));
    for (int i = 0; i < 9; i++) {
      assertThat(known.get(NETWORK)).isEqualTo(numbered(1));
    }
    assertThat(asked).as("a minute passes between two questions").hasValue(2);
    pass(Duration.ofMinutes(59));
    assertThat(known.get(NETWORK)).isEqualTo(numbered(1));
    assertThat(asked).hasValue(3);
    pass(Duration.ofMinutes(1));
    assertThatThrownBy(() -> known.get(NETWORK)).hasMessage("nobody is there");
  }

  /** A network without a place does not keep others from asking. */
  @Test
  void whoFindsNoPlaceDecidesForNobodyElse() throws Exception {
    KnownDiscovery known =
        of(
            network -> {
              if (asked.incrementAndGet() == 2) {
                throw ProviderHttp.crowded();
              }
              return numbered(asked.get());
            },
            PATIENCE);
    known.get(NETWORK);
    pass(Duration.ofMinutes(10));

    assertThat(known.get(NETWORK)).isEqualTo(numbered(1));
    assertThat(known.get("198.51.100.1")).isEqualTo(numbered(3));
  }

  @Test
  void theOldOneCountsWhileAnotherAsks() throws Exception {
    CountDownLatch asks = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    KnownDiscovery known =
        of(
            network -> {
              if (asked.incrementAndGet() == 2) {
                asks.countDown();
                await(answer);
              }
              return numbered(asked.get());
            },
            PATIENCE);
    known.get(NETWORK);
    pass(Duration.ofMinutes(10));
    Future<Discovery> slow = threads.submit(() -> known.get(NETWORK));
    asks.await();

    assertThat(known.get("198.51.100.1")).isEqualTo(numbered(1));
    answer.countDown();
    assertThat(slow.get()).isEqualTo(numbered(2));
    assertThat(known.get("198.51.100.1")).isEqualTo(numbered(2));
  }

  @Test
  void theFirstIsAskedForOnceAndWaitedFor() throws Exception {
    CountDownLatch asks = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    KnownDiscovery known =
        of(
            network -> {
              asks.countDown();
              await(answer);
              return numbered(asked.incrementAndGet());
            },
            PATIENCE);
    List<Future<Discovery>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String network = "192.0.2." + i;
      all.add(threads.submit(() -> known.get(network)));
    }
    asks.await();

    answer.countDown();
    for (Future<Discovery> one : all) {
      assertThat(one.get()).isEqualTo(numbered(1));
    }
  }

  @Test
  void nobodyWaitsForTheFirstForLong() throws Exception {
    CountDownLatch asks = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    KnownDiscovery known =
        of(
            network -> {
              asks.countDown();
              await(answer);
              return numbered(1);
            },
            Duration.ofMillis(100));
    Future<Discovery> first = threads.submit(() -> known.get(NETWORK));
    asks.await();

    assertThatThrownBy(() -> known.get("198.51.100.1"))
        .isInstanceOfSatisfying(
            ProviderException.class, e -> assertThat(e.kind()).isEqualTo(Kind.SILENT));
    answer.countDown();
    assertThat(first.get()).isEqualTo(numbered(1));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
