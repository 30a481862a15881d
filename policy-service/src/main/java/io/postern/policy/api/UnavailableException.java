package io.postern.policy.api;

import org.jspecify.annotations.Nullable;

/**
 * The failure of a call that the service cannot answer now: 503, or 504 when the change may still
 * be carried out.
 */
final class UnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  static final int UNAVAILABLE = 503;
  static final int TIMED_OUT = 504;

  private final int status;

  UnavailableException(int status, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  int status() {
    return status;
  }
}
