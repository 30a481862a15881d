package io.postern.rules.hops;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.NextHopApproval;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.names.DomainNames;
import io.postern.rules.address.HostName;
import java.util.ArrayList;
import java.util.List;

/**
 * A host, source address or EHLO name in an object: a value that may need an operator's approval.
 *
 * @param field of the object, as problems name it
 * @param value in one spelling; a host with its port
 * @param host without the port; empty: it is no host
 * @param unapproved the mark of a host in the directory
 */
public record NamedValue(Kind kind, String field, String value, String host, boolean unapproved) {
  private static final int SMTP_PORT = 25;
  private static final int LMTP_PORT = 24;

  /** What a value is. */
  public enum Kind {
    HOST,
    SOURCE_ADDRESS,
    EHLO_NAME
  }

  /** All of an object, in the order of its fields. */
  public static List<NamedValue> of(DirectoryObject object) {
    return switch (object.getObjectCase()) {
      case OUTBOUND_CONNECTOR -> of(object.getOutboundConnector());
      case ACCEPTED_DOMAIN -> of(object.getAcceptedDomain());
      case ORGANIZATION, INBOUND_CONNECTOR, ANCHOR_SET, ROUTING_RULE, OBJECT_NOT_SET -> List.of();
    };
  }

  private static List<NamedValue> of(OutboundConnector connector) {
    List<NamedValue> values = new ArrayList<>();
    for (int i = 0; i < connector.getSmartHostsCount(); i++) {
      values.add(host("smartHosts[" + i + "]", connector.getSmartHosts(i), SMTP_PORT));
    }
    for (int i = 0; i < connector.getSourceAddressesCount(); i++) {
      values.add(
          new NamedValue(
              Kind.SOURCE_ADDRESS,
              "sourceAddresses[" + i + "]",
              HostName.normal(connector.getSourceAddresses(i)),
              "",
              false));
    }
    if (!connector.getEhloName().isEmpty()) {
      String name = DomainNames.normal(connector.getEhloName());
      values.add(new NamedValue(Kind.EHLO_NAME, "ehloName", name, "", false));
    }
    return values;
  }

  private static List<NamedValue> of(AcceptedDomain domain) {
    List<NamedValue> values = new ArrayList<>();
    if (!domain.getMailboxHost().getHost().isEmpty()) {
      values.add(
          host("mailboxRoute.host", domain.getMailboxHost(), port(domain.getMailboxProtocol())));
    }
    for (int i = 0; i < domain.getFurtherMailboxRoutesCount(); i++) {
      MailboxRoute route = domain.getFurtherMailboxRoutes(i);
      values.add(
          host("furtherMailboxRoutes[" + i + "].host", route.getHost(), port(route.getProtocol())));
    }
    return values;
  }

  private static int port(HopProtocol protocol) {
    return protocol == HopProtocol.LMTP ? LMTP_PORT : SMTP_PORT;
  }

  private static NamedValue host(String field, NextHopHost named, int defaultPort) {
    String host = HostName.normal(named.getHost());
    int port = named.getPort() == 0 ? defaultPort : named.getPort();
    String value = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    return new NamedValue(Kind.HOST, field, value, host, named.getUnapproved());
  }

  /** Of values with the same approvals. */
  String key() {
    return kind + " " + value;
  }

  int port() {
    return Integer.parseInt(value.substring(value.lastIndexOf(':') + 1));
  }

  /** Mail of its organization is delivered to the object's hosts, which may trust the relay. */
  static boolean isRoute(DirectoryObject object) {
    return object.hasAcceptedDomain()
        || object.getOutboundConnector().getConnectorType() == ConnectorType.ON_PREMISES;
  }

  /** Those in an object. */
  public static List<NextHopApproval> approvals(DirectoryObject object) {
    return object.hasAcceptedDomain()
        ? object.getAcceptedDomain().getApprovalsList()
        : object.getOutboundConnector().getApprovalsList();
  }
}
