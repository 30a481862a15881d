package io.postern.operator.hybrid;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.directory.DirectoryFile;
import io.postern.rules.Directory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The other side of the connectors that a hybrid entry makes. */
class ExchangeSetupTest {
  private static final Ours NAMED = Ours.of("mx.postern.example", "", "out.postern.example");

  private static Directory directory(String type, String hybrid) {
    DirectoryFile file =
        DirectoryFile.parse(
            """
            organizations:
              - id: contoso
                acceptedDomains:
                  - { domain: contoso.com, domainType: %s, mailboxRoute: { host: mailbox.example } }
                  - { domain: cloud.contoso.com, mailboxRoute: { host: mailbox.example } }
                hybrid: { onPremisesServers: ["mail.contoso.com:2525"], certificateName: mail.contoso.com%s }
              - id: fabrikam
            """
                .formatted(type, hybrid)
                .getBytes(StandardCharsets.UTF_8));
    assertThat(file.problems()).isEmpty();
    return Directory.of(file.objects(), 1, Map.of());
  }

  @Test
  void theCommandsHaveTheWizardsValuesWithOurNames() throws Exception {
    ExchangeSetup setup =
        ExchangeSetup.of(
            directory("internalRelay", ", domains: [contoso.com], clientCertificate: hybrid"),
            "contoso",
            NAMED);
    assertThat(setup.findings()).isEmpty();
    assertThat(setup.facts())
        .containsExactly(
            new ExchangeSetup.Fact("certificateName", "mail.contoso.com"),
            new ExchangeSetup.Fact("onPremisesServers", "mail.contoso.com port 2525"),
            new ExchangeSetup.Fact("domains on premises", "contoso.com"),
            new ExchangeSetup.Fact("domains only here", "cloud.contoso.com"),
            new ExchangeSetup.Fact("domains in both places", "contoso.com"),
            new ExchangeSetup.Fact("routeAllMessagesViaOnPremises", "false"));
    assertThat(setup.fillIn())
        .extracting(ExchangeSetup.FillIn::place)
        .containsExactly("<thumbprint>", "<server>");
    assertThat(setup.commands())
        .extracting(ExchangeSetup.Shell::command)
        .containsExactly(
            """
            $certificate = Get-ExchangeCertificate -Thumbprint "<thumbprint>"
            $name = "<I>$($certificate.Issuer)<S>$($certificate.Subject)\"""",
            """
            New-SendConnector -Name "Outbound to Postern" `
                -AddressSpaces "smtp:cloud.contoso.com;1", "smtp:contoso.com;1" `
                -DNSRoutingEnabled $false -SmartHosts "mx.postern.example" `
                -RequireTLS $true -TlsAuthLevel DomainValidation `
                -TlsDomain "mx.postern.example" `
                -TlsCertificateName $name -CloudServicesMailEnabled $true `
                -Fqdn "mail.contoso.com" -SourceTransportServers "<server>\"""",
            """
            Set-ReceiveConnector -Identity "<server>\\Default Frontend <server>" `
                -TlsCertificateName $name `
                -TlsDomainCapabilities "out.postern.example:AcceptCloudServicesMail\"""",
            "Set-AcceptedDomain -Identity \"contoso.com\" -DomainType InternalRelay");
    // For tools/check-powershell.
    Files.writeString(
        Files.createDirectories(Path.of("target/exports")).resolve("hybrid.ps1"), text(setup));
  }

  private static String text(ExchangeSetup setup) {
    return String.join("\n", setup.commands().stream().map(ExchangeSetup.Shell::command).toList());
  }

  @Test
  void whatTheDirectoryCannotKnowIsNamed() {
    ExchangeSetup setup =
        ExchangeSetup.of(directory("authoritative", ""), "contoso", Ours.of("", "", ""));
    assertThat(setup.fillIn())
        .extracting(ExchangeSetup.FillIn::place)
        .containsExactly(
            "<thumbprint>",
            "<server>",
            "<our-ingress>",
            "<our-certificate>",
            "<our-client-certificate>",
            "<routing-domain>");
    String all = text(setup);
    assertThat(setup.fillIn()).allSatisfy(place -> assertThat(all).contains(place.place()));
    assertThat(setup.findings())
        .singleElement()
        .asString()
        .startsWith("Outbound to on-premises presents no certificate");
  }

  private static ExchangeSetup written(String certificateName, String outbound) {
    DirectoryFile file =
        DirectoryFile.parse(
            """
            organizations:
              - id: contoso
                acceptedDomains:
                  - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
                  - { domain: sub.contoso.com, mailboxRoute: { host: mailbox.example } }
                  - { domain: contoso.net, mailboxRoute: { host: mailbox.example } }
                inboundConnectors:
                  - { name: A in, connectorType: onPremises, tlsSenderCertificateName: "*.contoso.com",
                      requireTls: true, cloudServicesMailEnabled: true }
            %s
                outboundConnectors:
                  - { name: Out, connectorType: onPremises, smartHosts: [mail.contoso.com], clientCertificate: hybrid,
                      tlsSettings: domainValidation, tlsDomain: mail.contoso.com, cloudServicesMailEnabled: true, %s
            """
                .formatted(
                    certificateName.isEmpty()
                        ? ""
                        : """
                              - { name: B in, connectorType: onPremises, tlsSenderCertificateName: "%s",
                                  requireTls: true, cloudServicesMailEnabled: true }
                        """
                            .formatted(certificateName)
                            .stripTrailing(),
                    outbound)
                .getBytes(StandardCharsets.UTF_8));
    assertThat(file.problems()).isEmpty();
    return ExchangeSetup.of(Directory.of(file.objects(), 1, Map.of()), "contoso", NAMED);
  }

  private static String fact(ExchangeSetup setup, String name) {
    return setup.facts().stream()
        .filter(fact -> fact.name().equals(name))
        .map(ExchangeSetup.Fact::value)
        .findFirst()
        .orElseThrow();
  }

  private static String sendConnector(ExchangeSetup setup) {
    return setup.commands().get(1).command();
  }

  private static List<Arguments> places() {
    String all = "contoso.com, contoso.net, sub.contoso.com";
    String wildcard = "recipientDomains: [\"*.contoso.com\"] }";
    return List.of(
        Arguments.of(
            "recipientDomains: [contoso.com] }", "contoso.com", "contoso.net, sub.contoso.com", ""),
        Arguments.of(wildcard, "contoso.com, sub.contoso.com", "contoso.net", ""),
        Arguments.of(
            "recipientDomains: [\"smtp:contoso.com;1\"] }",
            "contoso.com",
            "contoso.net, sub.contoso.com",
            ""),
        Arguments.of("allAcceptedDomains: true }", all, "none", ""),
        // The one means the outside, the other only reports.
        Arguments.of("recipientDomains: [\"*\"] }", "none", all, ""),
        Arguments.of("allAcceptedDomains: true, mode: reportOnly }", "none", all, ""),
        // Another connector to the same servers takes it first.
        Arguments.of(
            wildcard
                + "\n      - { name: Other, connectorType: onPremises, smartHosts: [mail.contoso.com],"
                + " recipientDomains: [sub.contoso.com] }",
            "contoso.com",
            "contoso.net",
            "sub.contoso.com"));
  }

  /** What we would send back to the servers must not be in the address spaces: it is a loop. */
  @ParameterizedTest
  @MethodSource("places")
  void theAddressSpacesAreTheDomainsWhoseMailStaysHere(
      String outbound, String there, String here, String elsewhere) {
    ExchangeSetup setup = written("mail.contoso.com", outbound);
    assertThat(fact(setup, "domains on premises")).isEqualTo(there);
    assertThat(fact(setup, "domains only here")).isEqualTo(here);
    String spaces =
        here.equals("none")
            ? "\"smtp:<routing-domain>;1\""
            : "\"smtp:" + here.replace(", ", ";1\", \"smtp:") + ";1\"";
    assertThat(sendConnector(setup)).contains("-AddressSpaces " + spaces + " `");
    assertThat(setup.notes().stream().filter(note -> note.startsWith("Not in AddressSpaces")))
        .hasSize(elsewhere.isEmpty() ? 0 : 1)
        .allMatch(note -> note.contains(": " + elsewhere + "."));
  }

  @Test
  void theListsOfRecipientsAreNotNeeded() {
    DirectoryFile file =
        DirectoryFile.parse(
            """
            organizations:
              - id: contoso
                acceptedDomains:
                  - { domain: contoso.com, domainType: internalRelay, recipientValidation: list,
                      mailboxRoute: { host: mailbox.example } }
                  - { domain: cloud.contoso.com, recipientValidation: list, mailboxRoute: { host: mailbox.example } }
                hybrid: { onPremisesServers: [mail.contoso.com], certificateName: mail.contoso.com, domains: [contoso.com] }
            """
                .getBytes(StandardCharsets.UTF_8));
    ExchangeSetup setup =
        ExchangeSetup.of(Directory.of(file.objects(), 1, Map.of()), "contoso", NAMED);
    assertThat(fact(setup, "domains on premises")).isEqualTo("contoso.com");
    assertThat(fact(setup, "domains only here")).isEqualTo("cloud.contoso.com");
    assertThat(fact(setup, "domains in both places")).isEqualTo("contoso.com");
  }

  @Test
  void aWildcardIsNoNameOfTheServers() {
    ExchangeSetup wildcard = written("", "allAcceptedDomains: true }");
    assertThat(wildcard.findings())
        .singleElement()
        .asString()
        .startsWith("A in has tlsSenderCertificateName *.contoso.com")
        .contains("such as mail.contoso.com");
    assertThat(sendConnector(wildcard)).contains("-Fqdn \"<host-name>\"").doesNotContain("\"*.");
    assertThat(wildcard.fillIn())
        .extracting(ExchangeSetup.FillIn::place)
        .containsExactly("<thumbprint>", "<server>", "<host-name>", "<routing-domain>");
    ExchangeSetup exact = written("mail.contoso.com", "allAcceptedDomains: true }");
    assertThat(exact.findings()).isEmpty();
    assertThat(sendConnector(exact)).contains("-Fqdn \"mail.contoso.com\"");
  }

  @Test
  void anOrganizationWithoutAHybridHasNone() {
    for (String organization : List.of("fabrikam", "nobody")) {
      ExchangeSetup setup = ExchangeSetup.of(directory("authoritative", ""), organization, NAMED);
      assertThat(setup.commands()).isEmpty();
      assertThat(setup.findings()).hasSize(1);
    }
  }
}
