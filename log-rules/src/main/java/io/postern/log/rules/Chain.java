package io.postern.log.rules;

import io.postern.contracts.Marks;
import io.postern.contracts.v1.DecisionSource;

/**
 * Which Decisions of one partition count, for whoever reads them in the log's order: those that
 * continue the one taken before. Two deciders at once need no fencing, since every reader skips the
 * same records.
 *
 * <p>Owner: one thread.
 */
public final class Chain {
  /** How a Decision stands to those before it. */
  public enum Link {
    /** It counts. */
    NEXT,
    /** Its source was decided before: the first Decision in the log is the one that counts. */
    REPLAY,
    /** One before it is missing, and comes again; so does this one, behind it. */
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
      // A bare high-water mark would take it, and lose the one that is missing.
      return Link.GAP;
    }
    marks = marks.with(source, sourceOffset);
    return Link.NEXT;
  }

  public Marks marks() {
    return marks;
  }
}
