package io.postern.log.content;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes buffered over all streams of a reader. Any thread. Beyond the bound each stream gets one
 * chunk at a time.
 */
final class ContentBudget {
  private static final long MAX_BYTES = 16L << 20;

  private final AtomicLong bytes = new AtomicLong();

  void add(long more) {
    bytes.addAndGet(more);
  }

  long bytes() {
    return bytes.get();
  }

  boolean spent() {
    return bytes() >= MAX_BYTES;
  }
}
