package io.postern.certificate.dns;

/** A name that is not looked at; the message names the reason and the cure. */
public final class OwnDnsException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean later;

  private OwnDnsException(String message, boolean later) {
    super(message);
    this.later = later;
  }

  static OwnDnsException refused(String message) {
    return new OwnDnsException(message, false);
  }

  static OwnDnsException later(String message) {
    return new OwnDnsException(message, true);
  }

  /** The same name may be looked at later. */
  public boolean isLater() {
    return later;
  }
}
