package io.postern.log.rules;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The proof that a partition is ours, which each final dot needs: the last commit of its position
 * that succeeded, counted from before it began. A taker of the partition waits longer than that.
 *
 * <p>Any thread; the monitor also guards the deliveries of the partition, so that a dot and the end
 * of the lease have an order. Clocks in nanoseconds: our permission ends by the clock that advances
 * while the machine sleeps ({@link SleepCountingClock}), our wait by the monotonic one.
 */
public final class Lease {
  public static final Duration TERM = Duration.ofSeconds(5);

  /** After assignment, unless the owner before has released the partition or there was none. */
  public static final Duration TAKER_WAIT = Duration.ofSeconds(6);

  /** For a first attempt any commit suffices. */
  public static final long ANY = Long.MIN_VALUE;

  private final LongSupplier clock;
  private final LongSupplier waiting;
  private final long notBefore;
  private boolean ended;
  private boolean proven;
  private long provenAt;

  /**
   * @param clock of our permission: it advances while the machine sleeps
   * @param waiting of our wait: monotonic alone, since a wall clock that is set forward must not
   *     end a wait for another machine's lease
   * @param wait for as long as another may have a lease; at most {@link #TAKER_WAIT}
   */
  public Lease(LongSupplier clock, LongSupplier waiting, Duration wait) {
    this.clock = clock;
    this.waiting = waiting;
    this.notBefore = waiting.getAsLong() + wait.toNanos();
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

  /** Our own wait as a taker is over: only then may a commit say that we release the partition. */
  public synchronized boolean waitOver() {
    return waiting.getAsLong() - notBefore >= 0;
  }

  /**
   * For how many nanoseconds from now a dot may be sent; at most 0: none may.
   *
   * @param readAt the clock when the Decision was read, of which the commit must have begun later:
   *     a former owner inside its lease could read attempt n+1 while it runs n; {@link #ANY} for a
   *     first attempt
   */
  public synchronized long left(long readAt) {
    if (ended || !proven || !waitOver()) {
      return 0;
    }
    if (readAt != ANY && provenAt - readAt <= 0) {
      return 0; // equal times have no known order
    }
    return TERM.toNanos() - (clock.getAsLong() - provenAt);
  }

  public long now() {
    return clock.getAsLong();
  }
}
