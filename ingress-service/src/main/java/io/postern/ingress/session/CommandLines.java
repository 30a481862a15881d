package io.postern.ingress.session;

import io.postern.ingress.rcpt.Refusal;
import io.postern.smtp.CommandParser;
import io.postern.smtp.Reply;
import io.postern.transport.LineTooLongException;
import io.postern.transport.SmtpConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The client's command lines. The session waits for them as long as the clock allows, and notices
 * meanwhile that the server stops. The reply to a wait without a line is sent here. Owner: the
 * session's thread.
 */
final class CommandLines {
  private final SmtpConnection connection;
  private final SessionClock clock;
  private final Load load;
  private final Replies replies;
  private final String hostName;

  CommandLines(
      SmtpConnection connection, SessionClock clock, Load load, Replies replies, String hostName) {
    this.connection = connection;
    this.clock = clock;
    this.load = load;
    this.replies = replies;
    this.hostName = hostName;
  }

  /** Null when there is no line to obey: it was too long, or the session has ended. */
  byte @Nullable [] next() throws IOException {
    if (!connection.inputBuffered()) {
      connection.flush(); // RFC 2920 §3.2: replies go out together, at the latest now
    }
    long silentSince = System.nanoTime();
    try {
      if (!connection.inputBuffered()) {
        if (load.stopping() || clock.commandLeft(silentSince).isNegative()) {
          return end();
        }
        connection.readTimeout(clock.idleWait(silentSince));
        if (connection.fill(new CommandWait(clock, load, silentSince)) < 0) {
          throw new EOFException();
        }
      }
      connection.readTimeout(clock.commandWait(silentSince));
      return connection.readLine(CommandParser.MAX_LINE);
    } catch (SocketTimeoutException e) {
      return end();
    } catch (LineTooLongException e) {
      Reply reply = CommandParser.tooLong(CommandParser.MAX_LINE).reply();
      replies.reject("", Refusal.of(reply, "syntax"));
      return null;
    } finally {
      clock.addWait(silentSince);
    }
  }

  private byte @Nullable [] end() throws IOException {
    replies.end(
        load.stopping()
            ? Refusal.of(421, "4.3.2", hostName + " is shutting down", "stopping")
            : SessionClock.timeout(hostName));
    return null;
  }
}
