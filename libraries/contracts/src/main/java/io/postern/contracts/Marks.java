package io.postern.contracts;

import io.postern.contracts.v1.DecisionSource;

/**
 * Last sources of which a reader of one partition of {@code mail.deliveries} has read the
 * Decisions: offsets of {@code mail.accepted} and {@code mail.due}. Immutable.
 *
 * @param accepted offset of the last source decided; -1: none
 * @param due the same of {@code mail.due}
 */
public record Marks(long accepted, long due) {
  public static final Marks NONE = new Marks(-1, -1);

  /**
   * @throws IllegalArgumentException for a source of no topic that is known
   */
  public long of(DecisionSource source) {
    return switch (source) {
      case SOURCE_ACCEPTED -> accepted;
      case SOURCE_DUE -> due;
      case DECISION_SOURCE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("a Decision of an unknown source");
    };
  }

  /** The same with another mark for one topic. */
  public Marks with(DecisionSource source, long offset) {
    return switch (source) {
      case SOURCE_ACCEPTED -> new Marks(offset, due);
      case SOURCE_DUE -> new Marks(accepted, offset);
      case DECISION_SOURCE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("a Decision of an unknown source");
    };
  }
}
