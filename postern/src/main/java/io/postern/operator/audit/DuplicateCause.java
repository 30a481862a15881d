package io.postern.operator.audit;

/** Cause of a second delivery to a recipient (G5). */
public enum DuplicateCause {
  /** One of the two was delivered after its owner had lost it. */
  LATE("late"),
  /** One of the two was handed to the watch while it was still open. */
  AFTER_STILL_OPEN("after still open"),
  /** An attempt before it ended past the final dot: the next hop may have taken the message. */
  MAY_HAVE_BEEN_TAKEN("an earlier attempt may have been accepted"),
  /** Nothing explains it: outside G5, an alarm. */
  UNKNOWN("unknown");

  private final String words;

  DuplicateCause(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
