package io.postern.delivery.transaction;

/** The client certificate that the requirement names cannot be used; the message names it. */
final class ClientCertificateException extends Exception {
  private static final long serialVersionUID = 1L;

  ClientCertificateException(String message) {
    super(message);
  }
}
