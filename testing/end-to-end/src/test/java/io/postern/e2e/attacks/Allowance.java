package io.postern.e2e.attacks;

import java.util.concurrent.TimeUnit;

/**
 * The link of all attackers together: so many bytes a second. Thread-safe; whoever spends waits.
 */
final class Allowance {
  private static final long BURST_NANOS = 50_000_000;

  private final double nanosAByte;
  private double free = System.nanoTime();

  Allowance(int megabitsASecond) {
    this.nanosAByte = 8_000.0 / megabitsASecond;
  }

  void spend(long bytes) throws InterruptedException {
    long wait;
    synchronized (this) {
      free = Math.max(free, System.nanoTime() - (double) BURST_NANOS) + bytes * nanosAByte;
      wait = (long) (free - System.nanoTime());
    }
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
  }
}
