package io.postern.ingress.listener;

import io.postern.ingress.listener.ConnectionLimits.Admission;
import io.postern.ingress.session.Load;
import java.net.InetAddress;

/**
 * The places of a listener's connections: each is within the bounds of all listeners, which guard
 * the machine, and within the listener's own. Thread-safe.
 */
final class ConnectionPlaces implements Load {
  private final ConnectionLimits all;
  private final ConnectionLimits own;

  ConnectionPlaces(ConnectionLimits all, ConnectionLimits own) {
    this.all = all;
    this.own = own;
  }

  /** The place of one connection, which must be closed, also when it was refused. */
  final class Place implements AutoCloseable {
    private final ConnectionLimits.Place inAll = all.place();
    private final ConnectionLimits.Place inOwn = own.place();

    Admission enter(InetAddress client) {
      Admission admission = inAll.enter(client);
      return admission == Admission.ACCEPTED ? inOwn.enter(client) : admission;
    }

    Admission enterBalancer(InetAddress balancer) {
      Admission admission = inAll.enterBalancer(balancer);
      return admission == Admission.ACCEPTED ? inOwn.enterBalancer(balancer) : admission;
    }

    /** The balancer named its client: accepted, the place is the client's. */
    Admission identify(InetAddress client) {
      Admission admission = inAll.identify(client);
      return admission == Admission.ACCEPTED ? inOwn.identify(client) : admission;
    }

    @Override
    public void close() {
      inOwn.close();
      inAll.close();
    }
  }

  Place place() {
    return new Place();
  }

  /** One address stands for all clients, here or at all listeners. */
  boolean oneAddressIsAll() {
    return all.oneAddressIsAll() || own.oneAddressIsAll();
  }

  int open() {
    return own.open();
  }

  @Override
  public boolean stressed() {
    return all.stressed() || own.stressed();
  }

  @Override
  public boolean stopping() {
    return all.stopping();
  }
}
