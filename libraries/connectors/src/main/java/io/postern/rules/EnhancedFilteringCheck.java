package io.postern.rules;

import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.names.DomainNames;
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
      findings.when(
          connector.getEfUsersCount() > 0,
          "efUsers",
          "nothing is skipped for them",
          "write efSkipLastIP: true or efSkipIPs, or take efUsers out");
      return;
    }
    skipList(connector.getEfSkipIpsList(), findings);
    findings.when(
        connector.getTreatMessagesAsInternal() || connector.getCloudServicesMailEnabled(),
        skipsLast ? "efSkipLastIP" : "efSkipIPs",
        "the gateway relays anybody's mail, and treatMessagesAsInternal or"
            + " cloudServicesMailEnabled would trust all of it",
        "take one of them out");
    findings.when(
        skipsLast && skipsListed,
        "efSkipIPs",
        "with efSkipLastIP the client alone is skipped, and the list has no effect",
        "take one of the two out");
    findings.when(
        connector.getSenderIpAddressesCount() == 0
            && connector.getTlsSenderCertificateName().isEmpty(),
        skipsLast ? "efSkipLastIP" : "efSkipIPs",
        "nothing proves the gateway, so anybody could write Received fields that are believed",
        "write the gateway's senderIPAddresses (for a partner with restrictDomainsToIPAddresses:"
            + " true) or its tlsSenderCertificateName");
    findings.when(
        after.outboundConnectors(connector.getOrganization()).stream()
            .anyMatch(EnhancedFilteringCheck::isCentral),
        skipsLast ? "efSkipLastIP" : "efSkipIPs",
        "the organization sends all mail by its own server, which hands it in once more: the"
            + " source is not told apart then",
        "take it out, or take routeAllMessagesViaOnPremises out of the outbound connector");
  }

  /** The other side of the same combination. */
  static void centralTransport(OutboundConnector connector, Directory after, Findings findings) {
    findings.when(
        isCentral(connector)
            && after.inboundConnectors(connector.getOrganization()).stream()
                .anyMatch(c -> c.getEfSkipLastIp() || c.getEfSkipIpsCount() > 0),
        "routeAllMessagesViaOnPremises",
        "an inbound connector has efSkipLastIP or efSkipIPs, which do not go together with it",
        "take it out, or take efSkipLastIP and efSkipIPs out of the inbound connectors");
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
          "take it out, and write public addresses of the gateway alone");
    } else if (span.isWiderThan(ipv4 ? SHORTEST_IPV4_PREFIX : SHORTEST_IPV6_PREFIX)) {
      findings.add(
          field,
          shown + " is too wide to name a gateway's hosts",
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
      findings.when(
          at <= 0 || domain == null || !after.accepts(connector.getOrganization(), domain),
          "efUsers[" + i + "]",
          "\"" + Findings.shown(users.get(i)) + "\" is no address in an accepted domain",
          "write each address by which the recipient gets mail, user@domain");
    }
  }
}
