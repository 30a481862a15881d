package io.postern.check.dial;

import io.postern.check.report.Connection.Status;

/** A dial that ended before it had certificates. */
final class DialFailedException extends Exception {
  private static final long serialVersionUID = 1;

  private final Status status;
  private final String reply;

  DialFailedException(Status status, String message) {
    this(status, message, "");
  }

  /**
   * @param reply of the server that decided
   */
  DialFailedException(Status status, String message, String reply) {
    super(message);
    this.status = status;
    this.reply = reply;
  }

  Status status() {
    return status;
  }

  String reply() {
    return reply;
  }
}
