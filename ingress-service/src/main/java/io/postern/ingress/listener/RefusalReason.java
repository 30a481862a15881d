package io.postern.ingress.listener;

import io.postern.ingress.listener.ConnectionLimits.Admission;
import io.postern.ingress.rcpt.RefusalKind;

/**
 * The reasons to end a connection before its session. All are 421: mail waits while a client has
 * too many connections, or an administrator mends the way to this port.
 */
enum RefusalReason {
  FULL(421, "4.3.2", "Too many connections, try again later", "connections", "full"),
  ADDRESS_LIMIT(
      421, "4.3.2", "Too many connections from your address", "connections", "address-limit"),
  NETWORK_LIMIT(
      421, "4.3.2", "Too many connections from your network", "connections", "network-limit"),
  BALANCER_LIMIT(
      421, "4.3.2", "Too many connections without a PROXY header", "connections", "balancer-limit"),
  NOT_A_BALANCER(
      421, "4.7.1", "Only balancers may connect to this port", "proxy-protocol", "not-a-balancer"),
  NO_CLIENT(
      421, "4.7.1", "The balancer sent no usable PROXY header", "proxy-protocol", "no-client");

  /** The reply, which is the same for all such connections. */
  final RefusalKind kind;

  final String text;

  /** As the metric of connections names it. */
  final String result;

  RefusalReason(int code, String enhanced, String text, String rule, String result) {
    this.kind = new RefusalKind(code, enhanced, rule, "", "");
    this.text = text;
    this.result = result;
  }

  static RefusalReason of(Admission refused) {
    return switch (refused) {
      case FULL -> FULL;
      case ADDRESS_LIMIT -> ADDRESS_LIMIT;
      case NETWORK_LIMIT -> NETWORK_LIMIT;
      case BALANCER_LIMIT -> BALANCER_LIMIT;
      case ACCEPTED -> throw new IllegalArgumentException("accepted");
    };
  }

  /** The peer is one of our balancers, and stands for all of its clients. */
  boolean ofBalancer() {
    return this == BALANCER_LIMIT || this == NO_CLIENT;
  }
}
