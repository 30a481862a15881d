package io.postern.operator.hybrid;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The other side of an organization's hybrid connectors: the commands for the Exchange Management
 * Shell of its servers, with the values of Exchange's Hybrid Configuration Wizard where our host
 * stands in for the cloud's (New-SendConnector, Set-ReceiveConnector, Set-AcceptedDomain).
 * Immutable, any thread.
 *
 * @param facts that the directory has
 * @param fillIn places in the commands that the directory cannot know
 * @param commands in their order
 * @param findings that keep the two sides from working together
 */
public record ExchangeSetup(
    String organization,
    List<Fact> facts,
    List<FillIn> fillIn,
    List<Shell> commands,
    List<String> notes,
    List<String> findings) {
  private static final String SERVER = "<server>";
  private static final String THUMBPRINT = "<thumbprint>";
  private static final String ROUTING_DOMAIN = "<routing-domain>";
  private static final String HOST_NAME = "<host-name>";
  private static final String NEXT = " `\n    ";

  public record Fact(String name, String value) {}

  /**
   * @param place as it stands in the commands
   * @param how to find its value
   */
  public record FillIn(String place, String how) {}

  /**
   * @param command for PowerShell; a line that ends in a backtick goes on in the next
   */
  public record Shell(String purpose, String command) {}

  public static ExchangeSetup of(Directory directory, String organization, Ours ours) {
    List<InboundConnector> inbound =
        directory.inboundConnectors(organization).stream().filter(ExchangeSetup::isHybrid).toList();
    List<OutboundConnector> outbound =
        directory.outboundConnectors(organization).stream()
            .filter(ExchangeSetup::isHybrid)
            .toList();
    List<String> findings = findings(directory, organization, inbound, outbound);
    if (inbound.isEmpty() || outbound.isEmpty()) {
      return new ExchangeSetup(
          organization, List.of(), List.of(), List.of(), List.of(), List.copyOf(findings));
    }
    List<AcceptedDomain> accepted =
        directory.objects().stream()
            .filter(object -> object.hasAcceptedDomain())
            .map(object -> object.getAcceptedDomain())
            .filter(domain -> domain.getOrganization().equals(organization))
            .toList();
    DomainPlaces places =
        DomainPlaces.of(
            directory,
            organization,
            accepted.stream().map(AcceptedDomain::getDomain).toList(),
            outbound.stream().map(OutboundConnector::getName).toList());
    List<String> there = places.there();
    List<String> here = places.here();
    List<String> both =
        accepted.stream()
            .filter(domain -> there.contains(domain.getDomain()))
            .filter(ExchangeSetup::mayHaveMailboxesHere)
            .map(AcceptedDomain::getDomain)
            .toList();
    String certificate = certificateName(inbound);
    return new ExchangeSetup(
        organization,
        facts(certificate, outbound, there, here, both),
        fillIn(certificate, ours, here, both),
        commands(certificate, ours, here, both),
        notes(outbound, both, places.elsewhere()),
        List.copyOf(findings));
  }

  private static boolean isHybrid(InboundConnector connector) {
    return connector.getEnabled()
        && connector.getConnectorType() == ConnectorType.ON_PREMISES
        && connector.getCloudServicesMailEnabled()
        && !connector.getTlsSenderCertificateName().isEmpty();
  }

  private static boolean isHybrid(OutboundConnector connector) {
    return connector.getEnabled()
        && connector.getConnectorType() == ConnectorType.ON_PREMISES
        && connector.getCloudServicesMailEnabled()
        && connector.getSmartHostsCount() > 0;
  }

  /** The first that is a host's name; a wildcard where there is no other. */
  private static String certificateName(List<InboundConnector> inbound) {
    List<String> names =
        inbound.stream().map(InboundConnector::getTlsSenderCertificateName).toList();
    return names.stream()
        .filter(name -> !isWildcard(name))
        .findFirst()
        .orElseGet(() -> names.getFirst());
  }

  private static boolean isWildcard(String name) {
    return name.startsWith("*.");
  }

  /** By a list whose recipients have routes, or since the domain says so. */
  private static boolean mayHaveMailboxesHere(AcceptedDomain domain) {
    return domain.getDomainType() == AcceptedDomainType.INTERNAL_RELAY
        || domain.getRecipientValidation() == RecipientValidation.RECIPIENT_VALIDATION_LIST;
  }

  private static List<String> findings(
      Directory directory,
      String organization,
      List<InboundConnector> inbound,
      List<OutboundConnector> outbound) {
    List<String> findings = new ArrayList<>();
    if (directory.organization(organization).isEmpty()) {
      findings.add("No such organization: " + organization + ".");
    } else if (inbound.isEmpty() || outbound.isEmpty()) {
      findings.add(
          "The organization has no "
              + Stream.of(inbound.isEmpty() ? "inbound" : "", outbound.isEmpty() ? "outbound" : "")
                  .filter(word -> !word.isEmpty())
                  .collect(Collectors.joining(" and no "))
              + " connector for its Exchange servers (onPremises with cloudServicesMailEnabled): "
              + "add hybrid: to its directory file (docs/guides/hybrid.md).");
    }
    if (!inbound.isEmpty() && isWildcard(certificateName(inbound))) {
      findings.add(
          inbound.getFirst().getName()
              + " has tlsSenderCertificateName "
              + certificateName(inbound)
              + ", which is not a host name: any host below it with a certificate, including a "
              + "mail gateway, is identified as these servers. Use the servers' own name, "
              + "such as mail"
              + certificateName(inbound).substring(1)
              + ".");
    }
    for (OutboundConnector connector : outbound) {
      if (connector.getClientCertificate().isEmpty()) {
        findings.add(
            connector.getName()
                + " presents no certificate, so the servers do not recognize the mail by "
                + "TlsDomainCapabilities and treat it as unauthenticated: set "
                + "clientCertificate.");
      }
    }
    return findings;
  }

  private static List<Fact> facts(
      String certificate,
      List<OutboundConnector> outbound,
      List<String> there,
      List<String> here,
      List<String> both) {
    String servers =
        outbound.stream()
            .flatMap(connector -> connector.getSmartHostsList().stream())
            .map(ExchangeSetup::shown)
            .distinct()
            .collect(Collectors.joining(", "));
    boolean all = outbound.stream().anyMatch(c -> c.getRouteAllMessagesViaOnPremises());
    return List.of(
        new Fact("certificateName", certificate),
        new Fact("onPremisesServers", servers),
        new Fact("domains on premises", listed(there)),
        new Fact("domains only here", listed(here)),
        new Fact("domains in both places", listed(both)),
        new Fact("routeAllMessagesViaOnPremises", String.valueOf(all)));
  }

  private static String listed(List<String> domains) {
    return domains.isEmpty() ? "none" : String.join(", ", domains);
  }

  private static String shown(NextHopHost host) {
    return host.getHost() + (host.getPort() == 0 ? "" : " port " + host.getPort());
  }

  private static List<FillIn> fillIn(
      String certificate, Ours ours, List<String> here, List<String> both) {
    List<FillIn> places = new ArrayList<>();
    places.add(
        new FillIn(
            THUMBPRINT,
            "of the servers' certificate with the name "
                + certificate
                + ": Get-ExchangeCertificate | Format-List Thumbprint, CertificateDomains, Services"));
    places.add(new FillIn(SERVER, "each transport server: Get-TransportService"));
    if (ours.ingress().equals(Ours.INGRESS)) {
      places.add(
          new FillIn(
              Ours.INGRESS,
              "the host name at which the servers reach ingress-service (--smart-host); postern "
                  + "dns DOMAIN shows the MX hosts"));
    }
    if (ours.ingressCertificate().equals(Ours.INGRESS_CERTIFICATE)) {
      places.add(
          new FillIn(
              Ours.INGRESS_CERTIFICATE,
              "a name in the certificate of ingress-service (--tls-domain); postern certificates "
                  + "shows it"));
    }
    if (ours.clientCertificate().equals(Ours.CLIENT_CERTIFICATE)) {
      places.add(
          new FillIn(
              Ours.CLIENT_CERTIFICATE,
              "a name in the certificate that the outbound connector's clientCertificate names"
                  + " (--client-name): openssl x509 -noout -ext subjectAltName -in NAME.pem"));
    }
    if (isWildcard(certificate)) {
      places.add(
          new FillIn(
              HOST_NAME,
              "the servers' own name in that certificate, such as mail"
                  + certificate.substring(1)));
    }
    if (here.isEmpty() && both.isEmpty()) {
      places.add(
          new FillIn(
              ROUTING_DOMAIN,
              "the domain that the servers use to address mailboxes here: an accepted domain that "
                  + "is not in the entry's domains"));
    }
    return List.copyOf(places);
  }

  private static List<Shell> commands(
      String certificate, Ours ours, List<String> here, List<String> both) {
    List<String> spaces = new ArrayList<>(here);
    spaces.addAll(both);
    if (spaces.isEmpty()) {
      spaces.add(ROUTING_DOMAIN);
    }
    List<Shell> commands = new ArrayList<>();
    commands.add(
        new Shell(
            "The servers' certificate, which they present to Postern",
            "$certificate = Get-ExchangeCertificate -Thumbprint \""
                + THUMBPRINT
                + "\"\n$name = \"<I>$($certificate.Issuer)<S>$($certificate.Subject)\""));
    commands.add(
        new Shell(
            "Mail from the servers to mailboxes here: forced TLS, Postern's name checked",
            "New-SendConnector -Name \"Outbound to Postern\""
                + NEXT
                + "-AddressSpaces "
                + spaces.stream()
                    .map(domain -> "\"smtp:" + domain + ";1\"")
                    .collect(Collectors.joining(", "))
                + NEXT
                + "-DNSRoutingEnabled $false -SmartHosts \""
                + ours.ingress()
                + "\""
                + NEXT
                + "-RequireTLS $true -TlsAuthLevel DomainValidation"
                + NEXT
                + "-TlsDomain \""
                + ours.ingressCertificate()
                + "\""
                + NEXT
                + "-TlsCertificateName $name -CloudServicesMailEnabled $true"
                + NEXT
                + "-Fqdn \""
                + (isWildcard(certificate) ? HOST_NAME : certificate)
                + "\" -SourceTransportServers \""
                + SERVER
                + "\""));
    commands.add(
        new Shell(
            "Mail from here to the servers, on each of them: identified by Postern's certificate",
            "Set-ReceiveConnector -Identity \""
                + SERVER
                + "\\Default Frontend "
                + SERVER
                + "\""
                + NEXT
                + "-TlsCertificateName $name"
                + NEXT
                + "-TlsDomainCapabilities \""
                + ours.clientCertificate()
                + ":AcceptCloudServicesMail\""));
    for (String domain : both) {
      commands.add(
          new Shell(
              "Recipients of " + domain + " that the servers do not have are here",
              "Set-AcceptedDomain -Identity \"" + domain + "\" -DomainType InternalRelay"));
    }
    return List.copyOf(commands);
  }

  private static List<String> notes(
      List<OutboundConnector> outbound, List<String> both, List<String> elsewhere) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "After each renewal, run the first three commands again (Set-SendConnector instead of "
            + "New-): a connector refers to its certificate by issuer and subject.");
    notes.add(
        "To send the servers' mail to the Internet through Postern, add \"smtp:*;1\" to "
            + "AddressSpaces.");
    if (!elsewhere.isEmpty()) {
      notes.add(
          "Not in AddressSpaces: "
              + String.join(", ", elsewhere)
              + ". Mail from here to it uses another connector, or is held without a route.");
    }
    if (!both.isEmpty()) {
      notes.add(
          "Mail to a recipient that neither side has loops until the hop count is reached: give "
              + "one side a complete list (docs/guides/recipients.md).");
    }
    if (outbound.stream().anyMatch(c -> c.getRouteAllMessagesViaOnPremises())) {
      notes.add(
          "With routeAllMessagesViaOnPremises, the servers must relay mail from Postern to the "
              + "Internet.");
    }
    return List.copyOf(notes);
  }
}
