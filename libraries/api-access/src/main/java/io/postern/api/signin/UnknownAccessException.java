package io.postern.api.signin;

/** Whether a caller may cannot be said now: this service lacks what it needs for that. */
public final class UnknownAccessException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what is missing, as in "{what}: try again."
   */
  public UnknownAccessException(String what) {
    super(what, null, false, false);
  }
}
