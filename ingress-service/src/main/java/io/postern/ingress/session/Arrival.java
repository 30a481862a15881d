package io.postern.ingress.session;

import io.postern.contracts.v1.SessionFacts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The way on which a connection came. Immutable.
 *
 * @param listener the listener's name
 * @param tls the listener begins with TLS (RFC 8314 §3), without STARTTLS
 * @param client the true client: the peer of the connection, or the one that a balancer named
 * @param balancer the balancer that named the client; null: the client connected itself
 */
public record Arrival(
    String listener, boolean tls, InetSocketAddress client, @Nullable InetAddress balancer) {

  /** The client's address as text, without an IPv6 zone. */
  String ip() {
    return textOf(client.getAddress());
  }

  /** The facts of a session that come from its arrival. */
  public SessionFacts.Builder facts() {
    return SessionFacts.newBuilder()
        .setClientIp(ip())
        .setClientPort(client.getPort())
        .setListener(listener)
        .setProxiedBy(balancer == null ? "" : textOf(balancer));
  }

  private static String textOf(InetAddress address) {
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }
}
