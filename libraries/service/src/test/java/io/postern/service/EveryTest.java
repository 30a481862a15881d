package io.postern.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EveryTest {
  private static final Duration SOON = Duration.ofMillis(1);
  private static final Duration NEVER = Duration.ofDays(1);

  /** A timer of the JDK would never run it again. */
  @Test
  void aTaskThatFailsRunsAgain() throws Exception {
    CountDownLatch runs = new CountDownLatch(3);
    try (Every every = new Every(EveryTest.class, "every", "failed, trying again")) {
      every.repeat(
          SOON,
          () -> {
            runs.countDown();
            throw new IllegalStateException("each time");
          });
      assertThat(runs.await(50, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aPacedTaskNamesItsPausesAndAFailureHasItsOwn() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch third = new CountDownLatch(3);
    try (Every every = new Every(EveryTest.class, "every", "failed, trying again")) {
      every.pace(
          SOON,
          () -> {
            third.countDown();
            return switch (runs.incrementAndGet()) {
              case 1 -> SOON;
              case 2 -> throw new IllegalStateException("once");
              default -> NEVER;
            };
          });
      assertThat(third.await(50, TimeUnit.SECONDS)).isTrue();
      CountDownLatch free = new CountDownLatch(1);
      every.once(free::countDown);
      assertThat(free.await(50, TimeUnit.SECONDS)).isTrue();
      assertThat(runs).hasValue(3);
    }
  }

  @Test
  void theCloseEndsARunAndNoneFollows() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Every every = new Every(EveryTest.class, "every", "failed, trying again");
    every.repeatNow(
        SOON,
        () -> {
          running.countDown();
          try {
            Thread.sleep(NEVER);
          } finally {
            ended.countDown();
          }
        });
    assertThat(running.await(50, TimeUnit.SECONDS)).isTrue();
    every.close();
    assertThat(ended.await(50, TimeUnit.SECONDS)).isTrue();
    every.once(() -> {});
    every.repeat(SOON, () -> {});
  }
}
