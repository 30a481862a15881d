package io.postern.api.signin;

/** The cause of a failed sign-in that was not looked at: too many attempts wait already, 429. */
public final class TooManyAttemptsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TooManyAttemptsException() {
    super("too many sign-in attempts at a time", null, false, false);
  }

  /** For Retry-After. */
  public long seconds() {
    return Slowing.LONGEST.toSeconds();
  }
}
