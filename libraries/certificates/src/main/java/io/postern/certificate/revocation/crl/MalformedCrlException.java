package io.postern.certificate.revocation.crl;

/** Bytes that are no revocation list; the message says where they go wrong. */
public final class MalformedCrlException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedCrlException(String message) {
    super(message);
  }
}
