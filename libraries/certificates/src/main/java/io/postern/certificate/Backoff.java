package io.postern.certificate;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The time for which something that failed is left alone: doubled with each failure in a row up to
 * the longest, and up to a quarter less, so that replicas and endpoints that fail together are not
 * asked together. Stateless, any thread.
 */
public final class Backoff {
  private static final int MOST_DOUBLINGS = 20;
  private static final double JITTER = 0.25;

  private final Duration first;
  private final Duration longest;

  public Backoff(Duration first, Duration longest) {
    this.first = first;
    this.longest = longest;
  }

  /** Whether something is to be left alone until then; a clock that was set back undoes that. */
  public boolean rests(Instant until, Instant now) {
    return now.isBefore(until) && !until.isAfter(now.plus(longest));
  }

  /**
   * @param failures in a row, at least one
   */
  public Duration after(int failures) {
    Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    Duration most = doubled.compareTo(longest) < 0 ? doubled : longest;
    double share = 1 - JITTER * ThreadLocalRandom.current().nextDouble();
    return Duration.ofNanos((long) (most.toNanos() * share));
  }
}
