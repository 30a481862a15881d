package io.postern.certificate.fetch;

/**
 * A fetch, or a connection, that gave nothing; the message says why, without anything the other
 * side sent.
 */
public final class FetchException extends Exception {
  private static final long serialVersionUID = 1;

  /** How far it came. For the metric {@code postern.certificate.fetches} too, in small letters. */
  public enum Kind {
    /** Not asked for: no URL of the one scheme that is followed. */
    NOT_FOLLOWED,
    /** Not connected to: the address is not public. */
    BLOCKED_ADDRESS,
    UNRESOLVED,
    /** The host refused the attempt to connect (TCP RST). */
    REFUSED,
    /** The attempt to connect had no answer. */
    SILENT,
    /** There is no way to the address. */
    UNREACHABLE,
    /** Connected, then nothing in time. */
    TIMEOUT,
    /** The connection ended before the answer was complete. */
    DISCONNECTED,
    /** TLS with the server failed; of fetches by https. */
    TLS,
    /** The server's certificate is not good, or not for its name; of fetches by https. */
    UNTRUSTED,
    /** An answer by HTTP that is no content, or no HTTP. */
    HTTP,
    TOO_LARGE,
    /** It came, and could not be kept here. */
    NOT_STORED,
    /** Not tried: too much is being fetched, and no turn came in time. */
    BUSY,
    GARBAGE,
    /** A responder answered that it does not say (RFC 6960 §4.2.1): {@code tryLater}. */
    REFUSAL,
    WRONG_SIGNER,
    STALE
  }

  private final Kind kind;
  private final int status;
  private boolean ours;
  private transient FetchTrace trace = FetchTrace.NONE;

  public FetchException(Kind kind, String message) {
    this(kind, message, 0);
  }

  static FetchException late() {
    return new FetchException(Kind.TIMEOUT, "the server did not respond in time");
  }

  /**
   * @param status HTTP status that was not 200; 0: none
   */
  public FetchException(Kind kind, String message, int status) {
    super(message);
    this.kind = kind;
    this.status = status;
  }

  public Kind kind() {
    return kind;
  }

  /** The endpoint is not to blame: our queue, disk or proxy failed. */
  public boolean ours() {
    return ours || kind == Kind.BUSY || kind == Kind.NOT_STORED;
  }

  FetchException asOurs() {
    this.ours = true;
    return this;
  }

  /** The HTTP status that was answered instead of content; 0: none was. */
  public int status() {
    return status;
  }

  /** How far the fetch came. */
  public FetchTrace trace() {
    return trace;
  }

  FetchException after(FetchTrace taken) {
    this.trace = taken;
    return this;
  }
}
