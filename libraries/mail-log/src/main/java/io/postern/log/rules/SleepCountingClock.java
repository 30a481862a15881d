package io.postern.log.rules;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * A clock in nanoseconds that advances with the monotonic clock or the wall clock, by the larger
 * step of the two. So a machine that slept has no lease left, though its monotonic clock stood
 * meanwhile. A wall clock that is set forward ends time-outs early, which is safe. A wall clock
 * that is set back hides as much of a sleep between the same two readings, so the owner of a lease
 * reads the clock often.
 *
 * <p>Any thread.
 */
public final class SleepCountingClock implements LongSupplier {
  // Below this the two differ by their resolutions and by a clock that is being corrected.
  private static final long JUMP_NANOS = Duration.ofMillis(50).toNanos();

  private final LongSupplier monotonic;
  private final Clock wall;
  private long ahead; // of the monotonic clock, by jumps seen
  private long difference; // wall - monotonic, when last the same

  public SleepCountingClock(LongSupplier monotonic, Clock wall) {
    this.monotonic = monotonic;
    this.wall = wall;
    this.difference = wallNanos() - monotonic.getAsLong();
  }

  @Override
  public synchronized long getAsLong() {
    long now = monotonic.getAsLong();
    long jump = wallNanos() - now - difference;
    if (jump < 0) {
      difference += jump;
    } else if (jump > JUMP_NANOS) {
      difference += jump;
      ahead += jump;
    }
    return now + ahead;
  }

  private long wallNanos() {
    Instant now = wall.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
