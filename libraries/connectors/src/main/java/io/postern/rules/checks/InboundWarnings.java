package io.postern.rules.checks;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.rules.AddressOverlaps;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.OutboundEntry;
import io.postern.rules.address.DomainPattern;
import io.postern.rules.address.IpRange;
import io.postern.rules.inbound.OriginatingConnector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The known traps of an inbound connector (docs/reference/warnings.md). Pure. */
final class InboundWarnings {
  private static final int WIDE = 28; // 16 addresses

  private InboundWarnings() {}

  static void add(InboundEntry entry, Directory after, Findings findings) {
    if (!entry.connector.getEnabled()) {
      findings.add("enabled", "the connector is off and has no effect", "write enabled: true");
      return;
    }
    ranges(entry, after, findings);
    certificateName(entry, after, findings);
    for (int i = 0; i < entry.connector.getSenderDomainsCount(); i++) {
      PublicSuffixes.warn(
          "senderDomains[" + i + "]", entry.connector.getSenderDomains(i), findings);
    }
    restriction(entry, after, findings);
    partnerAddresses(entry, findings);
    otherHalf(entry, after, findings);
  }

  private static void ranges(InboundEntry entry, Directory after, Findings findings) {
    List<String> texts = entry.connector.getSenderIpAddressesList();
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < texts.size(); i++) {
      places.putIfAbsent(texts.get(i), i);
    }
    AddressOverlaps overlaps = after.index(entry.organization()).overlaps();
    for (IpRange range : entry.ranges) {
      String field = "senderIPAddresses[" + places.get(range.text()) + "]";
      findings.addIf(
          range.hasHostBits(),
          field,
          range.text() + " is the whole block of that length, not one address",
          "write only the address, or the first address of the block");
      findings.addIf(
          range.isIpv4() && range.prefixLength() < WIDE,
          field,
          "any of "
              + (1L << (32 - range.prefixLength()))
              + " addresses counts as "
              + (entry.connector.getConnectorType() == ConnectorType.ON_PREMISES
                  ? "the organization's own server, which may relay"
                  : "the partner"),
          "use the servers' own addresses, or a certificate name instead");
      AddressOverlaps.Held other = overlaps.other(range, entry.name());
      if (other != null) {
        findings.add(
            field,
            "the connector \""
                + other.entry().name()
                + "\" has "
                + other.range().text()
                + ", and which of the two applies depends on the sender",
            "use a certificate in one of the two");
      }
    }
  }

  private static List<InboundEntry> others(InboundEntry entry, Directory after) {
    return after.index(entry.organization()).inbound.stream()
        .filter(other -> other.connector.getEnabled() && !other.name().equals(entry.name()))
        .toList();
  }

  private static void certificateName(InboundEntry entry, Directory after, Findings findings) {
    String name = entry.certificateName;
    if (name.isEmpty()) {
      return;
    }
    PublicSuffixes.warn("tlsSenderCertificateName", name, findings);
    findings.addIf(
        entry.connector.getConnectorType() == ConnectorType.PARTNER && !entry.demandsCertificate(),
        "tlsSenderCertificateName",
        "without requireTls the name does not restrict, as in Exchange",
        "set requireTls: true to demand the certificate");
    findings.addIf(
        entry.connector.getConnectorType() == ConnectorType.ON_PREMISES
            && !OriginatingConnector.canCount(after, entry),
        "tlsSenderCertificateName",
        name
            + " is in no accepted domain: whoever has such a certificate may relay from the"
            + " organization's addresses, and other senders, also of bounces, are refused",
        "have the service use a name in a domain of the organization, and accept that domain");
    for (InboundEntry other : others(entry, after)) {
      if (other.certificateName.equals(name)
          && other.connector.getConnectorType() == entry.connector.getConnectorType()) {
        findings.add(
            "tlsSenderCertificateName",
            "the connector \"" + other.name() + "\" has the same name",
            "use different names, or merge them into one connector");
        return;
      }
    }
    if (!name.startsWith("*.")) {
      return;
    }
    DomainPattern pattern = new DomainPattern(DomainPattern.Kind.WILDCARD, name.substring(2));
    for (InboundEntry other : others(entry, after)) {
      if (!other.certificateName.startsWith("*.")
          && !other.certificateName.isEmpty()
          && pattern.matches(other.certificateName)) {
        findings.add(
            "tlsSenderCertificateName",
            "it also matches "
                + other.certificateName
                + " of the connector \""
                + other.name()
                + "\"",
            "write the name of this connector's own server");
        return;
      }
    }
    hosts(entry.organization(), after).stream()
        .filter(pattern::matches)
        .findFirst()
        .ifPresent(
            host ->
                findings.add(
                    "tlsSenderCertificateName",
                    "it also matches " + host + ", a host that the organization's mail goes to",
                    "use the name of this connector's own server, or mail from that host is "
                        + "treated as this connector's"));
  }

  /** The organization's gateways and mailbox hosts. */
  private static List<String> hosts(String organization, Directory after) {
    List<String> hosts = new ArrayList<>();
    for (OutboundConnector connector : after.outboundConnectors(organization)) {
      connector.getSmartHostsList().stream().map(NextHopHost::getHost).forEach(hosts::add);
    }
    after.acceptedDomains(organization).stream()
        .map(AcceptedDomain::getMailboxHost)
        .map(NextHopHost::getHost)
        .forEach(hosts::add);
    return hosts;
  }

  /** Exchange's: mail to other domains of the organization bounces. */
  private static void restriction(InboundEntry entry, Directory after, Findings findings) {
    if (!entry.restricting()) {
      return;
    }
    List<String> own = acceptedDomains(entry.organization(), after);
    boolean all = entry.senderDomains.stream().anyMatch(p -> p.kind() == DomainPattern.Kind.ANY);
    findings.addIf(
        all && entry.associatedDomains.isEmpty() && own.size() > 1,
        "associatedAcceptedDomains",
        "mail from all other senders is refused for each of the organization's "
            + own.size()
            + " accepted domains",
        "name the domains that this is meant for");
    if (!all) {
      own.stream()
          .filter(domain -> entry.senderDomains.stream().anyMatch(p -> p.matches(domain)))
          .findFirst()
          .ifPresent(
              domain ->
                  findings.add(
                      "senderDomains",
                      "it refuses mail from the organization's own domain "
                          + domain
                          + " that does not come from the partner",
                      "remove the domain, or use an on-premises connector"));
    }
  }

  /** What Microsoft's pages say twice, or advise against. */
  private static void partnerAddresses(InboundEntry entry, Findings findings) {
    findings.addIf(
        entry.isForItsAddresses(),
        "senderIPAddresses",
        "the connector applies to these addresses, and refuses no other client; Exchange's page of "
            + "the cmdlet calls the addresses ignored without restrictDomainsToIPAddresses",
        "set restrictDomainsToIPAddresses: true to refuse these sender domains from elsewhere");
    findings.addIf(
        entry.connector.getRestrictDomainsToIpAddresses() && entry.demandsCertificate(),
        "restrictDomainsToIPAddresses",
        "the client must be at one of the addresses and show the certificate",
        "use two connectors for the same senderDomains if either is sufficient");
  }

  private static List<String> acceptedDomains(String organization, Directory after) {
    return after.acceptedDomains(organization).stream().map(AcceptedDomain::getDomain).toList();
  }

  /** Forced TLS takes a connector in each direction (S7). */
  private static void otherHalf(InboundEntry entry, Directory after, Findings findings) {
    if (entry.connector.getConnectorType() != ConnectorType.PARTNER
        || entry.connector.getBlocked()
        || !entry.connector.getRequireTls() && !entry.restricting()) {
      return;
    }
    List<OutboundEntry> out = after.index(entry.organization()).outbound;
    for (DomainPattern domain : entry.senderDomains) {
      if (domain.kind() != DomainPattern.Kind.ANY
          && out.stream().noneMatch(o -> OutboundWarnings.forces(o, domain.domain()))) {
        findings.add(
            "senderDomains",
            "no outbound connector forces TLS for mail to " + domain.domain(),
            "add a partner connector with recipientDomains: ["
                + domain
                + "], or mail to the partner may be sent in plaintext");
        return;
      }
    }
  }
}
