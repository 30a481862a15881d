package io.postern.certificate.revocation;

/** A fetch that gave nothing; the message says why, without anything the other side sent. */
final class FetchException extends Exception {
  private static final long serialVersionUID = 1;

  /** For the metric {@code postern.revocation.fetches}. */
  enum Kind {
    REFUSED,
    UNRESOLVED,
    UNREACHABLE,
    TIMEOUT,
    HTTP,
    TOO_LARGE,
    BUSY,
    GARBAGE,
    WRONG_SIGNER,
    STALE
  }

  private final Kind kind;

  FetchException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }
}
