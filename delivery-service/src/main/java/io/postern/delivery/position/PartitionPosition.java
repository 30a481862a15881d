package io.postern.delivery.position;

import io.postern.contracts.DeliveryPosition;
import java.util.BitSet;

/**
 * Which offsets of one partition are finished, while deliveries end out of order (log-mechanics
 * §5). An offset that the reader never returned (transaction marker, aborted record) counts as
 * finished.
 *
 * <p>Owner: the reader's thread. Bounded by {@link #span}, which the reader keeps below its window.
 */
final class PartitionPosition {
  private long base;
  private long seen;
  private BitSet finished;

  /** Goes on where the committed position stands. */
  PartitionPosition(DeliveryPosition committed) {
    base = committed.next();
    seen = base;
    finished = committed.finishedBeyond();
  }

  /**
   * The reader returned the record at {@code offset}; what it passed over is finished.
   *
   * @return whether this delivery has still to be done
   */
  boolean returned(long offset) {
    passedOver(offset);
    seen = Math.max(seen, offset + 1);
    return !isFinished(offset);
  }

  /** The reader stands at {@code position} and has returned every record below it. */
  void passedOver(long position) {
    // The base may be ahead: what a predecessor finished is not read again before it is passed.
    long from = Math.max(seen, base);
    if (position > from) {
      finished.set(index(from), index(position));
    }
    seen = Math.max(seen, position);
  }

  void finish(long offset) {
    if (offset >= base) {
      finished.set(index(offset));
    }
  }

  boolean isFinished(long offset) {
    return offset < base || finished.get(index(offset));
  }

  /** Distance from the first unfinished offset to the last one known. */
  long span() {
    return Math.max(0, Math.max(seen, base + finished.length()) - next());
  }

  long next() {
    return base + finished.nextClearBit(0);
  }

  /** What is to be committed now. */
  DeliveryPosition snapshot(boolean released) {
    int done = finished.nextClearBit(0);
    if (done > 0) {
      finished = finished.get(done, Math.max(done, finished.length()));
      base += done;
    }
    return new DeliveryPosition(base, finished, released);
  }

  private int index(long offset) {
    return Math.toIntExact(offset - base);
  }
}
