package io.postern.rules.checks;

import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import io.postern.fields.DirectoryFields;
import io.postern.fields.FieldTable;
import io.postern.rules.Directory;
import io.postern.rules.OutboundEntry;
import io.postern.rules.address.IpAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The checks of an outbound connector: those of New-OutboundConnector (docs/design/connectors.md,
 * "Outbound parameters"), of the traps that its users fell into, of values without effect, and of
 * fields that this version does not evaluate.
 */
final class OutboundConnectorCheck {
  private static final int MAX_SOURCE_ADDRESSES = 2;

  private OutboundConnectorCheck() {}

  static void check(OutboundConnector connector, Directory after, Findings findings) {
    FieldTable fields = DirectoryFields.OUTBOUND_CONNECTOR;
    TlsLevel level = connector.getTlsSettings();
    FieldChecks.allowed(
        fields,
        connector,
        connector.getConnectorType(),
        level == TlsLevel.OPPORTUNISTIC || level == TlsLevel.TLS_LEVEL_UNSPECIFIED,
        findings);
    hosts(connector, findings);
    tlsDomain(connector, findings);
    identity(connector, findings);
    SenderRewritingCheck.connector(connector, after, findings);
    EnhancedFilteringCheck.centralTransport(connector, after, findings);
    RoutingRuleCheck.connector(new OutboundEntry(connector), after, findings);
    switch (connector.getConnectorType()) {
      case PARTNER -> partner(connector, after, findings);
      case ON_PREMISES -> onPremises(connector, after, findings);
      case CONNECTOR_TYPE_UNSPECIFIED, UNRECOGNIZED -> {}
    }
  }

  private static void hosts(OutboundConnector connector, Findings findings) {
    boolean some = connector.getSmartHostsCount() > 0;
    findings.addIf(
        some && connector.getUseMxRecord(),
        "useMXRecord",
        "a connector uses either MX or smartHosts",
        "set useMXRecord: false, or remove smartHosts");
    findings.addIf(
        !some && !connector.getUseMxRecord(),
        "smartHosts",
        "with useMXRecord: false the connector needs smart hosts",
        "write smartHosts, or useMXRecord: true");
  }

  private static void tlsDomain(OutboundConnector connector, Findings findings) {
    boolean names = connector.getTlsSettings() == TlsLevel.DOMAIN_VALIDATION;
    findings.addIf(
        !connector.getTlsDomain().isEmpty() && !names,
        "tlsDomain",
        "it applies only with tlsSettings: domainValidation",
        "set tlsSettings: domainValidation, or remove tlsDomain");
    findings.addIf(
        names && connector.getTlsDomain().isEmpty() && connector.getSmartHostsCount() > 0,
        "tlsDomain",
        "domainValidation of smart hosts needs the name that their certificate must carry",
        "write tlsDomain: mail.fabrikam.com, with the name in their certificate");
  }

  /** As whom we appear to its hosts. */
  private static void identity(OutboundConnector connector, Findings findings) {
    sourceAddresses(connector.getSourceAddressesList(), findings);
    findings.addIf(
        !connector.getCredentials().isEmpty() && connector.getUseMxRecord(),
        "credentials",
        "they must not be sent to hosts that a recipient's domain names",
        "set useMXRecord: false and smartHosts, or remove credentials");
  }

  private static void sourceAddresses(List<String> addresses, Findings findings) {
    Set<Integer> families = new HashSet<>();
    findings.each(
        "sourceAddresses",
        addresses,
        MAX_SOURCE_ADDRESSES,
        (field, text) -> {
          IpAddress address = IpAddress.parse(text);
          if (address == null || address.isAny()) {
            findings.add(
                field,
                Findings.quoted(text) + " is not a possible source address",
                "use an IPv4 or IPv6 address of the machines that run delivery-service");
          } else {
            findings.addIf(
                !families.add(address.bits()),
                field,
                "it is the second address of its family",
                "write at most one IPv4 and one IPv6 address");
          }
        });
  }

  private static void partner(OutboundConnector connector, Directory after, Findings findings) {
    findings.addIf(
        connector.getRecipientDomainsCount() == 0 && !connector.getIsTransportRuleScoped(),
        "recipientDomains",
        "a partner connector needs the recipient domains it is for",
        "write the partner's domains, or * for all");
    List<String> domains = connector.getRecipientDomainsList();
    for (int i = 0; i < Math.min(domains.size(), DirectoryFields.MOST_ENTRIES); i++) {
      findings.addIf(
          isOwn(connector, domains.get(i), after) && !connector.getIsTransportRuleScoped(),
          "recipientDomains[" + i + "]",
          "a partner connector does not apply to mail to the organization's own accepted domains",
          "set connectorType: onPremises, or remove the domain");
    }
  }

  private static void onPremises(OutboundConnector connector, Directory after, Findings findings) {
    boolean all = connector.getAllAcceptedDomains();
    boolean central = connector.getRouteAllMessagesViaOnPremises();
    List<String> domains = connector.getRecipientDomainsList();
    findings.addIf(
        domains.isEmpty() && !all && !central && !connector.getIsTransportRuleScoped(),
        "recipientDomains",
        "the connector would match no mail",
        "write recipientDomains, allAcceptedDomains: true or routeAllMessagesViaOnPremises: true");
    findings.addIf(
        (all || central) && connector.getIsTransportRuleScoped(),
        "isTransportRuleScoped",
        "the connector takes only mail of routing rules, and allAcceptedDomains and"
            + " routeAllMessagesViaOnPremises have no effect",
        "remove them, or remove isTransportRuleScoped");
    // The trap of office-docs-powershell#8739: Internet mail went to the on-premises server.
    findings.addIf(
        all && domains.stream().anyMatch(d -> d.equals("*") || d.startsWith("smtp:*;")),
        "recipientDomains",
        "with allAcceptedDomains, * also matches mail to the Internet",
        "remove *, or set routeAllMessagesViaOnPremises: true if this is intended");
    findings.addIf(
        connector.getUseMxRecord() && (all || central),
        "useMXRecord",
        "MX must not be used for own servers: it may point back here",
        "write useMXRecord: false and smartHosts");
    for (int i = 0; i < Math.min(domains.size(), DirectoryFields.MOST_ENTRIES); i++) {
      findings.addIf(
          connector.getUseMxRecord() && isOwn(connector, domains.get(i), after),
          "recipientDomains[" + i + "]",
          "the MX of an own accepted domain may point back here",
          "write useMXRecord: false and smartHosts");
    }
  }

  private static boolean isOwn(OutboundConnector connector, String domain, Directory after) {
    return after.accepts(connector.getOrganization(), domain);
  }
}
