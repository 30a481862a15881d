package io.postern.certificate.revocation.store;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The time for which something that failed is left alone: doubled with each failure in a row, from
 * the failure memory to its longest, and up to a quarter less, so that replicas and endpoints that
 * fail together are not asked together. Stateless, any thread.
 */
final class Backoff {
  private static final int MOST_DOUBLINGS = 20;
  private static final double JITTER = 0.25;

  private final Duration first;
  private final Duration longest;

  Backoff(RevocationSettings settings) {
    this.first = settings.failureMemory();
    this.longest = settings.failureMemoryLongest();
  }

  /** Whether something is to be left alone until then; a clock that was set back undoes that. */
  boolean rests(Instant until, Instant now) {
    return now.isBefore(until) && !until.isAfter(now.plus(longest));
  }

  /**
   * @param failures in a row, at least one
   */
  Duration after(int failures) {
    Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    Duration most = doubled.compareTo(longest) < 0 ? doubled : longest;
    double share = 1 - JITTER * ThreadLocalRandom.current().nextDouble();
    return Duration.ofNanos((long) (most.toNanos() * share));
  }
}
