package io.postern.delivery.position;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The proof that a partition is ours, on which a final dot rests (log-mechanics §5): the last
 * commit of its position that succeeded, counted from before it began. Whoever takes the partition
 * from us waits longer than that.
 *
 * <p>Any thread; the monitor also guards the deliveries of the partition, so that a dot and the end
 * of the lease have an order. One monotonic clock, in nanoseconds.
 */
final class Lease {
  static final Duration TERM = Duration.ofSeconds(5);

  /** After assignment, unless the owner before has released the partition or there was none. */
  static final Duration TAKER_WAIT = Duration.ofSeconds(6);

  private enum State {
    OWNED,
    /** The client that owned it is gone; the next assignment tells. */
    UNKNOWN,
    ENDED
  }

  private final LongSupplier clock;
  private State state = State.OWNED;
  private boolean proven;
  private long provenAt;
  private long notBefore;

  /**
   * @param wait another may have a lease still
   */
  Lease(LongSupplier clock, boolean wait) {
    this.clock = clock;
    this.notBefore = clock.getAsLong() + (wait ? TAKER_WAIT.toNanos() : 0);
  }

  /** Assigned anew. */
  synchronized void taken(boolean wait) {
    state = State.OWNED;
    proven = false;
    notBefore = clock.getAsLong() + (wait ? TAKER_WAIT.toNanos() : 0);
    notifyAll();
  }

  synchronized void suspend() {
    if (state == State.OWNED) {
      state = State.UNKNOWN;
    }
  }

  synchronized void end() {
    state = State.ENDED;
    notifyAll();
  }

  /**
   * A commit of the partition's position succeeded.
   *
   * @param began the clock before it began
   */
  synchronized void renewed(long began) {
    if (state == State.OWNED && (!proven || began - provenAt > 0)) {
      proven = true;
      provenAt = began;
      notifyAll();
    }
  }

  synchronized boolean ended() {
    return state == State.ENDED;
  }

  /** For how many nanoseconds from now a dot may be sent; at most 0: none may. */
  synchronized long left() {
    long now = clock.getAsLong();
    if (state != State.OWNED || !proven || now - notBefore < 0) {
      return 0;
    }
    return TERM.toNanos() - (now - provenAt);
  }

  long now() {
    return clock.getAsLong();
  }
}
