package io.postern.delivery.attempt;

/** A part of a delivery's time, as {@code Timings} reports it. */
public enum Phase {
  /** Waits for a slot of the destination. */
  SLOT,
  /** Waits for slots of hosts' addresses. */
  HOST_SLOT,
  /** Mail hosts, addresses, policies of the domain. */
  DNS,
  /** From the connection to EHLO over TLS. */
  OPEN,
  /** MAIL to the reply to DATA. */
  ENVELOPE,
  DATA,
  /** The final dot to its reply. */
  END
}
