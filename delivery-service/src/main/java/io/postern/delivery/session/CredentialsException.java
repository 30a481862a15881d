package io.postern.delivery.session;

/** The credentials that the next hop names cannot be used; the message names the file and cure. */
public final class CredentialsException extends Exception {
  private static final long serialVersionUID = 1L;

  CredentialsException(String message) {
    super(message);
  }
}
