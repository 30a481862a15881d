package io.postern.certificate.revocation;

/** Bytes that are no revocation list; the message says where they go wrong. */
final class GarbageException extends Exception {
  private static final long serialVersionUID = 1;

  GarbageException(String message) {
    super(message);
  }
}
