package io.postern.policy.notices;

/** The failure of a notice without a DSN, now and ever. The message has no content, no secret. */
final class UnreadableNoticeException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableNoticeException(String why) {
    super(why);
  }
}
