package io.postern.delivery.destination;

/** A delivery's lesson about its destination, for the limit of those that follow. */
public enum Feedback {
  /** A host took the envelope and decided about it, one way or the other. */
  THROUGH,
  /** A host answered, and the delivery ended for a reason of its own. */
  REACHED,
  /** A host answered and then failed: TLS, or a session that broke in a transaction. */
  STRAINED,
  /** Nothing got through: no connection, or one that ended before any recipient was named. */
  FAILED,
  /** Nobody was asked. */
  NOTHING
}
