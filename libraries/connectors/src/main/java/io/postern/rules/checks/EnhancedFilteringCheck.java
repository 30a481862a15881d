package io.postern.rules.checks;

import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.rules.Directory;

/**
 * The checks of efSkipLastIP, efSkipIPs and efUsers (docs/guides/gateways.md): a gateway is proved
 * by address or certificate, or anybody could write Received fields that are believed.
 */
final class EnhancedFilteringCheck {
  private EnhancedFilteringCheck() {}

  static void check(InboundConnector connector, Directory after, Findings findings) {
    boolean skipsLast = connector.getEfSkipLastIp();
    boolean skipsListed = connector.getEfSkipIpsCount() > 0;
    if (!skipsLast && !skipsListed) {
      findings.addIf(
          connector.getEfUsersCount() > 0,
          "efUsers",
          "nothing is skipped for them",
          "set efSkipLastIP: true or efSkipIPs, or remove efUsers");
      return;
    }
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
}
