package io.postern.delivery.destination;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * How late threads of this process run, as the mean of the last 33 looks or so (0.7 s; 2 s where
 * they are 40 ms late). While they are in time it looks seldom, and from the first time that they
 * are not, often. Above 20 ms, and until it is below 10 ms again, the machine or the container's
 * share of it is slow, and no next hop. A container that has used up its share is stopped for the
 * rest of each 100 ms.
 *
 * <p>A thread of its own that sleeps and looks how much longer it slept; {@link #late} from any
 * thread.
 */
public final class Lateness implements AutoCloseable {
  private static final Duration SLEEP = Duration.ofMillis(20);
  private static final Duration SELDOM = Duration.ofMillis(200);
  private static final Duration IN_TIME = Duration.ofMillis(1);
  private static final Duration LATE = Duration.ofMillis(20);
  private static final Duration OVER = Duration.ofMillis(10);
  private static final double WEIGHT = 0.03;

  private final Thread thread =
      Thread.ofPlatform().name("delivery-lateness").daemon().unstarted(this::measure);
  private volatile double meanNanos;
  private volatile boolean late;
  private volatile boolean closed;

  public void start() {
    thread.start();
  }

  private void measure() {
    while (!closed) {
      long before = System.nanoTime();
      long sleep = sleep().toNanos();
      LockSupport.parkNanos(sleep);
      ran(System.nanoTime() - before - sleep);
    }
  }

  /** Until the next look. One that is 40 ms late is enough for the mean not to be in time. */
  Duration sleep() {
    return meanNanos < IN_TIME.toNanos() ? SELDOM : SLEEP;
  }

  /**
   * @param nanos by which a sleep ended late
   */
  void ran(long nanos) {
    // A machine that slept says nothing of the seconds after.
    double by = Math.min(Math.max(0, nanos), Duration.ofSeconds(1).toNanos());
    meanNanos += WEIGHT * (by - meanNanos);
    late = meanNanos > (late ? OVER : LATE).toNanos();
  }

  /** This process gets too little CPU for what it has to do. */
  public boolean late() {
    return late;
  }

  /** The mean. */
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
