package io.postern.operator.audit;

/**
 * What became of a recipient (docs/design/the-log.md, "Accounting"): any delivered wins, then what
 * was given up, else it is pending, held included.
 */
public enum RecipientState {
  DELIVERED,
  /** Expired included. */
  FAILED,
  CANCELLED,
  PENDING
}
