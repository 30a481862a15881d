package io.postern.ingress.listener;

import io.postern.ingress.listener.ConnectionLimits.Admission;
import io.postern.ingress.session.Load;
import java.net.InetAddress;

/**
 * The places of a listener's connections: each is within the bounds of all listeners, which guard
 * the machine, and within the listener's own. What is entered must be left once. Thread-safe.
 */
final class ConnectionPlaces implements Load {
  private final ConnectionLimits all;
  private final ConnectionLimits own;

  ConnectionPlaces(ConnectionLimits all, ConnectionLimits own) {
    this.all = all;
    this.own = own;
  }

  Admission enter(InetAddress client) {
    Admission admission = all.enter(client);
    if (admission == Admission.ACCEPTED) {
      admission = own.enter(client);
      if (admission != Admission.ACCEPTED) {
        all.leave(client);
      }
    }
    return admission;
  }

  void leave(InetAddress client) {
    own.leave(client);
    all.leave(client);
  }

  Admission enterBalancer(InetAddress balancer) {
    Admission admission = all.enterBalancer(balancer);
    if (admission == Admission.ACCEPTED) {
      admission = own.enterBalancer(balancer);
      if (admission != Admission.ACCEPTED) {
        all.leaveBalancer(balancer);
      }
    }
    return admission;
  }

  void leaveBalancer(InetAddress balancer) {
    own.leaveBalancer(balancer);
    all.leaveBalancer(balancer);
  }

  /**
   * The balancer named its client: accepted, the place is the client's; else it is still the
   * balancer's.
   */
  Admission identify(InetAddress balancer, InetAddress client) {
    Admission admission = all.identify(balancer, client);
    if (admission != Admission.ACCEPTED) {
      return admission;
    }
    admission = own.identify(balancer, client);
    if (admission != Admission.ACCEPTED) {
      all.unidentify(balancer, client);
    }
    return admission;
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
