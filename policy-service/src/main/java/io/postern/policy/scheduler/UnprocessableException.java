package io.postern.policy.scheduler;

/**
 * A record that no version of ours would have written, or that cannot be read: its recipients are
 * held as far as they are known. Not for an outage. The message is for administrators: no content.
 */
final class Unprocessable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unprocessable(String why) {
    super(why);
  }
}
