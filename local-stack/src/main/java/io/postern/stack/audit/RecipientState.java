package io.postern.stack.audit;

/**
 * What became of a recipient (log-mechanics §6): any delivered wins, then what was given up, else
 * it is pending, held included.
 */
public enum RecipientState {
  DELIVERED,
  /** Expired included. */
  FAILED,
  CANCELLED,
  PENDING
}
