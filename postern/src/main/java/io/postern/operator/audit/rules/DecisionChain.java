package io.postern.operator.audit.rules;

import io.postern.contracts.v1.DecisionSource;
import io.postern.operator.audit.wire.DecisionRecord;

/**
 * The rule by which Decisions of one partition of {@code mail.deliveries} count: each names the
 * source that was decided before it, and one that does not continue the chain counts for nobody.
 *
 * <p>A reader that begins in the middle knows no mark: for a time it learns the highest sources,
 * and follows the chain from there. Of a source topic that it has not met meanwhile it believes the
 * first Decision.
 *
 * <p>One thread; fed in the log's order.
 */
public final class DecisionChain {
  /** Worth of a Decision. */
  public enum Link {
    COUNTS,
    /** Its source was decided before it in the log. */
    REPLAY,
    /** The Decision that it continues is not there. Both come again, chained. */
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

  /** For a reader of the whole log. */
  public static DecisionChain fromTheFirst() {
    return new DecisionChain(Long.MIN_VALUE, -1);
  }

  /**
   * For a reader that begins in the middle.
   *
   * @param followMillis the log's time from which on Decisions may count
   */
  public static DecisionChain fromTheMiddle(long followMillis) {
    return new DecisionChain(followMillis, UNKNOWN);
  }

  /**
   * @param timestamp the log's time of the Decision
   * @throws IllegalArgumentException for a source that is not known
   */
  public Link read(DecisionRecord decision, long timestamp) {
    long mark = mark(decision);
    if (timestamp < followMillis) {
      if (decision.getSourceOffset() > mark) {
        move(decision);
      }
      return Link.LEARNT;
    }
    if (mark != UNKNOWN && decision.getSourceOffset() <= mark) {
      return Link.REPLAY;
    }
    if (mark != UNKNOWN && decision.getPrevious() != mark) {
      return Link.GAP;
    }
    move(decision);
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

  private long mark(DecisionRecord decision) {
    return switch (decision.getSource()) {
      case SOURCE_ACCEPTED -> accepted;
      case SOURCE_DUE -> due;
      case DECISION_SOURCE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "its source " + decision.getSourceValue() + " is not known");
    };
  }

  private void move(DecisionRecord decision) {
    if (decision.getSource() == DecisionSource.SOURCE_ACCEPTED) {
      accepted = decision.getSourceOffset();
    } else {
      due = decision.getSourceOffset();
    }
  }
}
