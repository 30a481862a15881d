package io.postern.policy.api;

/** The service cannot answer now: 503, or 504 when the change may still be carried out. */
final class NotNow extends Exception {
  private static final long serialVersionUID = 1L;
  static final int UNAVAILABLE = 503;
  static final int TIMED_OUT = 504;

  private final int status;

  NotNow(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  NotNow(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
