package io.postern.ingress.listener;

import io.micrometer.core.instrument.Counter;
import io.postern.ingress.bounds.Level;
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

  /** RFC 5321 §4.5.3.2.1 gives a client five minutes. */
  static final Duration LATE_GREETING = Duration.ofSeconds(2);

  private final Listener listener;
  private final SessionParts parts;
  private final ConnectionPlaces places;
  private final Shared shared;
  private final ConnectionRefusals refusals;
  private final Counter accepted;

  /**
   * The parts that all listeners share.
   *
   * @param fruitless sessions of each source that brought no message, except those whose messages
   *     could not be stored: connections and handshakes cost the CPU that all sessions share
   * @param refused the sources of connections that were refused
   * @param sessions that are open
   * @param proxyHeaderTimeout for a balancer's header
   */
  record Shared(
      ConnectionLimits limits,
      Level<Source> fruitless,
      Level<Source> refused,
      Set<SmtpSession> sessions,
      Duration proxyHeaderTimeout) {}

  Reception(Listener listener, SessionParts parts, Shared shared) {
    this.listener = listener;
    this.parts = parts;
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
    boolean direct = listener.balancers().none();
    if (!direct && !listener.balancers().contain(peer.getAddress())) {
      refusals.end(RefusalReason.NOT_A_BALANCER, channel, arrival);
      return;
    }
    ConnectionPlaces.Place place = places.place();
    Admission admission =
        direct ? place.enter(peer.getAddress()) : place.enterBalancer(peer.getAddress());
    if (admission == Admission.ACCEPTED) {
      start(() -> run(channel, arrival, place, direct));
    } else {
      place.close();
      refusals.end(RefusalReason.of(admission), channel, arrival);
    }
  }

  private static void start(Runnable connection) {
    Thread.ofVirtual().name("smtp").start(connection);
  }

  private void run(
      SocketChannel channel, Arrival arrival, ConnectionPlaces.Place place, boolean direct) {
    try (place;
        channel) {
      Arrival client = direct ? arrival : client(channel, arrival, place);
      if (client != null) {
        serve(channel, client);
      }
    } catch (IOException gone) {
      LOG.debug("A connection was closed before its greeting, or did not close", gone);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Null: no client is to be served. */
  private @Nullable Arrival client(
      SocketChannel channel, Arrival own, ConnectionPlaces.Place place) {
    InetAddress balancer = own.client().getAddress();
    try {
      ProxyHeader.Named header = ProxyHeaderReader.read(channel, shared.proxyHeaderTimeout());
      if (header.client() == null) {
        new HealthCheck(listener, parts).answer(channel);
        return null;
      }
      Arrival client = new Arrival(listener.name(), listener.tls(), header.client(), balancer);
      Admission admission = place.identify(header.client().getAddress());
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

  private void serve(SocketChannel channel, Arrival arrival)
      throws IOException, InterruptedException {
    InetAddress client = arrival.client().getAddress();
    SmtpSession session = null;
    try {
      accepted.increment();
      awaitGreeting(client);
      session =
          new SmtpSession(
              SmtpConnection.accepted(channel), arrival, listener.limits(), parts, places);
      shared.sessions().add(session);
      session.run();
    } finally {
      if (session != null) {
        shared.sessions().remove(session);
      }
      if (session == null || !session.fruitful()) {
        shared.fruitless().add(Source.of(client), 1);
      }
    }
  }

  private void awaitGreeting(InetAddress client) throws InterruptedException {
    if (!places.oneAddressIsAll() && shared.fruitless().beyond(Source.of(client))) {
      Thread.sleep(LATE_GREETING);
    }
  }
}
