package io.postern.api.signin;

import java.time.Duration;

/** The cause of a failed sign-in that was not looked at, 429. */
public final class TooManyAttemptsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long seconds;

  /** Too many attempts are in progress. */
  TooManyAttemptsException() {
    this("Too many sign-in attempts are in progress: try again later.", Slowing.LONGEST);
  }

  private TooManyAttemptsException(String sentence, Duration again) {
    super(sentence, null, false, false);
    seconds = again.toSeconds();
  }

  /** Too many codes of a user were wrong. */
  static TooManyAttemptsException ofCodes(Duration again) {
    return new TooManyAttemptsException(
        "Too many codes of this user were wrong: none is looked at for "
            + again.toMinutes()
            + " minutes after the last one.",
        again);
  }

  /** For Retry-After. */
  public long seconds() {
    return seconds;
  }
}
