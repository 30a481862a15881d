package io.postern.ingress.session;

import java.time.Duration;

/**
 * The pace of a client that sends its message, in octets a second: one octet now and then would
 * hold a session and a share of memory until the message deadline. Under stress the rate is higher
 * and averaged over a shorter time. Only the time that we wait for the client counts, not the
 * log's. Owner: the session's thread.
 */
final class DataPace {
  private static final Duration CALM = Duration.ofMinutes(1);

  private final Load load;
  private final ServiceLimits limits;
  private boolean stressed;
  private long waitedNanos;
  private long octets;

  DataPace(Load load, ServiceLimits limits) {
    this.load = load;
    this.limits = limits;
  }

  /** Counts a wait and the octets that it brought, and is true if the client is too slow. */
  boolean tooSlow(long waitNanos, int arrived) {
    if (load.stressed() != stressed) { // the average begins anew
      stressed = !stressed;
      restart();
    }
    waitedNanos += waitNanos;
    octets += arrived;
    if (waitedNanos < (stressed ? limits.stressTimeout() : CALM).toNanos()) {
      return false;
    }
    int least = stressed ? limits.leastRateUnderStress() : limits.leastRate();
    boolean slow = octets * 1e9 < (double) least * waitedNanos;
    restart();
    return slow;
  }

  private void restart() {
    waitedNanos = 0;
    octets = 0;
  }
}
