package io.postern.stack.audit;

/** Where a pending recipient is found (log-mechanics §6). */
public enum Place {
  /** An accepted record beyond the decider's position. */
  UNDECIDED("not decided yet"),
  /** A due record beyond the decider's position. */
  DUE("due, not decided yet"),
  /** A delivery that offset and bitmap of its position do not count as finished. */
  IN_DELIVERY("in delivery"),
  /** An outcome beyond the scheduler's position. */
  OUTCOME_UNREAD("its outcome not scheduled yet"),
  WAITING("waiting"),
  /** The schedule knows of an open attempt whose counterpart was not found. */
  OPEN("open"),
  HELD("held"),
  WATCHED("watched");

  private final String words;

  Place(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
