package io.postern.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.rules.Directory;
import io.postern.rules.checks.DirectoryRules;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hybrid entry of a directory file, and the connectors that it makes. */
class HybridTest {
  private static final Directory EMPTY = Directory.of(List.of(), -1, Map.of());

  private static String contoso(String hybrid) {
    return """
        organizations:
          - id: contoso
            acceptedDomains:
              - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
              - { domain: cloud.contoso.com, mailboxRoute: { host: mailbox.example } }
            hybrid:
        """
        + hybrid.strip().indent(6);
  }

  private static final String SERVERS =
      "onPremisesServers: [mail.contoso.com]\ncertificateName: mail.contoso.com\n";

  private static DirectoryFile parse(String yaml) {
    return DirectoryFile.parse(yaml.getBytes(StandardCharsets.UTF_8));
  }

  private static List<FileProblem> problems(DirectoryFile file) {
    return file.problems().isEmpty()
        ? DirectoryRules.validate(EMPTY, DirectoryDiff.of(List.of(), file).objects()).stream()
            .map(file::locate)
            .toList()
        : file.problems();
  }

  private static InboundConnector inbound(DirectoryFile file) {
    return file.objects().stream()
        .filter(DirectoryObject::hasInboundConnector)
        .map(DirectoryObject::getInboundConnector)
        .findFirst()
        .orElseThrow();
  }

  private static OutboundConnector outbound(DirectoryFile file) {
    return file.objects().stream()
        .filter(DirectoryObject::hasOutboundConnector)
        .map(DirectoryObject::getOutboundConnector)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theConnectorsHaveTheValuesOfTheHybridConfigurationWizard() {
    DirectoryFile file = parse(contoso(SERVERS));

    assertThat(problems(file)).isEmpty();
    InboundConnector in = inbound(file);
    assertThat(in.getName()).isEqualTo("Inbound from on-premises");
    assertThat(in.getConnectorType()).isEqualTo(ConnectorType.ON_PREMISES);
    assertThat(in.getEnabled()).isTrue();
    assertThat(in.getSenderDomainsList()).containsExactly("*");
    assertThat(in.getRequireTls()).isTrue();
    assertThat(in.getTlsSenderCertificateName()).isEqualTo("mail.contoso.com");
    assertThat(in.getCloudServicesMailEnabled()).isTrue();
    assertThat(in.getRevocation()).isEqualTo(RevocationMode.REVOCATION_REQUIRED);
    OutboundConnector out = outbound(file);
    assertThat(out.getName()).isEqualTo("Outbound to on-premises");
    assertThat(out.getConnectorType()).isEqualTo(ConnectorType.ON_PREMISES);
    assertThat(out.getEnabled()).isTrue();
    assertThat(out.getRecipientDomainsList()).containsExactly("contoso.com", "cloud.contoso.com");
    assertThat(out.getUseMxRecord()).isFalse();
    assertThat(out.getSmartHostsList())
        .containsExactly(NextHopHost.newBuilder().setHost("mail.contoso.com").build());
    assertThat(out.getTlsSettings()).isEqualTo(TlsLevel.DOMAIN_VALIDATION);
    assertThat(out.getTlsDomain()).isEqualTo("mail.contoso.com");
    assertThat(out.getCloudServicesMailEnabled()).isTrue();
    assertThat(out.getRouteAllMessagesViaOnPremises()).isFalse();
    assertThat(out.getRevocation()).isEqualTo(RevocationMode.REVOCATION_REQUIRED);
  }

  @Test
  void eachFieldGoesWhereItBelongs() {
    DirectoryFile file =
        parse(
            contoso(
                """
                onPremisesServers: ["mail.contoso.com:2525", 192.0.2.7]
                certificateName: Mail.Contoso.com
                domains: Contoso.com
                routeAllMessagesViaOnPremises: true
                clientCertificate: hybrid
                trustAnchors: own
                """));

    assertThat(file.problems()).isEmpty();
    OutboundConnector out = outbound(file);
    assertThat(out.getSmartHostsList())
        .extracting(NextHopHost::getHost, NextHopHost::getPort)
        .containsExactly(tuple("mail.contoso.com", 2525), tuple("192.0.2.7", 0));
    assertThat(out.getTlsDomain()).isEqualTo("mail.contoso.com");
    assertThat(out.getRecipientDomainsList()).containsExactly("contoso.com");
    assertThat(out.getRouteAllMessagesViaOnPremises()).isTrue();
    assertThat(out.getClientCertificate()).isEqualTo("hybrid");
    assertThat(out.getAnchors().getId()).isEqualTo("contoso/own");
    assertThat(inbound(file).getAnchors().getId()).isEqualTo("contoso/own");
    assertThat(problems(file))
        .extracting(FileProblem::line, FileProblem::object, FileProblem::field)
        .containsOnly(tuple(12, "organization/contoso", "hybrid.trustAnchors"));
  }

  /** The rules see plain connectors; their problems come back with the entry's own names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "certificateName: mail.contoso.com|hybrid.onPremisesServers|names no server|onPremisesServers: [",
        "onPremisesServers: [mail.contoso.com]|hybrid.certificateName|is missing|certificateName: mail",
        "onPremisesServers: [a b];certificateName: mail.contoso.com|hybrid.onPremisesServers[0]|is not a host|name or an address",
        "onPremisesServers: [192.0.2.0/24];certificateName: mail.contoso.com|hybrid.onPremisesServers[0]|is not a host|name or an address",
        "onPremisesServers: [x];certificateName: mail.contoso.net|hybrid.certificateName|identifies no server|accepted domains",
        "onPremisesServers: [x];certificateName: a.mail.contoso.com|hybrid.certificateName|identifies no server|accepted domains",
        "onPremisesServers: [x];certificateName: '*.contoso.com'|hybrid.certificateName|including a mail gateway|mail.contoso.com: a certificate for *.contoso.com has it too",
        "onPremisesServers: [x];certificateName: mail.contoso.com;domains: [contoso.net]|hybrid.domains[0]|is not an accepted domain|acceptedDomains",
        "onPremisesServers: [x];certificateName: mail.contoso.com;domains: ['*']|hybrid.domains[0]|is not an accepted domain|acceptedDomains",
        "onPremisesServers: [x];certificateName: mail.contoso.com;domains: []|hybrid.domains|names no domain|omit it",
        "onPremisesServers: [x];certificateName: mail.contoso.com;clientCertificate: a/b|hybrid.clientCertificate|is not a valid file name|letters",
        "onPremisesServers: [x];certificateName: mail.contoso.com;certificatename: y|hybrid.certificatename|unknown field|certificateName",
      })
  void aWrongEntryIsNamedWithTheCure(String entry, String field, String problem, String cure) {
    DirectoryFile file = parse(contoso(entry.replace(';', '\n')));
    assertThat(problems(file))
        .as("%s", problems(file))
        .anySatisfy(
            found -> {
              assertThat(found.object()).isEqualTo("organization/contoso");
              assertThat(found.field()).isEqualTo(field);
              assertThat(found.problem()).contains(problem);
              assertThat(found.cure()).contains(cure);
              assertThat(found.line()).isGreaterThan(5);
            });
  }

  @Test
  void aProblemOfAFieldThatTheEntryHasNotIsThePlaceOfTheEntry() {
    DirectoryFile file =
        parse(
            contoso(SERVERS + "routeAllMessagesViaOnPremises: true")
                + """
                    inboundConnectors:
                      - name: Gateway
                        connectorType: onPremises
                        senderIPAddresses: [192.0.2.1]
                        efSkipLastIP: true
                """);
    assertThat(problems(file))
        .as("%s", problems(file))
        .anySatisfy(
            found -> {
              assertThat(found.object()).isEqualTo("organization/contoso");
              assertThat(found.field()).startsWith("hybrid");
              assertThat(found.line()).isGreaterThan(5);
            });
  }

  @Test
  void aConnectorOfTheSameNameIsRefused() {
    DirectoryFile file =
        parse(
            contoso(SERVERS)
                + """
                    outboundConnectors:
                      - name: Outbound to on-premises
                        connectorType: onPremises
                        recipientDomains: [contoso.com]
                        smartHosts: [other.contoso.com]
                """);
    assertThat(file.problems())
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.object())
                  .isEqualTo("outbound-connector/contoso/Outbound to on-premises");
              assertThat(found.problem()).contains("hybrid entry");
              assertThat(found.line()).isEqualTo(7);
            });
  }

  @Test
  void theDifferenceShowsTheConnectorsAndTheViewCanBeAppliedAgain() throws Exception {
    DirectoryFile file = parse(contoso(SERVERS));
    DirectoryDiff first = DirectoryDiff.of(List.of(), file);
    assertThat(first.changes())
        .extracting(DirectoryChange::object)
        .contains(
            "inbound-connector/contoso/Inbound from on-premises",
            "outbound-connector/contoso/Outbound to on-premises");

    List<Map<String, Object>> view = FileView.organizations(first.objects());
    assertThat(view.getFirst()).doesNotContainKey("hybrid").containsKey("inboundConnectors");
    DirectoryFile again =
        DirectoryFile.parse(new ObjectMapper().writeValueAsBytes(Map.of("organizations", view)));
    assertThat(again.problems()).isEmpty();
    assertThat(DirectoryDiff.of(first.objects(), again).objects()).isEmpty();

    // Without the entry, the connectors go.
    DirectoryFile without = parse(contoso(SERVERS).replaceFirst("(?s)    hybrid:.*", ""));
    assertThat(DirectoryDiff.of(first.objects(), without).changes())
        .extracting(DirectoryChange::change)
        .containsExactly(DirectoryChange.REMOVED, DirectoryChange.REMOVED);
  }
}
