package io.postern.ingress.attribution;

import java.util.Arrays;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * The bound of notifications that go back to one rewritten sender in an hour, so that an address
 * that a stranger has seen is no way to flood the sender behind it.
 *
 * <p>Anybody who has such an address can use up its hour; its further notifications wait at their
 * hosts then (451). Memory: {@value #CELLS} counters, 64 KiB, whatever strangers send. Two senders
 * in one cell, by a hash that nobody outside can foresee, share their hour. Thread-safe.
 */
public final class ReturnPace {
  static final int AN_HOUR = 300;
  private static final int CELLS = 16_384;
  private static final long HOUR_NANOS = 3_600_000_000_000L;

  private final int[] counts = new int[CELLS];
  private final int seed = new Random().nextInt();
  private final LongSupplier nanoTime;
  private long began;

  public ReturnPace() {
    this(System::nanoTime);
  }

  ReturnPace(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.began = nanoTime.getAsLong();
  }

  /** False: too many have gone to this address in the hour under way. */
  synchronized boolean take(String address) {
    long now = nanoTime.getAsLong();
    if (now - began >= HOUR_NANOS) {
      Arrays.fill(counts, 0);
      began = now;
    }
    int hash = (address.hashCode() ^ seed) * 0x9E3779B9;
    int cell = hash >>> 18; // 14 bits
    return counts[cell] < AN_HOUR && ++counts[cell] > 0;
  }

  /** The notification was refused for another reason. */
  synchronized void giveBack(String address) {
    int cell = (address.hashCode() ^ seed) * 0x9E3779B9 >>> 18;
    counts[cell] = Math.max(0, counts[cell] - 1);
  }
}
