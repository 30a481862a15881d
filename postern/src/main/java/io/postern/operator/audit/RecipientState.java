package io.postern.operator.audit;

/**
 * State of a recipient (docs/design/the-log.md, "Accounting"): any delivered wins, then failed or
 * cancelled, else it is pending, held included.
 */
public enum RecipientState {
  DELIVERED,
  /** Expired included. */
  FAILED,
  CANCELLED,
  PENDING
}
