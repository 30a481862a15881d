package io.postern.log.rules;

import io.postern.contracts.Marks;
import io.postern.contracts.v1.DecisionSource;

/**
 * The chain of Decisions of one partition, for a reader that reads them in the log's order: a
 * Decision counts if it continues the one taken before. Two deciders at once need no fencing, since
 * every reader skips the same records.
 *
 * <p>Owner: one thread.
 */
public final class Chain {
  /** The relation of a Decision to those before it. */
  public enum Link {
    /** The Decision counts. */
    NEXT,
    /** An earlier Decision about the source counts: the first one in the log. */
    REPLAY,
    /** A Decision before it is missing; the decider writes that one and this one again. */
    GAP
  }

  private Marks marks;

  public Chain(Marks marks) {
    this.marks = marks;
  }

  /**
   * @param previous offset of the source that was decided before; -1: none
   * @throws IllegalArgumentException for an unknown source
   */
  public Link read(DecisionSource source, long sourceOffset, long previous) {
    long mark = marks.of(source);
    if (sourceOffset <= mark) {
      return Link.REPLAY;
    }
    if (previous != mark) {
      // A bare high-water mark would take it, and lose the missing one.
      return Link.GAP;
    }
    marks = marks.with(source, sourceOffset);
    return Link.NEXT;
  }

  public Marks marks() {
    return marks;
  }
}
