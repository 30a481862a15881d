package io.postern.log.sending;

import java.time.Duration;
import java.util.Arrays;

/**
 * Choice of the partition for the next message: the same one for up to 1 MB or 100 ms, so that many
 * messages share one append and one fsync, then the next. One whose acknowledgement is overdue, or
 * that has more than 1 MB unacknowledged, is left at once and avoided (docs/design/the-log.md,
 * "Home partition and content"). Any thread; never blocks.
 */
final class Partitions {
  private static final long STICKY_BYTES = 1_000_000;
  private static final long STICKY_NANOS = Duration.ofMillis(100).toNanos();
  private static final long OVERDUE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long MAX_OPEN_BYTES = 1_000_000;

  private int count;
  private int[] open;
  private long[] openBytes;
  private long[] progress;
  private int current;
  private long bytes;
  private long since;

  Partitions(int count, long now) {
    if (count < 1) {
      throw new IllegalArgumentException("a topic has at least one partition, not " + count);
    }
    this.count = count;
    this.open = new int[count];
    this.openBytes = new long[count];
    this.progress = new long[count];
    this.since = now;
  }

  /** From now on as many; never fewer than before. */
  synchronized void grow(int number) {
    if (number > count) {
      open = Arrays.copyOf(open, number);
      openBytes = Arrays.copyOf(openBytes, number);
      progress = Arrays.copyOf(progress, number);
      count = number;
    }
  }

  synchronized int count() {
    return count;
  }

  synchronized int choose(long now) {
    if (bytes >= STICKY_BYTES || now - since >= STICKY_NANOS || !free(current, now)) {
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
    openBytes[partition] += size;
    if (open[partition]++ == 0) {
      progress[partition] = now;
    }
  }

  synchronized void answered(int partition, int size, long now) {
    open[partition]--;
    openBytes[partition] -= size;
    progress[partition] = now;
  }

  /** The next free one; else the one with the least to acknowledge of those that answer. */
  private int next(long now) {
    int best = (current + 1) % count;
    for (int i = 1; i <= count; i++) {
      int candidate = (current + i) % count;
      if (free(candidate, now)) {
        return candidate;
      }
      boolean late = overdue(candidate, now);
      if (late == overdue(best, now) ? openBytes[candidate] < openBytes[best] : !late) {
        best = candidate;
      }
    }
    return best;
  }

  private boolean free(int partition, long now) {
    return openBytes[partition] <= MAX_OPEN_BYTES && !overdue(partition, now);
  }

  private boolean overdue(int partition, long now) {
    return open[partition] > 0 && now - progress[partition] > OVERDUE_NANOS;
  }
}
