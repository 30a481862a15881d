package io.postern.delivery.transaction;

import io.postern.transport.SmtpConnection;

/** The end of one attempt to connect. */
sealed interface Connecting {
  SessionKey key();

  /**
   * TCP stands, and nothing was said. Its owner closes it.
   *
   * @param sinceNanos when it was begun
   */
  record Connected(SessionKey key, SmtpConnection connection, long sinceNanos)
      implements Connecting {
    void close() {
      connection.abort();
      connection.close();
    }
  }

  /**
   * @param why DialogueException or SourceAddressException
   */
  record Failed(SessionKey key, Exception why) implements Connecting {}
}
