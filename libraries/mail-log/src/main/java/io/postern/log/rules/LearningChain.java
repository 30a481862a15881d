package io.postern.log.rules;

import io.postern.contracts.Marks;
import io.postern.contracts.v1.DecisionSource;

/**
 * The chain of Decisions for a reader without marks, which begins where the log now begins
 * (docs/design/the-log.md, "Decisions: a chain"): for a time it learns the highest sources and
 * counts nothing, and follows the chain from there. Of a source topic that it has not met meanwhile
 * it believes the first Decision.
 *
 * <p>Owner: one thread; fed in the log's order.
 */
public final class LearningChain {
  /** The worth of a Decision. */
  public enum Link {
    NEXT,
    REPLAY,
    GAP,
    /** It stands where the marks are still learnt. */
    LEARNT
  }

  /** Mark of a source topic of which no Decision was read. */
  public static final long UNKNOWN = -2;

  private final long followMillis;
  private Chain chain;

  /**
   * @param marks {@link Marks#NONE}: of the whole log; {@link #unknown}: of a log whose start is
   *     gone; others: as {@link #marks} were
   * @param followMillis the log's time from which on Decisions count
   */
  public LearningChain(Marks marks, long followMillis) {
    this.chain = new Chain(marks);
    this.followMillis = followMillis;
  }

  public static Marks unknown() {
    return new Marks(UNKNOWN, UNKNOWN);
  }

  /**
   * @param timestamp the log's time of the Decision
   * @throws IllegalArgumentException for an unknown source
   */
  public Link read(DecisionSource source, long sourceOffset, long previous, long timestamp) {
    long mark = chain.marks().of(source);
    if (timestamp < followMillis) {
      if (sourceOffset > mark) {
        chain = new Chain(chain.marks().with(source, sourceOffset));
      }
      return Link.LEARNT;
    }
    if (mark == UNKNOWN) {
      chain = new Chain(chain.marks().with(source, sourceOffset));
      return Link.NEXT;
    }
    return switch (chain.read(source, sourceOffset, previous)) {
      case NEXT -> Link.NEXT;
      case REPLAY -> Link.REPLAY;
      case GAP -> Link.GAP;
    };
  }

  public Marks marks() {
    return chain.marks();
  }

  public long followMillis() {
    return followMillis;
  }
}
