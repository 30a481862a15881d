package io.postern.delivery.destination;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;

/**
 * The measure of how late threads of this process run. It is late, and the machine or the
 * container's part of it is slow and no next hop, by either of two signs:
 *
 * <ol>
 *   <li>The mean by which sleeps ended late, of the last 33 or so (0.7 s; 2 s where they are 40 ms
 *       late), is above 20 ms, until it is below 10 ms. It sleeps seldom while they end in time,
 *       and often from the first on that does not. A container that has used up its quota is
 *       stopped for the rest of each period, which is 100 ms unless somebody has set another.
 *   <li>The kernel stopped the process in more than half of its quota's periods, a mean of 1 s or
 *       so, until it is less than a quarter. Stops of a short period are below the first sign: with
 *       15 % of a core in periods of 10 or 20 ms, sleeps end 4 to 18 ms late on the mean.
 * </ol>
 *
 * <p>CPU time against wall time is no sign: a process at rest uses as little as one that is
 * stopped.
 *
 * <p>A thread of its own; {@link #late} from any.
 */
public final class Lateness implements AutoCloseable {
  private static final Duration SLEEP = Duration.ofMillis(20);
  private static final Duration SELDOM = Duration.ofMillis(200);
  private static final Duration IN_TIME = Duration.ofMillis(1);
  private static final Duration LATE = Duration.ofMillis(20);
  private static final Duration OVER = Duration.ofMillis(10);
  private static final double WEIGHT = 0.03;
  private static final double QUOTA_LATE = 0.5;
  private static final double QUOTA_OVER = 0.25;
  private static final double QUOTA_WEIGHT = 0.2;

  private final Thread thread =
      Thread.ofPlatform().name("delivery-lateness").daemon().unstarted(this::measure);
  private final DoubleSupplier stoppedShare;
  private volatile double meanNanos;
  private volatile boolean lateSleeps;
  private double meanStoppedShare; // the thread's
  private volatile boolean quotaUsedUp;
  private volatile boolean closed;

  public Lateness() {
    this(CpuQuota.ofThisProcess()::stoppedShare);
  }

  /**
   * @param stoppedShare see {@link CpuQuota#stoppedShare}; the thread calls it every 200 ms
   */
  Lateness(DoubleSupplier stoppedShare) {
    this.stoppedShare = stoppedShare;
  }

  public void start() {
    thread.start();
  }

  private void measure() {
    long read = System.nanoTime();
    while (!closed) {
      long before = System.nanoTime();
      long sleep = sleep().toNanos();
      LockSupport.parkNanos(sleep);
      long now = System.nanoTime();
      ran(now - before - sleep);
      if (now - read >= SELDOM.toNanos()) {
        read = now;
        stopped(stoppedShare.getAsDouble());
      }
    }
  }

  /** Until the next look. One that is 40 ms late is enough for the mean not to be in time. */
  Duration sleep() {
    return meanNanos < IN_TIME.toNanos() ? SELDOM : SLEEP;
  }

  /**
   * @param nanos by which a sleep ended late
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  void ran(long nanos) {
    // A machine that slept says nothing of the seconds after.
    double by = Math.min(Math.max(0, nanos), Duration.ofSeconds(1).toNanos());
    meanNanos += WEIGHT * (by - meanNanos);
    lateSleeps = meanNanos > (lateSleeps ? OVER : LATE).toNanos();
  }

  /**
   * @param share of the periods of the last 200 ms in which the kernel stopped the process
   */
  void stopped(double share) {
    meanStoppedShare += QUOTA_WEIGHT * (share - meanStoppedShare);
    quotaUsedUp = meanStoppedShare > (quotaUsedUp ? QUOTA_OVER : QUOTA_LATE);
  }

  /** This process gets too little CPU for its work. */
  public boolean late() {
    return lateSleeps || quotaUsedUp;
  }

  /** The mean by which sleeps ended late. */
  public double seconds() {
    return meanNanos / 1e9;
  }

  boolean runs() {
    return thread.isAlive();
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
