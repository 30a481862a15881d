package io.postern.rules.checks;

import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.InboundConnector;
import io.postern.fields.DirectoryFields;
import io.postern.fields.FieldTable;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.address.IpRange;
import io.postern.rules.inbound.OriginatingConnector;

/**
 * The checks of an inbound connector: those of New-InboundConnector (docs/design/connectors.md,
 * "Inbound parameters"), and of values without effect that an administrator would believe to
 * protect.
 */
final class InboundConnectorCheck {
  private InboundConnectorCheck() {}

  static void check(InboundConnector connector, Directory after, Findings findings) {
    FieldTable fields = DirectoryFields.INBOUND_CONNECTOR;
    FieldChecks.allowed(fields, connector, connector.getConnectorType(), false, findings);
    addresses(connector, findings);
    findings.addIf(
        connector.getBlocked() && connector.getMode() == ConnectorMode.REPORT_ONLY,
        "blocked",
        "with mode: reportOnly, nothing is refused",
        "set mode: enforce, or remove blocked");
    EnhancedFilteringCheck.check(connector, after, findings);
    RateCheck.check(connector, findings);
    switch (connector.getConnectorType()) {
      case PARTNER -> partner(connector, findings);
      case ON_PREMISES -> onPremises(connector, after, findings);
      case CONNECTOR_TYPE_UNSPECIFIED, UNRECOGNIZED -> {}
    }
  }

  private static void addresses(InboundConnector connector, Findings findings) {
    findings.each(
        "senderIPAddresses",
        connector.getSenderIpAddressesList(),
        DirectoryFields.MOST_ENTRIES,
        (field, text) -> address(field, text, connector.getConnectorType(), findings));
  }

  private static void address(String field, String text, ConnectorType type, Findings findings) {
    String shown = Findings.quoted(text);
    try {
      IpRange range = IpRange.parse(text);
      findings.addIf(
          !range.fitsConnector(),
          field,
          shown + " is too wide a block for a sender",
          "write blocks of /24 to /32 (IPv6: /64 to /128)");
      findings.addIf(
          range.hasHostBits() && type == ConnectorType.ON_PREMISES,
          field,
          shown + " is a whole block, whose hosts may all relay",
          "write only the address, or the first address of the block");
    } catch (IllegalArgumentException e) {
      findings.add(
          field, shown + ": " + e.getMessage(), "write 192.0.2.1, 192.0.2.0/24 or 2001:db8::/64");
    }
  }

  private static void partner(InboundConnector connector, Findings findings) {
    boolean name = !connector.getTlsSenderCertificateName().isEmpty();
    boolean addresses = connector.getSenderIpAddressesCount() > 0;
    boolean toCertificate = connector.getRestrictDomainsToCertificate();
    boolean toAddresses = connector.getRestrictDomainsToIpAddresses();
    findings.addIf(
        connector.getSenderDomainsCount() == 0,
        "senderDomains",
        "a partner connector needs the sender domains it is for",
        "write the partner's domains, or * for all");
    findings.addIf(
        toCertificate && !name,
        "tlsSenderCertificateName",
        "restrictDomainsToCertificate needs a name to compare",
        "write the name in the partner's certificate, such as mail.fabrikam.com");
    findings.addIf(
        toAddresses && !addresses,
        "senderIPAddresses",
        "restrictDomainsToIPAddresses needs addresses",
        "write the partner's addresses");
    findings.addIf(
        addresses && toCertificate && !toAddresses,
        "restrictDomainsToIPAddresses",
        "without it, the senderIPAddresses of a connector that is restricted to a certificate have "
            + "no effect",
        "set restrictDomainsToIPAddresses: true to require both, or remove senderIPAddresses");
  }

  private static void onPremises(InboundConnector connector, Directory after, Findings findings) {
    String name = connector.getTlsSenderCertificateName();
    findings.addIf(
        connector.getTreatMessagesAsInternal() && connector.getCloudServicesMailEnabled(),
        "treatMessagesAsInternal",
        "with cloudServicesMailEnabled the server's own header fields say which mail is internal",
        "remove one of the two");
    findings.addIf(
        connector.getCloudServicesMailEnabled() && name.isEmpty(),
        "cloudServicesMailEnabled",
        "header fields that make mail internal are accepted only from a server with a certificate",
        "set tlsSenderCertificateName and requireTls: true instead of senderIPAddresses");
    boolean addresses = connector.getSenderIpAddressesCount() > 0;
    findings.addIf(
        !connector.getSenderDomainsList().stream()
            .allMatch(d -> d.equals("*") || d.startsWith("smtp:*;")),
        "senderDomains",
        "an on-premises connector is selected by certificate or address; sender domains do not "
            + "restrict it",
        "omit senderDomains, or use *");
    if (name.isEmpty() == !addresses) {
      findings.add(
          name.isEmpty() ? "tlsSenderCertificateName" : "senderIPAddresses",
          "an on-premises connector is selected either by certificate or by address",
          "use either tlsSenderCertificateName or senderIPAddresses, and two connectors for both");
    }
    InboundEntry entry = new InboundEntry(connector);
    if (!name.isEmpty() && !OriginatingConnector.canCount(after, entry)) {
      findings.addIf(
          connector.getCloudServicesMailEnabled()
              || connector.getTreatMessagesAsInternal()
              || entry.isGateway(),
          "tlsSenderCertificateName",
          Findings.quoted(name)
              + " identifies no server: neither it nor its parent is an accepted domain here, so it"
              + " permits relaying only, and neither internal mail nor a gateway",
          "add the domain to the accepted domains, or write a name in one of them");
      findings.addIf(
          !OriginatingConnector.isOfNobodyElse(
              after, connector.getOrganization(), entry.certificateName),
          "tlsSenderCertificateName",
          Findings.quoted(name) + " is in the accepted domain of another organization",
          "write a name in a domain of this organization");
    }
  }
}
