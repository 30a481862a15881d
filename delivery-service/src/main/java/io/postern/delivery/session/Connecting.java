package io.postern.delivery.session;

import io.postern.delivery.route.SessionKey;
import io.postern.transport.SmtpConnection;

/** The end of one attempt to connect. */
public sealed interface Connecting {
  SessionKey key();

  /**
   * TCP stands, and nothing was said. Its owner closes it.
   *
   * @param sinceNanos when it was begun
   */
  record Connected(SessionKey key, SmtpConnection connection, long sinceNanos)
      implements Connecting {
    public void close() {
      connection.abort();
      connection.close();
    }
  }

  /**
   * @param why DialogueException or SourceAddressException
   */
  record Failed(SessionKey key, Exception why) implements Connecting {}
}
