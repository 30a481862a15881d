package io.postern.directory.exchange;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import java.util.List;

/**
 * The connectors of an organization as commands of Exchange (docs/guides/exchange.md): those of its
 * own, or the counterparts that its partner makes. A text to be read before it is run. Pure; any
 * thread.
 */
public final class ExchangeExport {
  private ExchangeExport() {}

  /** Names of this side that the directory does not have; empty: not known. */
  public record Side(String organization, String mailHost, String certificateName) {}

  /** The connectors themselves, for Exchange Online in the place of this installation. */
  public static String online(List<DirectoryObject> objects) {
    PowerShell shell = new PowerShell();
    shell.comment(
        "Connectors for Exchange Online. Read before you run: Connect-ExchangeOnline first.");
    for (DirectoryObject object : objects) {
      if (object.hasInboundConnector()) {
        inbound(shell, object.getInboundConnector());
      } else if (object.hasOutboundConnector()) {
        outbound(shell, object.getOutboundConnector());
      } else if (object.hasAcceptedDomain()) {
        shell.comment(
            "Accepted domain " + object.getAcceptedDomain().getDomain() + ": add it in Entra ID.");
      }
    }
    return shell.toString();
  }

  private static void inbound(PowerShell shell, InboundConnector connector) {
    boolean partner = connector.getConnectorType() == ConnectorType.PARTNER;
    List<String> domains =
        connector.getSenderDomainsCount() == 0 ? List.of("*") : connector.getSenderDomainsList();
    shell
        .command("New-InboundConnector")
        .with("Name", connector.getName())
        .word("ConnectorType", partner ? "Partner" : "OnPremises")
        .flag("Enabled", connector.getEnabled())
        .with("Comment", connector.getComment())
        .list("SenderDomains", domains)
        .list("SenderIPAddresses", connector.getSenderIpAddressesList())
        .flag("RequireTls", connector.getRequireTls())
        .with("TlsSenderCertificateName", connector.getTlsSenderCertificateName());
    if (partner) {
      shell
          .flag("RestrictDomainsToCertificate", connector.getRestrictDomainsToCertificate())
          .flag("RestrictDomainsToIPAddresses", connector.getRestrictDomainsToIpAddresses());
    } else {
      shell
          .flag("TreatMessagesAsInternal", connector.getTreatMessagesAsInternal())
          .flag("CloudServicesMailEnabled", connector.getCloudServicesMailEnabled());
    }
    shell
        .list("AssociatedAcceptedDomains", connector.getAssociatedAcceptedDomainsList())
        .flag("EFSkipLastIP", connector.getEfSkipLastIp())
        .list("EFSkipIPs", connector.getEfSkipIpsList())
        .list("EFUsers", connector.getEfUsersList())
        .end();
    ours(
        shell,
        connector.getName(),
        connector.getBlocked() ? "blocked" : "",
        connector.getAnchors().getId().isEmpty() ? "" : "trustAnchors",
        own(connector.getRevocation()) ? "revocation" : "",
        connector.getMaxMessagesPerMinute() + connector.getMaxRecipientsPerMinute() > 0
            ? "rates"
            : "");
    if (connector.getSenderIpAddressesList().stream().anyMatch(a -> a.contains(":"))) {
      shell.comment("Exchange accepts only IPv4 addresses in SenderIPAddresses.");
    }
  }

  private static boolean own(RevocationMode mode) {
    return mode == RevocationMode.REVOCATION_BEST_EFFORT || mode == RevocationMode.REVOCATION_OFF;
  }

  private static void outbound(PowerShell shell, OutboundConnector connector) {
    boolean partner = connector.getConnectorType() == ConnectorType.PARTNER;
    shell
        .command("New-OutboundConnector")
        .with("Name", connector.getName())
        .word("ConnectorType", partner ? "Partner" : "OnPremises")
        .flag("Enabled", connector.getEnabled())
        .with("Comment", connector.getComment())
        .list("RecipientDomains", connector.getRecipientDomainsList())
        .flag("UseMXRecord", connector.getUseMxRecord())
        .list(
            "SmartHosts",
            connector.getSmartHostsList().stream().map(NextHopHost::getHost).toList());
    String level = level(connector.getTlsSettings());
    if (!level.isEmpty()) {
      shell.word("TlsSettings", level);
    }
    shell.with("TlsDomain", connector.getTlsDomain());
    if (!partner) {
      shell
          .flag("AllAcceptedDomains", connector.getAllAcceptedDomains())
          .flag("RouteAllMessagesViaOnPremises", connector.getRouteAllMessagesViaOnPremises())
          .flag("CloudServicesMailEnabled", connector.getCloudServicesMailEnabled());
    }
    switch (connector.getSmtpDaneMode()) {
      case DANE_NONE -> shell.word("SmtpDaneMode", "None");
      case DANE_OPPORTUNISTIC -> shell.word("SmtpDaneMode", "Opportunistic");
      case DANE_MANDATORY -> shell.word("SmtpDaneMode", "Mandatory");
      case DANE_MODE_UNSPECIFIED, UNRECOGNIZED -> {}
    }
    switch (connector.getMtaStsMode()) {
      case MTA_STS_NONE -> shell.word("MtaStsMode", "None");
      case MTA_STS_OPPORTUNISTIC -> shell.word("MtaStsMode", "Opportunistic");
      case MTA_STS_MODE_UNSPECIFIED, UNRECOGNIZED -> {}
    }
    shell.end();
    ours(
        shell,
        connector.getName(),
        connector.getAnchors().getId().isEmpty() ? "" : "trustAnchors",
        own(connector.getRevocation()) ? "revocation" : "",
        connector.getClientCertificate().isEmpty() ? "" : "clientCertificate",
        connector.getMinimumTlsVersion() == TlsVersion.TLS_1_3 ? "minimumTlsVersion" : "",
        connector.getRequireForwardSecrecy() ? "requireForwardSecrecy" : "",
        connector.getRequirePostQuantum() ? "requirePostQuantum" : "",
        connector.getCredentials().isEmpty() ? "" : "credentials",
        connector.getSmartHostsList().stream().anyMatch(host -> host.getPort() != 0)
            ? "ports of smartHosts"
            : "");
  }

  /** What Exchange has not, so that nobody believes that it protects there. */
  private static void ours(PowerShell shell, String connector, String... fields) {
    List<String> set = List.of(fields).stream().filter(field -> !field.isEmpty()).toList();
    if (!set.isEmpty()) {
      shell.comment(
          "Exchange has no " + String.join(", ", set) + ": it is lost from " + connector + ".");
    }
  }

  private static String level(TlsLevel level) {
    return switch (level) {
      case ENCRYPTION_ONLY -> "EncryptionOnly";
      case CERTIFICATE_VALIDATION -> "CertificateValidation";
      case DOMAIN_VALIDATION -> "DomainValidation";
      case OPPORTUNISTIC, TLS_LEVEL_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  /** The pair that a partner with Exchange Online makes for forced TLS with this organization. */
  public static String partner(List<DirectoryObject> objects, Side side) {
    PowerShell shell = new PowerShell();
    shell.comment(
        "Forced TLS with "
            + side.organization()
            + ", to be run by its partner in Exchange Online.");
    List<String> domains = domains(objects);
    shell
        .command("New-InboundConnector")
        .with("Name", "From " + side.organization())
        .word("ConnectorType", "Partner")
        .list("SenderDomains", domains)
        .flag("RequireTls", true);
    if (side.certificateName().isEmpty()) {
      shell.end().comment(withoutName("its sending certificate", "certificateName"));
    } else {
      shell
          .flag("RestrictDomainsToCertificate", true)
          .with("TlsSenderCertificateName", side.certificateName())
          .end();
    }
    shell
        .command("New-OutboundConnector")
        .with("Name", "To " + side.organization())
        .word("ConnectorType", "Partner")
        .list("RecipientDomains", domains)
        .flag("UseMXRecord", true);
    if (side.mailHost().isEmpty()) {
      shell
          .word("TlsSettings", "CertificateValidation")
          .end()
          .comment(withoutName("its mail host", "mailHost"));
    } else {
      shell.word("TlsSettings", "DomainValidation").with("TlsDomain", side.mailHost()).end();
    }
    return shell.toString();
  }

  /** The same for a partner with Exchange Server. */
  public static String onPremises(List<DirectoryObject> objects, Side side) {
    PowerShell shell = new PowerShell();
    shell.comment(
        "Forced TLS with "
            + side.organization()
            + ", to be run by its partner in Exchange Server.");
    List<String> domains = domains(objects);
    shell
        .command("New-SendConnector")
        .with("Name", "To " + side.organization())
        .list("AddressSpaces", domains.stream().map(domain -> "SMTP:" + domain + ";1").toList())
        .flag("DNSRoutingEnabled", true)
        .flag("RequireTLS", true);
    if (side.mailHost().isEmpty()) {
      shell
          .word("TlsAuthLevel", "CertificateValidation")
          .end()
          .comment(withoutName("its mail host", "mailHost"));
    } else {
      shell.word("TlsAuthLevel", "DomainValidation").with("TlsDomain", side.mailHost()).end();
    }
    shell.comment("The receive connector that takes mail from the Internet; change the name:");
    shell
        .command("Set-ReceiveConnector")
        .with("Identity", "SERVER\\Default Frontend SERVER")
        .flag("DomainSecureEnabled", true)
        .word("AuthMechanism", "Tls")
        .end();
    for (String domain : domains) {
      shell
          .command("Set-TransportConfig -TLSReceiveDomainSecureList @{Add=")
          .command(PowerShell.quoted(domain))
          .command("}")
          .end();
    }
    return shell.toString();
  }

  private static String withoutName(String what, String parameter) {
    return "The name in the certificate of "
        + what
        + " was not given: export again with "
        + parameter
        + " to have it demanded.";
  }

  private static List<String> domains(List<DirectoryObject> objects) {
    return objects.stream()
        .filter(DirectoryObject::hasAcceptedDomain)
        .map(DirectoryObject::getAcceptedDomain)
        .map(AcceptedDomain::getDomain)
        .sorted()
        .toList();
  }
}
