package io.postern.ingress.session;

import io.postern.smtp.CommandParser;
import io.postern.smtp.Reply;
import io.postern.transport.LineTooLongException;
import io.postern.transport.SmtpConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The client's command lines, waited for as long as the clock allows; while it waits the session
 * notices that the server stops. What ends the wait is answered here. Owner: the session's thread.
 */
final class CommandLines {
  private final SmtpConnection connection;
  private final SessionClock clock;
  private final Load load;
  private final Answers answers;
  private final String hostName;

  CommandLines(
      SmtpConnection connection, SessionClock clock, Load load, Answers answers, String hostName) {
    this.connection = connection;
    this.clock = clock;
    this.load = load;
    this.answers = answers;
    this.hostName = hostName;
  }

  /** Null when there is none to obey: it was too long, or the session is over. */
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
      answers.bad("", reply, "syntax");
      return null;
    } finally {
      clock.waited(silentSince);
    }
  }

  private byte @Nullable [] end() throws IOException {
    answers.end(
        load.stopping()
            ? Refusal.of(421, "4.3.2", hostName + " is shutting down", "stopping")
            : SessionClock.timeout(hostName));
    return null;
  }
}
