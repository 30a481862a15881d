package io.postern.operator.hybrid;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.directory.DirectoryFile;
import io.postern.rules.Directory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
  void theCommandsHaveTheWizardsValuesWithOurNames() {
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
            new ExchangeSetup.Fact("domains here alone", "cloud.contoso.com"),
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
    String all =
        String.join("\n", setup.commands().stream().map(ExchangeSetup.Shell::command).toList());
    assertThat(setup.fillIn()).allSatisfy(place -> assertThat(all).contains(place.place()));
    assertThat(setup.findings())
        .singleElement()
        .asString()
        .startsWith("Outbound to on-premises shows no certificate");
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
