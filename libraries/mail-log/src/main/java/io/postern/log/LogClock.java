package io.postern.log;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The log's clock, by which it stamps every record: two machines agree on it, whose own clocks may
 * differ. Known from a service's own records: each was stamped between its sending and its
 * acknowledgement. Until the first one it is taken for this machine's; every record of ours
 * corrects it, and a question that seems to have expired has one written ({@link #mayBeWrong}).
 * Runs on {@link System#nanoTime} in between, so that a step of this machine's clock changes
 * nothing. Brokers of one cluster are taken for one clock. Any thread.
 */
public final class LogClock {
  private static final long AGAIN_MILLIS = 10_000;

  private final LongSupplier own;
  private long ahead; // of our own; guarded by this
  private long stampedAt; // by our own; guarded by this

  public LogClock(InstantSource clock) {
    this(steady(clock.millis(), System.nanoTime()));
  }

  /**
   * @param own milliseconds of a clock that is never set
   */
  public LogClock(LongSupplier own) {
    this.own = own;
    this.stampedAt = own.getAsLong() - AGAIN_MILLIS;
  }

  private static LongSupplier steady(long millis, long nanos) {
    return () -> millis + (System.nanoTime() - nanos) / 1_000_000;
  }

  /** The log's time now, Unix milliseconds. */
  public synchronized long millis() {
    return own.getAsLong() + ahead;
  }

  /** This machine's steady time, for {@link #stamped}. */
  public long ownMillis() {
    return own.getAsLong();
  }

  /**
   * A record of ours was acknowledged just now.
   *
   * @param sentMillis when it was sent, by {@link #ownMillis}
   * @param stampMillis the log's time of it
   */
  public synchronized void stamped(long sentMillis, long stampMillis) {
    long least = stampMillis - own.getAsLong();
    long most = stampMillis - sentMillis;
    ahead = Math.min(Math.max(ahead, least), most);
    stampedAt = own.getAsLong();
  }

  /**
   * The log's clock may have been set since: no record of ours was stamped for 10 s. True once in
   * that time: the caller then writes one.
   */
  public synchronized boolean mayBeWrong() {
    long now = own.getAsLong();
    if (now - stampedAt < AGAIN_MILLIS) {
      return false;
    }
    stampedAt = now;
    return true;
  }
}
