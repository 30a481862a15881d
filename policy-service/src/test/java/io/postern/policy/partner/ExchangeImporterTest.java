package io.postern.policy.partner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.api.Rights;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.directory.DirectoryFile;
import io.postern.policy.change.Author;
import io.postern.policy.change.Change;
import io.postern.policy.change.Changed;
import io.postern.policy.change.DirectoryChanges;
import io.postern.rules.Directory;
import io.postern.rules.checks.Quotas;
import jakarta.ws.rs.WebApplicationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link ExchangeImporter}: an import gives nobody rights that the directory's API does not. */
class ExchangeImporterTest {
  private static final byte[] DOMAIN_OF_SOMEBODY =
      "[{\"DomainName\":\"victim.example\",\"DomainType\":\"Authoritative\"}]"
          .getBytes(StandardCharsets.UTF_8);

  private static final Directory CONTOSO =
      Directory.of(
          List.of(
              DirectoryObject.newBuilder()
                  .setOrganization(
                      Organization.newBuilder().setId("contoso").setDisplayName("Contoso Ltd"))
                  .build()),
          1,
          Map.of());

  private static final Rights ADMINISTRATOR = Rights.of(List.of("administrator:contoso"));

  private final List<DirectoryObject> made = new ArrayList<>();

  /** The mail of a domain goes to the organization that adds it. */
  @Test
  void anAdministratorImportsNoAcceptedDomain() {
    assertThatThrownBy(() -> run(Rights.of(List.of("administrator:contoso"))))
        .isInstanceOfSatisfying(
            WebApplicationException.class,
            e ->
                assertThat(e.getResponse().getEntity())
                    .isInstanceOfSatisfying(
                        ImportProblem.class,
                        problem -> {
                          assertThat(problem.status()).isEqualTo(422);
                          assertThat(problem.errors())
                              .singleElement()
                              .satisfies(
                                  fault -> {
                                    assertThat(fault.problem()).contains("only an operator");
                                    assertThat(fault.pointer())
                                        .isEqualTo("/organizations/0/acceptedDomains/0");
                                  });
                          assertThat(problem.file()).contains("victim.example");
                          assertThat(problem.findings()).isNotEmpty();
                        }));
  }

  @Test
  void anOperatorDoes() {
    ImportAnswer answer = run(Rights.of(List.of("operator")));

    // The organization stays as it is, and is no change.
    assertThat(answer.changes())
        .singleElement()
        .satisfies(
            change -> assertThat(change.object()).isEqualTo("accepted-domain/victim.example"));
  }

  /** A second import armed a connector that only reports, and took away what was demanded. */
  @Test
  void aConnectorThatIsHereKeepsWhatExchangeHasNoParameterFor() {
    InboundConnector in =
        InboundConnector.newBuilder()
            .setName("From Fabrikam")
            .setOrganization("contoso")
            .setConnectorType(ConnectorType.PARTNER)
            .setEnabled(true)
            .addSenderDomains("fabrikam.example")
            .setRequireTls(true)
            .setMode(ConnectorMode.REPORT_ONLY)
            .setRevocation(RevocationMode.REVOCATION_BEST_EFFORT)
            .setAnchors(AnchorSetReference.getDefaultInstance())
            .build();
    OutboundConnector out =
        OutboundConnector.newBuilder()
            .setName("To Fabrikam")
            .setOrganization("contoso")
            .setConnectorType(ConnectorType.PARTNER)
            .setEnabled(true)
            .addRecipientDomains("fabrikam.example")
            .setUseMxRecord(true)
            .setTlsSettings(TlsLevel.CERTIFICATE_VALIDATION)
            .setRequirePostQuantum(true)
            .setRequireForwardSecrecy(true)
            .setEhloName("gate.contoso.example")
            .setRevocation(RevocationMode.REVOCATION_REQUIRED)
            .setMinimumTlsVersion(TlsVersion.TLS_1_2)
            .setAnchors(AnchorSetReference.getDefaultInstance())
            .build();
    Directory before =
        CONTOSO.with(
            List.of(
                DirectoryObject.newBuilder().setInboundConnector(in).build(),
                DirectoryObject.newBuilder().setOutboundConnector(out).build()));
    String file =
        """
        [{"Identity":"From Fabrikam","Name":"From Fabrikam","ConnectorType":"Partner","Enabled":true,
          "SenderDomains":["smtp:fabrikam.example;1","smtp:*.fabrikam.example;1"],"RequireTls":true},
         {"Identity":"To Fabrikam","Name":"To Fabrikam","ConnectorType":"Partner","Enabled":true,
          "RecipientDomains":["fabrikam.example"],"UseMXRecord":true,
          "TlsSettings":"CertificateValidation","Comment":"new"}]
        """;

    ImportAnswer answer =
        new ExchangeImporter(before, "contoso", List.of())
            .run(
                file.getBytes(StandardCharsets.UTF_8),
                (objects, draft) -> {
                  made.addAll(objects);
                  return compared(before, objects, draft, ADMINISTRATOR);
                });

    assertThat(made)
        .filteredOn(DirectoryObject::hasInboundConnector)
        .extracting(DirectoryObject::getInboundConnector)
        .containsExactly(in.toBuilder().addSenderDomains("*.fabrikam.example").build());
    assertThat(made)
        .filteredOn(DirectoryObject::hasOutboundConnector)
        .extracting(DirectoryObject::getOutboundConnector)
        .containsExactly(out.toBuilder().setComment("new").build());
    assertThat(answer.changes().toString()).doesNotContain("mode").doesNotContain("ehloName");
    assertThat(answer.findings())
        .filteredOn(finding -> finding.remark().startsWith("kept as they are"))
        .hasSize(2);
  }

  private static DirectoryObject object(InboundConnector.Builder connector) {
    return DirectoryObject.newBuilder().setInboundConnector(connector).build();
  }

  /** A block of a sender domain would shrink to the addresses of the file. */
  @Test
  void aConnectorForEveryClientIsNotNarrowedToAddresses() {
    InboundConnector.Builder blocked =
        InboundConnector.newBuilder()
            .setName("Bank")
            .setOrganization("contoso")
            .setConnectorType(ConnectorType.PARTNER)
            .setEnabled(true)
            .addSenderDomains("bank.example")
            .setRequireTls(true)
            .setBlocked(true);

    ImportAnswer answer =
        imported(
            CONTOSO.with(List.of(object(blocked))),
            """
            [{"Identity":"Bank","Name":"Bank","ConnectorType":"Partner","Enabled":true,
              "SenderDomains":["bank.example"],"RequireTls":true,"SenderIPAddresses":["192.0.2.1"],
              "RestrictDomainsToIPAddresses":false}]
            """);

    assertThat(answer.changes().toString()).doesNotContain("senderIPAddresses");
    assertThat(answer.findings())
        .anySatisfy(finding -> assertThat(finding.remark()).contains("for every client"));
  }

  @Test
  void credentialsStayWithTheHostsThatTheyAreForAndPortsStay() {
    OutboundConnector.Builder out =
        OutboundConnector.newBuilder()
            .setName("Smart")
            .setOrganization("contoso")
            .setConnectorType(ConnectorType.PARTNER)
            .setEnabled(true)
            .addRecipientDomains("*")
            .addSmartHosts(NextHopHost.newBuilder().setHost("relay.example").setPort(587))
            .setTlsSettings(TlsLevel.CERTIFICATE_VALIDATION)
            .setCredentials("relay");
    Directory before =
        CONTOSO.with(List.of(DirectoryObject.newBuilder().setOutboundConnector(out).build()));
    String file =
        """
        [{"Identity":"Smart","Name":"Smart","ConnectorType":"Partner","Enabled":true,
          "RecipientDomains":["*"],"UseMXRecord":false,"SmartHosts":["HOST"],
          "TlsSettings":"CertificateValidation"}]
        """;

    assertThat(imported(before, file.replace("HOST", "Relay.example")).file())
        .contains("relay.example:587")
        .contains("credentials");
    assertThat(imported(before, file.replace("HOST", "other.example")).file())
        .doesNotContain("credentials");
  }

  private static ImportAnswer imported(Directory before, String file) {
    return new ExchangeImporter(before, "contoso", List.of())
        .run(
            file.getBytes(StandardCharsets.UTF_8),
            (objects, draft) -> compared(before, objects, draft, ADMINISTRATOR));
  }

  private static ImportAnswer run(Rights rights) {
    return new ExchangeImporter(CONTOSO, "contoso", List.of("mailbox.contoso.example"))
        .run(DOMAIN_OF_SOMEBODY, (objects, draft) -> compared(CONTOSO, objects, draft, rights));
  }

  private static Changed compared(
      Directory before, List<DirectoryObject> objects, DirectoryFile draft, Rights rights) {
    return DirectoryChanges.compare(
        Change.of(
                before,
                List.of("contoso"),
                now -> objects,
                new Author("admin", rights, "exchange-import", ""),
                true)
            .placed(draft::locate),
        Quotas.NONE);
  }
}
