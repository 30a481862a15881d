package io.postern.ingress.listener;

import io.micrometer.core.instrument.Counter;
import io.postern.ingress.listener.ConnectionLimits.Admission;
import io.postern.ingress.session.Arrival;
import io.postern.ingress.session.SessionParts;
import io.postern.ingress.session.SmtpSession;
import io.postern.ingress.source.Source;
import io.postern.transport.SmtpConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The reception of a listener's connections, each on a virtual thread of its own: refused beyond a
 * bound, else a session of the client. Where a listener has balancers they alone may connect, and
 * the client is the one that the balancer's header names; whoever else connects is refused and
 * chooses no address. Thread-safe.
 */
final class Reception {
  private static final Logger LOG = Logger.getLogger(Reception.class);

  private final Listener listener;
  private final SessionParts parts;
  private final ConnectionPlaces places;
  private final Shared shared;
  private final ConnectionRefusals refusals;
  private final Counter accepted;

  /**
   * The parts that all listeners share.
   *
   * @param fruitless the sources of sessions that brought no message
   * @param refused the sources of connections that were refused
   * @param sessions that are open
   * @param proxyHeaderTimeout for a balancer's header
   */
  record Shared(
      ConnectionLimits limits,
      FruitlessSessions fruitless,
      FruitlessSessions refused,
      Set<SmtpSession> sessions,
      Duration proxyHeaderTimeout) {}

  /**
   * @param all parts with the limits of the service
   */
  Reception(Listener listener, SessionParts all, Shared shared) {
    this.listener = listener;
    this.parts = all.with(listener.limits());
    this.shared = shared;
    this.places = new ConnectionPlaces(shared.limits(), new ConnectionLimits(listener.bounds()));
    this.refusals =
        new ConnectionRefusals(listener, parts, !places.oneAddressIsAll(), shared.refused());
    this.accepted = parts.metrics().connections(listener.name(), "accepted");
    parts.metrics().sessions(listener.name(), places::open);
  }

  Listener listener() {
    return listener;
  }

  /** Takes the channel over. Never waits. */
  void admit(SocketChannel channel) throws IOException {
    InetSocketAddress peer = (InetSocketAddress) channel.getRemoteAddress();
    Arrival arrival = new Arrival(listener.name(), listener.tls(), peer, null);
    if (listener.balancers().none()) {
      Admission admission = places.enter(peer.getAddress());
      if (admission == Admission.ACCEPTED) {
        start(() -> serve(channel, arrival));
      } else {
        refusals.end(RefusalReason.of(admission), channel, arrival);
      }
    } else if (!listener.balancers().contain(peer.getAddress())) {
      refusals.end(RefusalReason.NOT_A_BALANCER, channel, arrival);
    } else {
      Admission admission = places.enterBalancer(peer.getAddress());
      if (admission == Admission.ACCEPTED) {
        start(() -> identify(channel, peer));
      } else {
        refusals.end(RefusalReason.of(admission), channel, arrival);
      }
    }
  }

  private static void start(Runnable connection) {
    Thread.ofVirtual().name("smtp").start(connection);
  }

  private void identify(SocketChannel channel, InetSocketAddress balancer) {
    try (channel) {
      Arrival client = null;
      try {
        client = client(channel, balancer);
      } finally {
        if (client == null) {
          places.leaveBalancer(balancer.getAddress());
        }
      }
      if (client != null) {
        serve(channel, client);
      }
    } catch (IOException gone) {
      LOG.debug("A balancer's connection did not close", gone);
    }
  }

  /** Null: no client is to be served. */
  private @Nullable Arrival client(SocketChannel channel, InetSocketAddress balancer) {
    Arrival own = new Arrival(listener.name(), listener.tls(), balancer, null);
    try {
      ProxyHeader header = ProxyHeaderReader.read(channel, shared.proxyHeaderTimeout());
      if (header.client() == null) {
        new HealthCheck(parts, listener.tls()).answer(channel);
        return null;
      }
      Arrival client =
          new Arrival(listener.name(), listener.tls(), header.client(), balancer.getAddress());
      Admission admission = places.identify(balancer.getAddress(), header.client().getAddress());
      if (admission == Admission.ACCEPTED) {
        return client;
      }
      refusals.end(RefusalReason.of(admission), channel, client);
    } catch (ProxyHeaderException e) {
      refusals.end(
          RefusalReason.NO_CLIENT,
          channel,
          own,
          RefusalReason.NO_CLIENT.text + ": " + e.getMessage());
    } catch (IOException gone) { // or a balancer looked whether the port is open
      LOG.debug("A balancer's connection was closed before its client was known", gone);
    }
    return null;
  }

  private void serve(SocketChannel channel, Arrival arrival) {
    InetAddress client = arrival.client().getAddress();
    SmtpSession session = null;
    try (channel) {
      accepted.increment();
      awaitGreeting(client);
      session = new SmtpSession(SmtpConnection.accepted(channel), arrival, parts, places);
      shared.sessions().add(session);
      session.run();
    } catch (IOException gone) {
      LOG.debug("A connection was closed before its greeting, or did not close", gone);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (session != null) {
        shared.sessions().remove(session);
      }
      if (session == null || !session.fruitful()) {
        shared.fruitless().add(Source.of(client));
      }
      places.leave(client);
    }
  }

  private void awaitGreeting(InetAddress client) throws InterruptedException {
    if (!places.oneAddressIsAll()) {
      Thread.sleep(shared.fruitless().pause(Source.of(client)));
    }
  }
}
