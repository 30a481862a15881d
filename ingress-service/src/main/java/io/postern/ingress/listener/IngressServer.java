package io.postern.ingress.listener;

import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.session.SessionParts;
import io.postern.ingress.session.SmtpSession;
import io.postern.service.Every;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * The listeners of the service, which share the bounds of all connections. A watchdog ends sessions
 * that are stuck past their deadline. Closing takes no more connections, lets waiting sessions end
 * with 421 and messages under way end within the patience, and cuts off the sessions that are left.
 * Thread-safe.
 */
public final class IngressServer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(IngressServer.class);

  private static final Duration CUT_OFF = Duration.ofSeconds(2);

  private final List<Listener> listeners;
  private final SessionParts parts;
  private final Reception.Shared shared;
  private final Duration shutdownPatience;
  private final Every watchdog =
      new Every(
          IngressServer.class, "ingress-watchdog", "Sessions past their deadline were not ended");
  private volatile List<Port> ports = List.of();

  /**
   * @param parts of all sessions; each listener has limits of its own
   * @param bounds of the connections of all listeners together
   * @param proxyHeaderTimeout for the header of a balancer
   */
  public IngressServer(
      List<Listener> listeners,
      SessionParts parts,
      ConnectionBounds bounds,
      Duration proxyHeaderTimeout,
      Duration shutdownPatience) {
    this.listeners = List.copyOf(listeners);
    this.parts = parts;
    this.shutdownPatience = shutdownPatience;
    this.shared =
        new Reception.Shared(
            new ConnectionLimits(bounds),
            new Level<>(SourceBound.FRUITLESS_SESSIONS, System::nanoTime),
            new Level<>(SourceBound.REFUSED_CONNECTIONS, System::nanoTime),
            ConcurrentHashMap.newKeySet(),
            proxyHeaderTimeout);
  }

  /** Begins to accept, at all addresses or at none. */
  public void start() throws ListenException {
    List<Port> open = new ArrayList<>();
    try {
      for (Listener listener : listeners) {
        open(listener, open);
      }
    } catch (ListenException e) {
      open.forEach(Port::close);
      throw e;
    }
    ports = List.copyOf(open);
    ports.forEach(Port::start);
    watchdog.repeat(Duration.ofSeconds(1), () -> shared.sessions().forEach(SmtpSession::watch));
  }

  private void open(Listener listener, List<Port> open) throws ListenException {
    Reception reception = new Reception(listener, parts, shared);
    int free = 0; // the port that port 0 has become at the listener's first address
    for (InetSocketAddress address : listener.addresses()) {
      InetSocketAddress at =
          address.getPort() == 0 ? new InetSocketAddress(address.getAddress(), free) : address;
      try {
        Port port = Port.open(at, reception);
        open.add(port);
        free = port.number();
      } catch (IOException e) {
        throw new ListenException(listener, at, e);
      }
      LOG.infof(
          "Listening for SMTP on %s port %d, listener %s",
          at.getHostString(), free, listener.name());
    }
  }

  /** At each address of each listener. */
  public boolean listening() {
    List<Port> now = ports;
    return !now.isEmpty() && now.stream().allMatch(Port::listening);
  }

  /** The port that a listener has bound. */
  public int port(String listener) {
    int number = 0;
    for (Listener each : listeners) {
      if (each.name().equals(listener)) {
        return ports.get(number).number();
      }
      number += each.addresses().size();
    }
    throw new IllegalArgumentException("no listener " + listener);
  }

  @Override
  public void close() {
    ConnectionLimits connections = shared.limits();
    connections.stop();
    ports.forEach(Port::close);
    try {
      if (!connections.awaitNone(shutdownPatience)) {
        LOG.warnf("%d sessions are closed, they did not end in time", connections.open());
        shared.sessions().forEach(SmtpSession::cutOff);
        connections.awaitNone(CUT_OFF);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      watchdog.close();
    }
  }
}
