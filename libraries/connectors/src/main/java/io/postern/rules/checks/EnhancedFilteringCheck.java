package io.postern.rules.checks;

import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.address.SkipList;
import java.util.List;

/**
 * The checks of efSkipLastIP, efSkipIPs and efUsers (docs/guides/gateways.md): a gateway is proved
 * by address or certificate, or anybody could write Received fields that are believed.
 */
final class EnhancedFilteringCheck {
  /** The widest blocks that a cloud service publishes have room in them. */
  private static final int SHORTEST_IPV4_PREFIX = 8;

  private static final int SHORTEST_IPV6_PREFIX = 32;

  private EnhancedFilteringCheck() {}

  static void check(InboundConnector connector, Directory after, Findings findings) {
    boolean skipsLast = connector.getEfSkipLastIp();
    boolean skipsListed = connector.getEfSkipIpsCount() > 0;
    users(connector, after, findings);
    if (!skipsLast && !skipsListed) {
      findings.addIf(
          connector.getEfUsersCount() > 0,
          "efUsers",
          "nothing is skipped for them",
          "set efSkipLastIP: true or efSkipIPs, or remove efUsers");
      return;
    }
    skipList(connector.getEfSkipIpsList(), findings);
    findings.addIf(
        connector.getTreatMessagesAsInternal() || connector.getCloudServicesMailEnabled(),
        skipsLast ? "efSkipLastIP" : "efSkipIPs",
        "the gateway relays mail from any sender, and treatMessagesAsInternal or "
            + "cloudServicesMailEnabled would trust all of it",
        "remove one of them");
    findings.addIf(
        skipsLast && skipsListed,
        "efSkipIPs",
        "with efSkipLastIP only the client is skipped, and the list has no effect",
        "remove one of the two");
    findings.addIf(
        connector.getSenderIpAddressesCount() == 0
            && connector.getTlsSenderCertificateName().isEmpty(),
        skipsLast ? "efSkipLastIP" : "efSkipIPs",
        "the gateway is not authenticated, so any client could send Received fields that are "
            + "trusted",
        "write the gateway's senderIPAddresses (for a partner with restrictDomainsToIPAddresses:"
            + " true) or its tlsSenderCertificateName");
    findings.addIf(
        after.outboundConnectors(connector.getOrganization()).stream()
            .anyMatch(EnhancedFilteringCheck::isCentral),
        skipsLast ? "efSkipLastIP" : "efSkipIPs",
        "the organization routes all mail through its own server, which submits it again: the "
            + "source cannot be distinguished then",
        "remove it, or remove routeAllMessagesViaOnPremises from the outbound connector");
  }

  /** The other side of the same combination. */
  static void centralTransport(OutboundConnector connector, Directory after, Findings findings) {
    findings.addIf(
        isCentral(connector)
            && after.inboundConnectors(connector.getOrganization()).stream()
                .anyMatch(c -> c.getEfSkipLastIp() || c.getEfSkipIpsCount() > 0),
        "routeAllMessagesViaOnPremises",
        "an inbound connector has efSkipLastIP or efSkipIPs, which cannot be combined with it",
        "remove it, or remove efSkipLastIP and efSkipIPs from the inbound connectors");
  }

  private static boolean isCentral(OutboundConnector connector) {
    return connector.getEnabled() && connector.getRouteAllMessagesViaOnPremises();
  }

  private static void skipList(List<String> texts, Findings findings) {
    if (!findings.list("efSkipIPs", texts.size(), Findings.MAX_LIST)) {
      return;
    }
    for (int i = 0; i < texts.size(); i++) {
      entry("efSkipIPs[" + i + "]", texts.get(i), findings);
    }
  }

  private static void entry(String field, String text, Findings findings) {
    String shown = "\"" + Findings.shown(text) + "\"";
    SkipList.Span span;
    try {
      span = SkipList.parse(text);
    } catch (IllegalArgumentException e) {
      findings.add(
          field,
          shown + ": " + e.getMessage(),
          "write 192.0.2.1, 192.0.2.0/24, 192.0.2.1-192.0.2.9 or 2001:db8::/64");
      return;
    }
    SkipList.Span own = SkipList.PRIVATE.meeting(span);
    boolean ipv4 = span.first().bits() == 32;
    if (own != null) {
      findings.add(
          field,
          shown + " has private addresses (" + own.text() + "), which are skipped without it",
          "remove it, and use only public addresses of the gateway");
    } else if (span.isWiderThan(ipv4 ? SHORTEST_IPV4_PREFIX : SHORTEST_IPV6_PREFIX)) {
      findings.add(
          field,
          shown + " is too wide for the hosts of a gateway",
          "write blocks of /8 and longer (IPv6: /32), or shorter ranges");
    }
  }

  private static void users(InboundConnector connector, Directory after, Findings findings) {
    List<String> users = connector.getEfUsersList();
    if (!findings.list("efUsers", users.size(), Findings.MAX_LIST)) {
      return;
    }
    for (int i = 0; i < users.size(); i++) {
      int at = users.get(i).lastIndexOf('@');
      String domain = DomainNames.aLabels(users.get(i).substring(at + 1));
      findings.addIf(
          at <= 0 || domain == null || !after.accepts(connector.getOrganization(), domain),
          "efUsers[" + i + "]",
          "\"" + Findings.shown(users.get(i)) + "\" is not an address in an accepted domain",
          "add each address at which the recipient receives mail, user@domain");
    }
  }
}
