package io.postern.policy.scheduler;

/**
 * The failure of a record that no version of ours writes, or that cannot be read: its recipients
 * are held as far as they are known. Not for an outage. Administrators read the message: no
 * content.
 */
final class UnprocessableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnprocessableException(String why) {
    super(why);
  }
}
