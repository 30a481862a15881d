package io.postern.log.rules;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The proof that a partition is ours, on which a final dot rests: the last commit of its position
 * that succeeded, counted from before it began. Whoever takes the partition from us waits longer
 * than that.
 *
 * <p>Any thread; the monitor also guards the deliveries of the partition, so that a dot and the end
 * of the lease have an order. One clock, in nanoseconds, that does not stand while the machine
 * sleeps ({@link LaterClock}).
 */
public final class Lease {
  public static final Duration TERM = Duration.ofSeconds(5);

  /** After assignment, unless the owner before has released the partition or there was none. */
  public static final Duration TAKER_WAIT = Duration.ofSeconds(6);

  /** No commit is asked of a first attempt but the last one. */
  public static final long ANY = Long.MIN_VALUE;

  private final LongSupplier clock;
  private final long notBefore;
  private boolean ended;
  private boolean proven;
  private long provenAt;

  /**
   * @param wait how long another may have a lease still; at most {@link #TAKER_WAIT}
   */
  public Lease(LongSupplier clock, Duration wait) {
    this.clock = clock;
    this.notBefore = clock.getAsLong() + wait.toNanos();
  }

  public synchronized void end() {
    ended = true;
    notifyAll();
  }

  /**
   * A commit of the partition's position succeeded.
   *
   * @param began the clock before it was asked for
   */
  public synchronized void renewed(long began) {
    if (!ended && (!proven || began - provenAt > 0)) {
      proven = true;
      provenAt = began;
      notifyAll();
    }
  }

  public synchronized boolean ended() {
    return ended;
  }

  /** Our own wait as a taker is over: only then can we say that we release the partition. */
  public synchronized boolean waitOver() {
    return clock.getAsLong() - notBefore >= 0;
  }

  /**
   * For how many nanoseconds from now a dot may be sent; at most 0: none may.
   *
   * @param readAt the clock when the Decision was read, of which the commit must have begun later:
   *     a former owner inside its lease could read attempt n+1 while it runs n; {@link #ANY} for a
   *     first attempt
   */
  public synchronized long left(long readAt) {
    long now = clock.getAsLong();
    if (ended || !proven || now - notBefore < 0) {
      return 0;
    }
    if (readAt != ANY && provenAt - readAt <= 0) { // equal ticks prove no order
      return 0;
    }
    return TERM.toNanos() - (now - provenAt);
  }

  public long now() {
    return clock.getAsLong();
  }
}
