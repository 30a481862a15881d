package io.postern.operator.audit;

/** Kinds of alarms. Each is a promise that was not kept, or that cannot be shown. */
public enum AlarmKind {
  /** Pending and in no place: a loss (G2). */
  FOUND_NOWHERE("found nowhere"),
  /** Pending and in two places: it will be sent twice, or given up while it is sent. */
  FOUND_TWICE("found twice"),
  /** Records speak of a message that mail.accepted does not have. */
  UNKNOWN_MESSAGE("not in mail.accepted"),
  /** A group has consumed beyond the topic's end: the end was lost. */
  POSITION_BEYOND_END("consumed beyond the end"),
  ACCEPTED_TWICE("accepted twice"),
  /** A second delivered that none of G5's causes explains. */
  DELIVERED_TWICE("delivered twice without a cause"),
  /** A new state after failed or cancelled. */
  STATE_AFTER_END("state changed after the end"),
  /** Delivered, failed or cancelled, and still in the schedule. */
  SCHEDULED_AFTER_END("still scheduled after its end"),
  /** Waiting, held or watched long beyond its time. */
  OVERDUE("stuck beyond its due time"),
  /** The schedule waits for the outcome of an attempt that is nowhere. */
  OPEN_WITHOUT_ATTEMPT("open, its attempt nowhere"),
  /** A record that nobody takes up although time goes on. */
  STANDING_STILL("stuck, its reader makes no progress"),
  /** It failed or was cancelled, its sender wants a notice, and there is none. */
  DSN_LOST("DSN lost"),
  DSN_TWICE("DSN twice"),
  /** A DSN that names no cause, or one that did not happen, or that answers a null reverse-path. */
  DSN_WITHOUT_CAUSE("DSN without a cause"),
  /** The achieved level, or the required one, is below the connector's demand (G3). */
  BELOW_TLS_LEVEL("below its TLS level");

  private final String words;

  AlarmKind(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
