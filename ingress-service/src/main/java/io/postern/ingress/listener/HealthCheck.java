package io.postern.ingress.listener;

import io.postern.ingress.session.SessionParts;
import io.postern.smtp.Reply;
import io.postern.transport.SmtpConnection;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.jboss.logging.Logger;

/**
 * The short answer to a balancer that speaks for itself (LOCAL), whose address is its own: 220 and
 * 250 while mail is taken, else 421, so that it chooses another replica. No mail is taken of such a
 * connection. Bounds: {@value #MOST_COMMANDS} commands, ten seconds in all. Owner: the connection's
 * thread.
 */
final class HealthCheck {
  private static final Logger LOG = Logger.getLogger(HealthCheck.class);
  private static final int MOST_COMMANDS = 5;
  private static final int MOST_OCTETS = 512; // RFC 5321 §4.5.3.1.4
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Listener listener;
  private final SessionParts parts;
  private final long deadline = System.nanoTime() + PATIENCE.toNanos();

  HealthCheck(Listener listener, SessionParts parts) {
    this.listener = listener;
    this.parts = parts;
  }

  /** Takes the channel over. */
  void answer(SocketChannel channel) {
    try (SmtpConnection connection = SmtpConnection.accepted(channel)) {
      connection.writeTimeout(PATIENCE);
      waitAtMost(connection);
      if (listener.tls()) {
        connection.startTls(parts.tls());
      }
      String name = listener.limits().hostName();
      if (parts.directory().get().isEmpty()) {
        say(connection, 421, "4.3.2", name + " does not accept mail now");
        return;
      }
      say(connection, 220, "", name + " ESMTP Postern");
      for (int i = 0; i < MOST_COMMANDS; i++) {
        waitAtMost(connection);
        switch (verb(connection.readLine(MOST_OCTETS))) {
          case "EHLO", "HELO", "NOOP" -> say(connection, 250, "", name);
          case "QUIT" -> {
            say(connection, 221, "2.0.0", name + " closes the connection");
            return;
          }
          default -> {
            say(connection, 421, "4.7.1", name + " accepts no mail with a PROXY header of LOCAL");
            return;
          }
        }
      }
    } catch (IOException gone) { // most checks close as soon as they know
      LOG.debug("A health check of a balancer ended", gone);
    }
  }

  private void waitAtMost(SmtpConnection connection) {
    connection.readTimeout(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
  }

  private static String verb(byte[] line) {
    String text = new String(line, StandardCharsets.US_ASCII);
    return text.split(" ", 2)[0].toUpperCase(Locale.ROOT);
  }

  private static void say(SmtpConnection connection, int code, String enhanced, String text)
      throws IOException {
    connection.write(Reply.of(code, enhanced, text).toBytes());
    connection.flush();
  }
}
