package io.postern.api.signin;

/** The cause of a failed sign-in whose password is right: the user's second factor is missing. */
public final class CodeMissingException extends RuntimeException {
  /** Header field of the answer 401: {@link #passwordShown}. */
  public static final String HEADER = "Postern-Password-Shown";

  private static final long serialVersionUID = 1L;

  private final transient String shown;

  CodeMissingException(String shown) {
    super("the user has a second factor", null, false, false);
    this.shown = shown;
  }

  /**
   * A token that stands for the password in the second step of a sign-in, for five minutes, and is
   * good for nothing else.
   */
  public String passwordShown() {
    return shown;
  }
}
