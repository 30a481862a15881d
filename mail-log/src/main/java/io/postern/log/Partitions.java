package io.postern.log;

import java.time.Duration;

/**
 * Which partition the next message goes to: the same one for up to 128 KiB or 20 ms, so that many
 * messages share one append and one fsync, then the next, avoiding one whose acknowledgement is
 * overdue (log-mechanics §1). Any thread; never blocks.
 */
final class Partitions {
  private static final long STICKY_BYTES = 128 * 1024;
  private static final long STICKY_NANOS = Duration.ofMillis(20).toNanos();
  private static final long OVERDUE_NANOS = Duration.ofSeconds(1).toNanos();

  private final int count;
  private final int[] inFlight;
  private final long[] progress;
  private int current;
  private long bytes;
  private long since;

  Partitions(int count, long now) {
    if (count < 1) {
      throw new IllegalArgumentException("a topic has at least one partition, not " + count);
    }
    this.count = count;
    this.inFlight = new int[count];
    this.progress = new long[count];
    this.since = now;
  }

  synchronized int choose(long now) {
    if (bytes >= STICKY_BYTES || now - since >= STICKY_NANOS || overdue(current, now)) {
      current = next(now);
      bytes = 0;
      since = now;
    }
    return current;
  }

  synchronized void sent(int partition, int size, long now) {
    if (partition == current) {
      bytes += size;
    }
    if (inFlight[partition]++ == 0) {
      progress[partition] = now;
    }
  }

  synchronized void answered(int partition, long now) {
    inFlight[partition]--;
    progress[partition] = now;
  }

  private int next(long now) {
    for (int i = 1; i <= count; i++) {
      int candidate = (current + i) % count;
      if (!overdue(candidate, now)) {
        return candidate;
      }
    }
    return (current + 1) % count;
  }

  private boolean overdue(int partition, long now) {
    return inFlight[partition] > 0 && now - progress[partition] > OVERDUE_NANOS;
  }
}
