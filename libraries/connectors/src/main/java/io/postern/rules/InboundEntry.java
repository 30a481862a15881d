package io.postern.rules;

import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.InboundConnector;
import io.postern.names.DomainNames;
import io.postern.rules.address.DomainPattern;
import io.postern.rules.address.IpAddress;
import io.postern.rules.address.IpRange;
import io.postern.rules.address.SkipList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An inbound connector with its texts parsed once per directory snapshot. {@code DirectoryRules}
 * refuse a text that cannot be parsed, so only a newer writer has one, and it errs towards refusal:
 * such an address range matches nothing, such a sender domain of a connector that demands something
 * matches everybody. Immutable; equal only to itself.
 */
public final class InboundEntry {
  /** Restricting before demanding TLS before allowing, blocked ones first, then by name. */
  static final Comparator<InboundEntry> ORDER =
      Comparator.comparing((InboundEntry e) -> !e.restricting())
          .thenComparing(e -> !e.connector.getBlocked())
          .thenComparing(e -> !e.connector.getRequireTls())
          .thenComparing(e -> e.connector.getName());

  public final InboundConnector connector;
  public final String subject;
  public final List<DomainPattern> senderDomains;
  public final List<IpRange> ranges;
  public final Set<String> associatedDomains;
  public final String certificateName;

  /** Hosts of the gateway that the client is; nobody, where the connector has no efSkipIPs. */
  public final SkipList skipList;

  public final Set<String> efUsers;

  public InboundEntry(InboundConnector connector) {
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
            .map(InboundEntry::normal)
            .collect(Collectors.toUnmodifiableSet());
    this.ranges = parsedRanges(connector);
    this.senderDomains = parsedSenderDomains(connector);
  }

  public String organization() {
    return connector.getOrganization();
  }

  public String name() {
    return connector.getName();
  }

  /** It decides. */
  public boolean usable(ConnectorType type) {
    return inForce() && connector.getConnectorType() == type;
  }

  public boolean inForce() {
    return connector.getEnabled() && !reportsOnly();
  }

  /** Decided and recorded as if it were in force (docs/guides/forced-tls-with-a-partner.md). */
  public boolean reportsOnly() {
    return connector.getEnabled() && connector.getMode() == ConnectorMode.REPORT_ONLY;
  }

  InboundEntry enforced() {
    return reportsOnly()
        ? new InboundEntry(connector.toBuilder().setMode(ConnectorMode.ENFORCE).build())
        : this;
  }

  /** Its client relays others' mail, whose source the Received fields tell. */
  public boolean isGateway() {
    return connector.getEfSkipLastIp() || connector.getEfSkipIpsCount() > 0;
  }

  public boolean restricting() {
    return connector.getRestrictDomainsToCertificate()
        || connector.getRestrictDomainsToIpAddresses();
  }

  /**
   * A partner connector without a restriction, for the clients at its addresses: what it demands
   * concerns them, and it refuses nobody else. One with an address that this version cannot read is
   * for every client.
   */
  public boolean isForItsAddresses() {
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
  public boolean demandsCertificate() {
    return connector.getRestrictDomainsToCertificate()
        || connector.getRequireTls() && !certificateName.isEmpty();
  }

  /** The same of one that restricts nothing. */
  public boolean allowsByCertificate() {
    return !restricting() && demandsCertificate();
  }

  /** Its tlsSenderCertificateName is a domain and all its subdomains. */
  public boolean isWildcard() {
    return certificateName.startsWith("*.");
  }

  /** associatedAcceptedDomains limits the connector; empty limits nothing. */
  public boolean servesAcceptedDomain(String domain) {
    return associatedDomains.isEmpty() || associatedDomains.contains(domain);
  }

  /** The first of senderIPAddresses that the address is in; empty: none. */
  public String rangeOf(@Nullable IpAddress address) {
    return ranges.stream()
        .filter(range -> address != null && range.contains(address))
        .findFirst()
        .map(IpRange::text)
        .orElse("");
  }

  /** Local parts are compared without regard to case, as Exchange's addresses are. */
  public static String normal(String address) {
    int at = address.lastIndexOf('@') + 1;
    String domain = DomainNames.aLabels(address.substring(at));
    return address.substring(0, at).toLowerCase(Locale.ROOT)
        + (domain == null ? address.substring(at) : domain);
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
