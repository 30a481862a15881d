package io.postern.ingress.listener;

import io.postern.ingress.session.SessionLimits;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The settings of one listener. Immutable.
 *
 * @param key of its settings, for a message about them
 * @param name in metrics and records
 * @param addresses to listen on, of one port; port 0 takes a free one
 * @param tls connections begin with TLS (RFC 8314 §3) and there is no STARTTLS
 * @param balancers that alone may connect; none: everybody may
 * @param limits of its sessions
 * @param bounds of its connections, below those of all listeners together
 */
public record Listener(
    String key,
    String name,
    List<InetSocketAddress> addresses,
    boolean tls,
    Balancers balancers,
    SessionLimits limits,
    ConnectionBounds bounds) {
  public Listener {
    addresses = List.copyOf(addresses);
  }
}
