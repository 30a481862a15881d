package io.postern.ingress.listener;

import io.micrometer.core.instrument.Counter;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.SessionFacts;
import io.postern.ingress.intake.RefusalKind;
import io.postern.ingress.session.SessionParts;
import io.postern.ingress.source.Source;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jboss.logging.Logger;

/**
 * The end of connections beyond one limit: 421 instead of a greeting (RFC 5321 §3.1, §4.2.2),
 * before anything is made for the connection.
 *
 * <p>Anybody may connect without end, and the reply is most of the cost of a refused connection. So
 * a source gets {@value FruitlessSessions#FREE} replies and one a second; its further connections
 * are reset, and its client tries again later, as after the reply. The record counts them all.
 * Others notice nothing. Owner: the thread that accepts, which never waits here.
 */
final class ConnectionRefusal {
  private static final Logger LOG = Logger.getLogger(ConnectionRefusal.class);
  private static final RefusalKind KIND = new RefusalKind(421, "4.3.2", "connections", "", "");

  private final SessionParts parts;
  private final String text;
  private final boolean resets;
  private final Counter connections;
  private final Counter replies;
  private final FruitlessSessions refused = new FruitlessSessions();

  /**
   * @param result the limit, as the metric of connections names it
   * @param resets a source may be reset: it does not stand for all clients
   */
  ConnectionRefusal(SessionParts parts, String result, String text, boolean resets) {
    this.parts = parts;
    this.text = parts.limits().hostName() + " " + text;
    this.resets = resets;
    this.connections = parts.metrics().connections(result);
    this.replies = parts.metrics().refusals(KIND.code(), KIND.enhanced());
  }

  /** Closes the channel. A reply fits into the empty send buffer. */
  void end(SocketChannel channel, InetSocketAddress remote) {
    connections.increment();
    Source source = Source.of(remote.getAddress());
    String reference = parts.refusals().add(source, KIND, () -> record(remote));
    try (channel) {
      if (resets && !refused.pause(source).isZero()) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0); // the close is a reset
      } else {
        replies.increment();
        channel.configureBlocking(false);
        channel.write(ByteBuffer.wrap(reply(reference).toBytes()));
      }
    } catch (IOException gone) {
      LOG.debug("A client was gone before its connection was refused", gone);
    }
    refused.add(source);
  }

  private Reply reply(String reference) {
    return Reply.of(KIND.code(), KIND.enhanced(), text + " (reference " + reference + ")");
  }

  private MessageRefused record(InetSocketAddress remote) {
    long now = System.currentTimeMillis();
    return MessageRefused.newBuilder()
        .setSession(
            SessionFacts.newBuilder()
                .setClientIp(remote.getAddress().getHostAddress())
                .setClientPort(remote.getPort())
                .setServerName(parts.limits().hostName())
                .setStartedMillis(now))
        .setCommand("connect")
        .setCode(KIND.code())
        .setEnhancedCode(KIND.enhanced())
        .setText(text)
        .setRule(KIND.rule())
        .setAtMillis(now)
        .build();
  }
}
