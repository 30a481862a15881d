package io.postern.rules.outbound;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.RouteNames;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.names.DomainNames;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Next hops and their route names: {@code smart:host:port,...}, {@code mx:domain}, {@code
 * mailbox:host:port}; with credentials {@code smart:organization:name@host:port,...}, since a host
 * that refuses one's credentials takes another's mail. A host's port 0 stays 0 for delivery's
 * setting and is written as the protocol's default.
 */
final class NextHops {
  private static final int SMTP_PORT = 25;
  private static final int LMTP_PORT = 24; // the usual one: RFC 2033 §1 gives none but forbids 25

  private NextHops() {}

  static NextHop mx(String domain) {
    return NextHop.newBuilder()
        .setProtocol(HopProtocol.SMTP)
        .setMxDomain(domain)
        .setRoute("mx:" + domain)
        .build();
  }

  /** Null if the connector says both MX and smart hosts, or neither. */
  static @Nullable NextHop of(OutboundConnector connector, String recipientDomain) {
    NextHop hop = unlimited(connector, recipientDomain);
    return hop == null
        ? null
        : hop.toBuilder()
            .setMaxConnections(connector.getMaxConnections())
            .setMaxMessagesPerConnection(connector.getMaxMessagesPerConnection())
            .setMaxMessagesPerMinute(connector.getMaxMessagesPerMinute())
            .setMaxMessageMegabytes(connector.getMaxMessageMegabytes())
            .build();
  }

  private static @Nullable NextHop unlimited(OutboundConnector connector, String recipientDomain) {
    List<NextHopHost> hosts = connector.getSmartHostsList();
    if (connector.getUseMxRecord() != hosts.isEmpty()) {
      return null;
    }
    if (connector.getUseMxRecord()) {
      return as(connector, mx(recipientDomain).toBuilder()).build();
    }
    String credentials =
        connector.getCredentials().isEmpty()
            ? ""
            : DirectoryKeys.credentials(connector.getOrganization(), connector.getCredentials());
    return as(connector, NextHop.newBuilder())
        .setProtocol(HopProtocol.SMTP)
        .addAllSmartHosts(hosts)
        .setCredentials(credentials)
        .setRoute(
            "smart:"
                + (credentials.isEmpty() ? "" : credentials.replace('/', ':') + "@")
                + hosts.stream()
                    .map(host -> written(host, SMTP_PORT))
                    .collect(Collectors.joining(",")))
        .build();
  }

  /** As whom we appear to the hosts. */
  private static NextHop.Builder as(OutboundConnector connector, NextHop.Builder hop) {
    return hop.setEhloName(connector.getEhloName())
        .addAllSourceAddresses(connector.getSourceAddressesList());
  }

  /** Null if the route names no host, or a protocol that this version does not know. */
  static @Nullable NextHop mailbox(MailboxRoute route) {
    HopProtocol protocol =
        route.getProtocol() == HopProtocol.HOP_PROTOCOL_UNSPECIFIED
            ? HopProtocol.SMTP
            : route.getProtocol();
    if (route.getHost().getHost().isEmpty() || protocol == HopProtocol.UNRECOGNIZED) {
      return null;
    }
    int port = protocol == HopProtocol.LMTP ? LMTP_PORT : SMTP_PORT;
    return NextHop.newBuilder()
        .setProtocol(protocol)
        .addSmartHosts(route.getHost())
        .setRoute(RouteNames.MAILBOX + written(route.getHost(), port))
        .build();
  }

  private static String written(NextHopHost host, int defaultPort) {
    String name = DomainNames.normal(host.getHost());
    String bracketed = name.indexOf(':') < 0 ? name : "[" + name + "]";
    return bracketed + ":" + (host.getPort() == 0 ? defaultPort : host.getPort());
  }
}
