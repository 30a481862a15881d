package io.postern.transport;

import io.postern.contracts.v1.HandshakeFailure;
import java.io.IOException;

/**
 * The TLS handshake failed. The message says why in words for an administrator; it holds nothing
 * secret and nothing that the peer chose freely. The connection carries nothing more: close it.
 */
public final class TlsHandshakeException extends IOException {
  private static final long serialVersionUID = 1;

  private final HandshakeFailure failure;

  TlsHandshakeException(HandshakeFailure failure, String reason, Throwable cause) {
    super(reason, cause);
    this.failure = failure;
  }

  /** The cause, for counting; of a client's handshake "the client" in its name is the server. */
  public HandshakeFailure failure() {
    return failure;
  }
}
