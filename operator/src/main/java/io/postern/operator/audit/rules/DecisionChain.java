package io.postern.operator.audit.rules;

import io.postern.contracts.v1.DecisionSource;

/**
 * Which Decisions of one partition of {@code mail.deliveries} count: each names the source that was
 * decided before it, and whatever does not continue the chain counts for nobody.
 *
 * <p>A reader who begins in the middle knows no mark: for a time it learns the highest sources, and
 * follows the chain from there. Of a source topic that was not seen meanwhile, the first Decision
 * is believed.
 *
 * <p>One thread; fed in the log's order.
 */
public final class DecisionChain {
  /** What a Decision is worth. */
  public enum Link {
    COUNTS,
    /** Its source was decided before it in the log. */
    REPLAY,
    /** What it continues is not there. Both come again, chained. */
    GAP,
    /** It stands where the marks are still learnt. */
    LEARNT
  }

  private static final long UNKNOWN = -2;

  private final long followMillis;
  private long accepted;
  private long due;

  private DecisionChain(long followMillis, long mark) {
    this.followMillis = followMillis;
    this.accepted = mark;
    this.due = mark;
  }

  /** For a reader who reads all that was ever written. */
  public static DecisionChain fromTheFirst() {
    return new DecisionChain(Long.MIN_VALUE, -1);
  }

  /**
   * For a reader who begins in the middle.
   *
   * @param followMillis the log's time from which on Decisions may count
   */
  public static DecisionChain fromTheMiddle(long followMillis) {
    return new DecisionChain(followMillis, UNKNOWN);
  }

  /**
   * @param source its number on the wire
   * @param timestamp the log's time of the Decision
   * @throws IllegalArgumentException for a source that is not known
   */
  public Link read(int source, long sourceOffset, long previous, long timestamp) {
    long mark = mark(source);
    if (timestamp < followMillis) {
      if (sourceOffset > mark) {
        mark(source, sourceOffset);
      }
      return Link.LEARNT;
    }
    if (mark != UNKNOWN && sourceOffset <= mark) {
      return Link.REPLAY;
    }
    if (mark != UNKNOWN && previous != mark) {
      return Link.GAP;
    }
    mark(source, sourceOffset);
    return Link.COUNTS;
  }

  /** Sources of {@code mail.accepted} below this offset are decided. */
  public long acceptedNext() {
    return Math.max(0, accepted + 1);
  }

  /** Sources of {@code mail.due} below this offset are decided. */
  public long dueNext() {
    return Math.max(0, due + 1);
  }

  private long mark(int source) {
    return switch (source) {
      case DecisionSource.SOURCE_ACCEPTED_VALUE -> accepted;
      case DecisionSource.SOURCE_DUE_VALUE -> due;
      default ->
          throw new IllegalArgumentException("its source " + source + " is none that is known");
    };
  }

  private void mark(int source, long offset) {
    if (source == DecisionSource.SOURCE_ACCEPTED_VALUE) {
      accepted = offset;
    } else {
      due = offset;
    }
  }
}
