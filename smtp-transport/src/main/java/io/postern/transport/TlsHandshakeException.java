package io.postern.transport;

import java.io.IOException;

/**
 * The TLS handshake failed. The message says why in words for an administrator; it holds nothing
 * secret and nothing that the peer chose freely. The connection carries nothing more: close it.
 */
public final class TlsHandshakeException extends IOException {
  private static final long serialVersionUID = 1;

  TlsHandshakeException(String reason, Throwable cause) {
    super(reason, cause);
  }

  TlsHandshakeException(String reason) {
    super(reason);
  }
}
