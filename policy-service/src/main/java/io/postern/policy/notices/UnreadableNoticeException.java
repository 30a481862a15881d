package io.postern.policy.notices;

/** A notice that no DSN can be written for, now or ever. The message has no content, no secret. */
final class Unreadable extends Exception {
  private static final long serialVersionUID = 1L;

  Unreadable(String why) {
    super(why);
  }
}
