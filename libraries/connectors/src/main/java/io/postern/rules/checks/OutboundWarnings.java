package io.postern.rules.checks;

import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.OutboundEntry;
import io.postern.rules.address.DomainPattern;
import java.util.List;

/** The known traps of an outbound connector (docs/reference/warnings.md). Pure. */
final class OutboundWarnings {
  private static final int SMTP_PORT = 25;

  private OutboundWarnings() {}

  static void add(OutboundEntry entry, Directory after, Findings findings) {
    OutboundConnector connector = entry.connector;
    if (!entry.inForce()) {
      takesNone(entry, findings);
      return;
    }
    for (int i = 0; i < connector.getRecipientDomainsCount(); i++) {
      PublicSuffixes.warn(
          "recipientDomains[" + i + "]", connector.getRecipientDomains(i), findings);
    }
    PublicSuffixes.warn("tlsDomain", connector.getTlsDomain(), findings);
    findings.addIf(
        isForced(connector)
            && connector.getUseMxRecord()
            && entry.recipientDomains.stream().anyMatch(p -> p.kind() == DomainPattern.Kind.ANY),
        "recipientDomains",
        "mail to any domain without such TLS is queued and bounces later",
        "write the domains of partners that are known to have it");
    leadingBack(connector, after, findings);
    otherHalf(entry, after, findings);
  }

  /** The MX records of an accepted domain go before its address, and lead senders here. */
  private static void leadingBack(OutboundConnector connector, Directory after, Findings findings) {
    for (int i = 0; i < connector.getSmartHostsCount(); i++) {
      NextHopHost host = connector.getSmartHosts(i);
      String name = DomainNames.normal(host.getHost());
      boolean own =
          after
              .acceptedDomain(name)
              .filter(domain -> domain.getOrganization().equals(connector.getOrganization()))
              .isPresent();
      findings.addIf(
          own && (host.getPort() == 0 || host.getPort() == SMTP_PORT),
          "smartHosts[" + i + "]",
          "the MX records of the accepted domain " + name + " may lead back to this installation",
          "write the server's own name or address");
    }
  }

  private static void takesNone(OutboundEntry entry, Findings findings) {
    if (entry.reportsOnly()) {
      findings.add("mode", "the connector is in report-only mode", "write mode: enforce");
    } else {
      findings.add("enabled", "the connector matches no mail", "write enabled: true");
    }
  }

  /** Whether mail to the domain goes by this connector, with TLS or not at all. */
  static boolean forces(OutboundEntry entry, String domain) {
    return entry.inForce()
        && isForced(entry.connector)
        && entry.recipientDomains.stream().anyMatch(pattern -> pattern.matches(domain));
  }

  private static boolean isForced(OutboundConnector connector) {
    return connector.getTlsSettings() != TlsLevel.TLS_LEVEL_UNSPECIFIED
        && connector.getTlsSettings() != TlsLevel.OPPORTUNISTIC;
  }

  /** Forced TLS takes a connector in each direction (S7). */
  private static void otherHalf(OutboundEntry entry, Directory after, Findings findings) {
    if (entry.onPremises() || !isForced(entry.connector)) {
      return;
    }
    List<InboundEntry> in = after.index(entry.connector.getOrganization()).inbound;
    for (DomainPattern domain : entry.recipientDomains) {
      if (domain.kind() != DomainPattern.Kind.ANY
          && in.stream().noneMatch(i -> demands(i, domain.domain()))) {
        findings.add(
            "recipientDomains",
            "no inbound connector demands TLS of mail from " + domain.domain(),
            "add a partner connector with senderDomains: ["
                + domain
                + "], or mail from the partner is accepted in plaintext");
        return;
      }
    }
  }

  private static boolean demands(InboundEntry entry, String domain) {
    return entry.usable(ConnectorType.PARTNER)
        && !entry.isForItsAddresses()
        && (entry.connector.getRequireTls() || entry.restricting())
        && entry.senderDomains.stream().anyMatch(pattern -> pattern.matches(domain));
  }
}
