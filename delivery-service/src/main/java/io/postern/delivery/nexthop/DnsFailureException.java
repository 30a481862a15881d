package io.postern.delivery.nexthop;

/**
 * The DNS gave no answer that can be used (SERVFAIL, time-out, broken zone); it may another time.
 */
public final class DnsFailureException extends Exception {
  private static final long serialVersionUID = 1L;

  DnsFailureException(String message) {
    super(message);
  }
}
