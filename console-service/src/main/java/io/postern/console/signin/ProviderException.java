package io.postern.console.signin;

/** The provider did not do its part. The message is ours, for the log. */
public final class ProviderException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What the reader can do about it. */
  public enum Kind {
    /** It does not answer, or not in time. Try again. */
    SILENT,
    /** Too many sign-ins wait for it, of all or of the browser's network. Try again. */
    CROWDED,
    /** It answers otherwise than the protocols say: its settings or ours are wrong. */
    UNEXPECTED,
    /** It does not take the code: begin again. */
    REFUSED
  }

  private final Kind kind;

  ProviderException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
