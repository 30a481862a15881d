package io.postern.ingress.listener;

import io.micrometer.core.instrument.Counter;
import io.postern.contracts.v1.MessageRefused;
import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.rcpt.RefusalKind;
import io.postern.ingress.session.Arrival;
import io.postern.ingress.session.SessionParts;
import io.postern.ingress.source.Source;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.EnumMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * The end of connections that a listener refuses: 421 instead of a greeting (RFC 5321 §3.1,
 * §4.2.2), before anything is made for the connection. Where TLS comes first a client could not
 * read the reply: the connection is closed without one.
 *
 * <p>Anybody may connect without end, and the reply is most of the cost of a refused connection. So
 * a source gets 60 replies and one a second ({@link SourceBound}); its further connections are
 * reset, and its client tries again later, as after the reply. The record counts them all. Others
 * notice nothing. Balancers are never reset. Thread-safe, never waits.
 */
final class ConnectionRefusals {
  private static final Logger LOG = Logger.getLogger(ConnectionRefusals.class);

  private final Listener listener;
  private final SessionParts parts;
  private final boolean resets;
  private final Level<Source> refused;
  private final Map<RefusalReason, Counter> connections = new EnumMap<>(RefusalReason.class);
  private final Map<RefusalReason, Counter> replies = new EnumMap<>(RefusalReason.class);

  /**
   * @param resets a source may be reset: it does not stand for all clients
   * @param refused the sources of refused connections, of all listeners
   */
  ConnectionRefusals(Listener listener, SessionParts parts, boolean resets, Level<Source> refused) {
    this.listener = listener;
    this.parts = parts;
    this.resets = resets;
    this.refused = refused;
    for (RefusalReason reason : RefusalReason.values()) {
      connections.put(reason, parts.metrics().connections(listener.name(), reason.result));
      replies.put(reason, parts.metrics().refusals(reason.kind.code(), reason.kind.enhanced()));
    }
  }

  void end(RefusalReason reason, SocketChannel channel, Arrival arrival) {
    end(reason, channel, arrival, reason.text);
  }

  /**
   * Closes the channel. A reply fits into the empty send buffer.
   *
   * @param detail the text of the record, with more than a stranger needs to know
   */
  void end(RefusalReason reason, SocketChannel channel, Arrival arrival, String detail) {
    increment(connections, reason);
    Source source = Source.of(arrival.client().getAddress());
    String reference =
        parts.refusals().add(source, reason.kind, () -> record(reason.kind, arrival, detail));
    try (channel) {
      if (resets && !reason.ofBalancer() && refused.beyond(source)) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0); // the close is a reset
      } else if (!listener.tls()) {
        increment(replies, reason);
        channel.configureBlocking(false);
        channel.write(ByteBuffer.wrap(reply(reason, reference).toBytes()));
      }
    } catch (IOException gone) {
      LOG.debug("A client closed its connection before it was refused", gone);
    }
    refused.add(source, 1);
  }

  private static void increment(Map<RefusalReason, Counter> counters, RefusalReason reason) {
    Counter counter = counters.get(reason);
    if (counter != null) {
      counter.increment();
    }
  }

  private Reply reply(RefusalReason reason, String reference) {
    return Reply.of(
        reason.kind.code(),
        reason.kind.enhanced(),
        listener.limits().hostName() + " " + reason.text + " (reference " + reference + ")");
  }

  private MessageRefused record(RefusalKind kind, Arrival arrival, String detail) {
    long now = System.currentTimeMillis();
    return MessageRefused.newBuilder()
        .setSession(
            arrival.facts().setServerName(listener.limits().hostName()).setStartedMillis(now))
        .setCommand("connect")
        .setCode(kind.code())
        .setEnhancedCode(kind.enhanced())
        .setText(listener.limits().hostName() + " " + detail)
        .setRule(kind.rule())
        .setAtMillis(now)
        .build();
  }
}
