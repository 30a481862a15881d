package io.postern.certificate.revocation.store;

import java.time.Instant;

/** The refusal to ask an endpoint that has failed, for now; the message says how it failed. */
public final class RestingException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Instant until;

  RestingException(String message, Instant until) {
    super(message);
    this.until = until;
  }

  /** When it will be asked again. */
  Instant until() {
    return until;
  }
}
