package io.postern.operator.audit;

/**
 * Records that change nobody's state, as every reader agrees (docs/design/the-log.md,
 * "Accounting").
 */
public enum UncountedRecord {
  REPLAY("Decisions written again"),
  GAP("Decisions after a gap"),
  /** In the first hour of a log whose start is gone. */
  LEARNT("Decisions of the first hour of the topics"),
  MARKER("partitions taken"),
  MARKER_NOT_ABOVE("partitions taken too late"),
  FORMER_OWNER("outcomes of former owners"),
  /** A failure of an attempt that the scheduler had ended by its own word. */
  ANNULLED("annulled failures"),
  /** The same outcome, sent again under a new take, and once more from the old one. */
  WRITTEN_TWICE("deliveries written twice");

  private final String words;

  UncountedRecord(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
