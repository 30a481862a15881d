package io.postern.operator.audit;

/** The log could not be read in time: nothing is said of it, neither good nor bad. */
public final class AuditUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  AuditUnavailableException(String message) {
    super(message);
  }

  AuditUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
