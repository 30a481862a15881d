package io.postern.operator.audit;

/** Place of a pending recipient (docs/design/the-log.md, "Accounting"). */
public enum Place {
  /** An accepted record whose Decision is not in the chain. */
  UNDECIDED("not decided yet"),
  /** A due record whose Decision is not in the chain. */
  DUE("due, not decided yet"),
  /** A delivery beyond delivery's position, without an outcome that counts. */
  IN_DELIVERY("in delivery"),
  /** An outcome that its Decision has, and that delivery has not recorded. */
  UNRECORDED("decided without a delivery, not recorded yet"),
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
