package io.postern.ingress.session;

import io.postern.transport.SmtpConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;

/**
 * The octets of one message on their way from the client, behind DATA or in chunks: waited for
 * within the session's clock and the pace of a message, and counted. Owner: the session's thread.
 * Keeps none of them.
 */
final class ContentInput {
  private final SmtpConnection connection;
  private final SessionClock clock;
  private final DataPace pace;
  private final long mostOctets;
  private long received;

  ContentInput(SmtpConnection connection, SessionClock clock, Load load, SessionLimits limits) {
    this.connection = connection;
    this.clock = clock;
    this.pace = new DataPace(load, limits.service());
    this.mostOctets = limits.maxMessageBytes();
  }

  /** Waits until the connection has input; false: the client is silent or too slow. */
  boolean await() throws IOException {
    if (connection.input().hasRemaining()) {
      return true;
    }
    connection.readTimeout(clock.patience());
    long began = System.nanoTime();
    try {
      int arrived = connection.fill();
      if (arrived < 0) {
        throw new EOFException(); // the client vanished: nothing was accepted
      }
      return !pace.tooSlow(System.nanoTime() - began, arrived);
    } catch (SocketTimeoutException e) { // silent: no better than too slow
      return false;
    }
  }

  /** Octets of the content were taken from the input, or thrown away. */
  void count(int octets) {
    received += octets;
  }

  /** Octets of the content so far, those that were thrown away included. */
  long received() {
    return received;
  }

  /** A refused message has had its share of reading: twice the octets of a largest one. */
  boolean exhausted() {
    return received > 2 * mostOctets;
  }
}
