package io.postern.ingress.session;

import java.time.Duration;

/**
 * The pace of a client that sends its message while sessions are nearly all taken: one octet now
 * and then would hold a session and a share of memory until the message deadline. Only the time
 * that we wait for the client counts, not the log's. Owner: the session's thread.
 */
final class DataPace {
  private final Load load;
  private final long windowNanos;
  private long waitedNanos;
  private long octets;

  DataPace(Load load, Duration window) {
    this.load = load;
    this.windowNanos = window.toNanos();
  }

  /** Counts a wait and the octets that it brought, and is true if the client is too slow. */
  boolean tooSlow(long waitNanos, int arrived) {
    if (!load.stressed()) {
      waitedNanos = 0;
      octets = 0;
      return false;
    }
    waitedNanos += waitNanos;
    octets += arrived;
    if (waitedNanos < windowNanos) {
      return false;
    }
    boolean slow = octets * 1e9 < (double) SessionLimits.STRESS_OCTETS_PER_SECOND * waitedNanos;
    waitedNanos = 0;
    octets = 0;
    return slow;
  }
}
