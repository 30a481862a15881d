package io.postern.delivery.session;

/** The client certificate that the requirement names cannot be used; the message names it. */
public final class ClientCertificateException extends Exception {
  private static final long serialVersionUID = 1L;

  ClientCertificateException(String message) {
    super(message);
  }
}
