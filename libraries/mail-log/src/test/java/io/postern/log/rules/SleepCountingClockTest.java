package io.postern.log.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SleepCountingClockTest {
  private final AtomicLong monotonic = new AtomicLong(1_000);
  private final AtomicLong wallNanos = new AtomicLong(5_000_000_000L);
  private final SleepCountingClock clock = new SleepCountingClock(monotonic::get, new Wall());

  private final class Wall extends Clock {
    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(0, wallNanos.get());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private long after(Duration byMonotonic, Duration byWall) {
    long before = clock.getAsLong();
    monotonic.addAndGet(byMonotonic.toNanos());
    wallNanos.addAndGet(byWall.toNanos());
    return clock.getAsLong() - before;
  }

  private static Duration s(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  @Test
  void bothAdvanceAlike() {
    assertThat(after(s(3), s(3))).isEqualTo(s(3).toNanos());
  }

  @Test
  void aMachineThatSleptHasItsTimeCounted() {
    assertThat(after(s(1), s(61))).isEqualTo(s(61).toNanos());
    assertThat(after(s(1), s(1))).as("once").isEqualTo(s(1).toNanos());
  }

  @Test
  void aWallClockThatIsSetBackChangesNothing() {
    assertThat(after(s(2), s(-100))).isEqualTo(s(2).toNanos());
    assertThat(after(s(2), s(2))).isEqualTo(s(2).toNanos());
    assertThat(after(s(0), s(30))).as("a sleep after that").isEqualTo(s(30).toNanos());
  }

  @Test
  void aSleepInManySmallLooksIsCountedWhole() {
    long before = clock.getAsLong();
    for (int i = 0; i < 1_000; i++) {
      wallNanos.addAndGet(10_000_000); // 10 ms
      clock.getAsLong();
    }
    assertThat(clock.getAsLong() - before)
        .isBetween(s(10).minusMillis(50).toNanos(), s(10).toNanos());
  }

  @Test
  void itNeverGoesBackAndIsNeverBehindTheMonotonicClock() {
    Random random = new Random(1);
    long last = clock.getAsLong();
    for (int i = 0; i < 20_000; i++) {
      long by = random.nextInt(200_000_000);
      monotonic.addAndGet(by);
      wallNanos.addAndGet(by + random.nextInt(400_000_000) - 200_000_000);
      long now = clock.getAsLong();
      assertThat(now - last).isGreaterThanOrEqualTo(by);
      last = now;
    }
  }
}
