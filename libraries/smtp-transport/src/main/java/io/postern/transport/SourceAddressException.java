package io.postern.transport;

import java.io.IOException;

/** No connection can be made from an address, whatever the peer; the message names it. */
public final class SourceAddressException extends IOException {
  private static final long serialVersionUID = 1L;

  SourceAddressException(String message, Throwable cause) {
    super(message, cause);
  }
}
