package io.postern.delivery.destination;

import java.time.Duration;

/**
 * The rate of one destination: never more deliveries begin in any 60 seconds than its number, a
 * tenth of them at once, the others evenly apart (the generic cell rate algorithm of ITU-T I.371).
 * Times are nanoseconds of the owner's clock. Owner: the holder of the destination.
 */
public final class StartRate {
  private static final double MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private long due = Long.MIN_VALUE; // of the next one, were they all evenly apart
  private boolean begun;

  /**
   * @param number a minute, here; above 0
   * @return until the next one may begin; 0: now
   */
  public long untilNext(double number, long now) {
    if (!begun) {
      return 0;
    }
    long apart = apart(number);
    // Where the number has grown, by a change or another share, the old distance is forgotten.
    due = Math.min(due, now + burst(number) * apart);
    return Math.max(0, due - (burst(number) - 1) * apart - now);
  }

  /** One begins. */
  public void begin(double number, long now) {
    due = (begun ? Math.max(due, now) : now) + apart(number);
    begun = true;
  }

  /** Nothing of it is left to know. */
  public boolean over(long now) {
    return !begun || due - now <= 0;
  }

  /** The distance at which they begin in the long run. */
  static long apart(double number) {
    return (long) Math.ceil(MINUTE_NANOS / (number - burst(number) + 1));
  }

  private static long burst(double number) {
    return Math.max(1, (long) (number / 10));
  }
}
