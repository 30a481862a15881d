package io.postern.rules;

import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.InboundConnector;
import io.postern.names.DomainNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An inbound connector with its texts parsed once per directory snapshot. {@link DirectoryRules}
 * refuse a text that cannot be parsed, so only a newer writer has one, and it errs towards refusal:
 * such an address range matches nothing, such a sender domain of a connector that demands something
 * matches everybody. Immutable; equal only to itself.
 */
final class InboundEntry {
  /** Restricting before demanding TLS before allowing, blocked ones first, then by name. */
  static final Comparator<InboundEntry> ORDER =
      Comparator.comparing((InboundEntry e) -> !e.restricting())
          .thenComparing(e -> !e.connector.getBlocked())
          .thenComparing(e -> !e.connector.getRequireTls())
          .thenComparing(e -> e.connector.getName());

  final InboundConnector connector;
  final String subject;
  final List<DomainPattern> senderDomains;
  final List<IpRange> ranges;
  final Set<String> associatedDomains;
  final String certificateName;

  /** Hosts of the gateway that the client is; nobody, where the connector has no efSkipIPs. */
  final SkipList skipList;

  final Set<String> efUsers;

  InboundEntry(InboundConnector connector) {
    this.connector = connector;
    this.subject = "inbound connector " + connector.getOrganization() + "/" + connector.getName();
    this.certificateName = DomainNames.normal(connector.getTlsSenderCertificateName());
    this.associatedDomains =
        connector.getAssociatedAcceptedDomainsList().stream()
            .map(DomainNames::normal)
            .collect(Collectors.toUnmodifiableSet());
    this.skipList = SkipList.of(connector.getEfSkipIpsList());
    this.efUsers =
        connector.getEfUsersList().stream()
            .map(Gateway::normal)
            .collect(Collectors.toUnmodifiableSet());
    this.ranges = parsedRanges(connector);
    this.senderDomains = parsedSenderDomains(connector);
  }

  String organization() {
    return connector.getOrganization();
  }

  String name() {
    return connector.getName();
  }

  /** It decides. */
  boolean usable(ConnectorType type) {
    return inForce() && connector.getConnectorType() == type;
  }

  boolean inForce() {
    return connector.getEnabled() && !reportsOnly();
  }

  /** Decided and recorded as if it were in force (docs/guides/forced-tls-with-a-partner.md). */
  boolean reportsOnly() {
    return connector.getEnabled() && connector.getMode() == ConnectorMode.REPORT_ONLY;
  }

  InboundEntry enforced() {
    return reportsOnly()
        ? new InboundEntry(connector.toBuilder().setMode(ConnectorMode.ENFORCE).build())
        : this;
  }

  /** Its client relays others' mail, whose source the Received fields tell. */
  boolean isGateway() {
    return connector.getEfSkipLastIp() || connector.getEfSkipIpsCount() > 0;
  }

  boolean restricting() {
    return connector.getRestrictDomainsToCertificate()
        || connector.getRestrictDomainsToIpAddresses();
  }

  /**
   * A partner connector without a restriction, for the clients at its addresses: what it demands
   * concerns them, and it refuses nobody else. One with an address that this version cannot read is
   * for every client.
   */
  boolean isForItsAddresses() {
    return connector.getConnectorType() == ConnectorType.PARTNER
        && !restricting()
        && connector.getSenderIpAddressesCount() > 0
        && ranges.size() == connector.getSenderIpAddressesCount();
  }

  /**
   * A partner connector that demands the certificate of the mail in its scope: by the restriction,
   * or by requireTls with a name (Set-InboundConnector, Example 1). Without either the name refuses
   * nobody.
   */
  boolean demandsCertificate() {
    return connector.getRestrictDomainsToCertificate()
        || connector.getRequireTls() && !certificateName.isEmpty();
  }

  /** Its tlsSenderCertificateName is a domain and all its subdomains. */
  boolean isWildcard() {
    return certificateName.startsWith("*.");
  }

  /** The parameter that asks for it. */
  String certificateParameter() {
    return connector.getRestrictDomainsToCertificate()
        ? RecipientRefusal.RESTRICT_TO_CERTIFICATE
        : RecipientRefusal.CERTIFICATE_NAME;
  }

  /** associatedAcceptedDomains limits the connector; empty limits nothing. */
  boolean servesAcceptedDomain(String domain) {
    return associatedDomains.isEmpty() || associatedDomains.contains(domain);
  }

  /** The first of senderIPAddresses that the address is in; empty: none. */
  String rangeOf(@Nullable IpAddress address) {
    return ranges.stream()
        .filter(range -> address != null && range.contains(address))
        .findFirst()
        .map(IpRange::text)
        .orElse("");
  }

  private static List<IpRange> parsedRanges(InboundConnector connector) {
    List<IpRange> ranges = new ArrayList<>(connector.getSenderIpAddressesCount());
    for (String text : connector.getSenderIpAddressesList()) {
      try {
        ranges.add(IpRange.parse(text));
      } catch (IllegalArgumentException e) {
        continue; // matches nothing
      }
    }
    return List.copyOf(ranges);
  }

  private List<DomainPattern> parsedSenderDomains(InboundConnector connector) {
    List<DomainPattern> patterns = new ArrayList<>(connector.getSenderDomainsCount());
    for (String text : connector.getSenderDomainsList()) {
      try {
        patterns.add(DomainPattern.parse(text));
      } catch (IllegalArgumentException e) {
        if (restricting() || connector.getRequireTls()) {
          patterns.add(DomainPattern.parse("*"));
        }
      }
    }
    return patterns.stream().distinct().toList();
  }
}
