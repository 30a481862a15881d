package io.postern.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.UnansweredRecipients;
import io.postern.lab.LabCa;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DirectoryFileTest {
  private static String pem = "";

  @BeforeAll
  static void anchor() throws Exception {
    pem = Pem.text(List.of(LabCa.create("Dev Root").root().getEncoded()));
  }

  private static String good() {
    return """
        organizations:
          - id: contoso
            displayName: Contoso Ltd
            expiryHours: 48
            acceptedDomains:
              - domain: Contoso.Example
                mailboxRoute: { host: 127.0.0.1, port: 2401, protocol: smtp, tlsSettings: domainValidation,
                                tlsDomain: mailbox.contoso.example, trustAnchors: dev, revocation: bestEffort }
                recipientValidation: mailboxRoute
                unansweredRecipients: defer
            trustAnchors:
              - name: dev
                pem: |
        %s
            inboundConnectors:
              - name: From Fabrikam
                connectorType: partner
                senderDomains: [fabrikam.example, "*.bücher.example"]
                tlsSenderCertificateName: mail.fabrikam.example
                restrictDomainsToCertificate: true
              - name: On premises
                connectorType: onPremises
                enabled: false
                senderIPAddresses: [192.0.2.0/24]
            outboundConnectors:
              - name: To Fabrikam
                connectorType: Partner
                recipientDomains: smtp:fabrikam.example;1
                smartHosts: [mail.fabrikam.example:2525, 192.0.2.7, "[2001:db8::1]:26", 2001:db8::2]
                tlsSettings: DomainValidation
                tlsDomain: mail.fabrikam.example
                minimumTlsVersion: TLSv1.3
                revocation: off
                testMode: false
                isTransportRuleScoped: false
                aia: false
              - name: Rest
                connectorType: partner
                recipientDomains: ["*"]
        """
        .formatted(pem.indent(12).stripTrailing());
  }

  private static DirectoryFile parse(String yaml) {
    return DirectoryFile.parse(yaml.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aGoodFileIsReadWithExchangesDefaults() {
    DirectoryFile file = parse(good());

    assertThat(file.problems()).isEmpty();
    assertThat(file.organizations()).containsExactly("contoso");
    Map<String, DirectoryObject> objects =
        file.objects().stream().collect(Collectors.toMap(DirectoryKeys::key, Function.identity()));
    assertThat(objects)
        .containsOnlyKeys(
            "organization/contoso",
            "accepted-domain/contoso.example",
            "anchor-set/contoso/dev",
            "inbound-connector/contoso/From Fabrikam",
            "inbound-connector/contoso/On premises",
            "outbound-connector/contoso/To Fabrikam",
            "outbound-connector/contoso/Rest");
    assertThat(of(objects, "organization/contoso").getOrganization().getExpiryHours())
        .isEqualTo(48);

    AcceptedDomain domain = of(objects, "accepted-domain/contoso.example").getAcceptedDomain();
    assertThat(domain.getMailboxHost())
        .isEqualTo(NextHopHost.newBuilder().setHost("127.0.0.1").setPort(2401).build());
    assertThat(domain.getMailboxProtocol()).isEqualTo(HopProtocol.SMTP);
    assertThat(domain.getMailboxTls()).isEqualTo(TlsLevel.DOMAIN_VALIDATION);
    assertThat(domain.getMailboxAnchors().getId()).isEqualTo("contoso/dev");
    assertThat(domain.getMailboxRevocation()).isEqualTo(RevocationMode.REVOCATION_BEST_EFFORT);
    assertThat(domain.getRecipientValidation())
        .isEqualTo(RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE);
    assertThat(domain.getUnansweredRecipients())
        .isEqualTo(UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER);

    InboundConnector in =
        of(objects, "inbound-connector/contoso/From Fabrikam").getInboundConnector();
    assertThat(in.getRequireTls()).as("a partner needs TLS by default").isTrue();
    assertThat(in.getEnabled()).isTrue();
    assertThat(in.getSenderDomainsList())
        .containsExactly("fabrikam.example", "*.xn--bcher-kva.example");
    assertThat(in.getRevocation()).isEqualTo(RevocationMode.REVOCATION_REQUIRED);
    InboundConnector onPremises =
        of(objects, "inbound-connector/contoso/On premises").getInboundConnector();
    assertThat(onPremises.getConnectorType()).isEqualTo(ConnectorType.ON_PREMISES);
    assertThat(onPremises.getRequireTls()).isFalse();
    assertThat(onPremises.getEnabled()).isFalse();

    OutboundConnector out =
        of(objects, "outbound-connector/contoso/To Fabrikam").getOutboundConnector();
    assertThat(out.getUseMxRecord()).as("naming smart hosts is enough").isFalse();
    assertThat(out.getRecipientDomainsList()).containsExactly("fabrikam.example");
    assertThat(out.getSmartHostsList().stream().map(Hosts::text))
        .containsExactly(
            "mail.fabrikam.example:2525", "192.0.2.7", "[2001:db8::1]:26", "[2001:db8::2]");
    assertThat(out.getTlsSettings()).isEqualTo(TlsLevel.DOMAIN_VALIDATION);
    assertThat(out.getMinimumTlsVersion()).isEqualTo(TlsVersion.TLS_1_3);
    assertThat(out.getRevocation()).isEqualTo(RevocationMode.REVOCATION_OFF);
    OutboundConnector rest = of(objects, "outbound-connector/contoso/Rest").getOutboundConnector();
    assertThat(rest.getTlsSettings()).isEqualTo(TlsLevel.OPPORTUNISTIC);
    assertThat(rest.getUseMxRecord()).isTrue();
  }

  private static DirectoryObject of(Map<String, DirectoryObject> objects, String key) {
    return java.util.Objects.requireNonNull(objects.get(key), key);
  }

  @Test
  void whatIsShownCanBeAppliedAgainAndIsTheSame() {
    DirectoryFile file = parse(good());
    String shown =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .valueToTree(Map.of("organizations", FileView.organizations(file.objects())))
            .toString();

    DirectoryFile again = parse(shown);

    assertThat(again.problems()).isEmpty();
    assertThat(again.objects()).containsExactlyInAnyOrderElementsOf(file.objects());
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        arguments(
            "an unknown field",
            "tlsSettings: DomainValidation",
            "tlsSetings: encryptionOnly",
            "unknown field tlsSetings",
            "did you mean tlsSettings?"),
        arguments(
            "an unknown value",
            "tlsSettings: DomainValidation",
            "tlsSettings: strict",
            "tlsSettings is \"strict\"",
            "write one of encryptionOnly, certificateValidation, domainValidation"),
        arguments(
            "an empty value",
            "tlsSettings: DomainValidation",
            "tlsSettings:",
            "tlsSettings has no value",
            "write one, or remove the line"),
        arguments(
            "a field given twice",
            "tlsDomain: mail.fabrikam.example",
            "name: To Fabrikam",
            "name is a duplicate",
            "keep one of the two"),
        arguments(
            "a wrong flag",
            "enabled: false",
            "enabled: no",
            "enabled is \"no\"",
            "write true or false"),
        arguments(
            "a wrong number",
            "expiryHours: 48",
            "expiryHours: 500",
            "expiryHours is \"500\"",
            "write a number from 12 to 120"),
        arguments(
            "a trial as Exchange's",
            "minimumTlsVersion: TLSv1.3",
            "testMode: true",
            "this version does not evaluate it",
            "use mode: reportOnly"),
        arguments(
            "intermediates that are to be fetched",
            "minimumTlsVersion: TLSv1.3",
            "aia: true",
            "this version does not evaluate it",
            "remove it, and let the host send"),
        arguments(
            "a field of outbound connectors",
            "restrictDomainsToCertificate: true",
            "testMode: false",
            "unknown field testMode",
            "did you mean"),
        arguments(
            "a list in place of a value",
            "tlsDomain: mail.fabrikam.example",
            "tlsDomain: [a.example]",
            "tlsDomain is a single value",
            "write one value after it"),
        arguments(
            "a mapping in a list of texts",
            "senderIPAddresses: [192.0.2.0/24]",
            "senderIPAddresses: [{ip: 192.0.2.1}]",
            "senderIPAddresses[0] is a single value",
            "write one value after it"),
        arguments(
            "a wrong port",
            "smartHosts: [mail.fabrikam.example:2525,",
            "smartHosts: [mail.fabrikam.example:99999,",
            "\"mail.fabrikam.example:99999\" is not a host",
            "write a name or an address, with :port (1 to 65535) if it is not the usual one"),
        arguments(
            "not a domain name",
            "tlsDomain: mail.fabrikam.example",
            "tlsDomain: mail fabrikam",
            "\"mail fabrikam\" is not a domain name",
            "write it like mail.example.com"),
        arguments(
            "an alias meant as a wildcard",
            "recipientDomains: [\"*\"]",
            "recipientDomains: [*.fabrikam.example]",
            "this is not YAML",
            "write a value that begins with * in quotes"),
        arguments(
            "a missing type",
            "connectorType: Partner",
            "comment: none",
            "connectorType is missing",
            "write connectorType: partner or onPremises"),
        arguments(
            "a second connector of the name",
            "name: Rest",
            "name: To Fabrikam",
            "outbound-connector/contoso/To Fabrikam is a duplicate",
            "keep one of the two"),
        arguments(
            "a tab",
            "displayName: Contoso Ltd",
            "\tdisplayName: x",
            "this is not YAML",
            "check the indentation"),
        arguments(
            "no id",
            "id: contoso",
            "id: Contoso!",
            "\"Contoso!\" is not a valid ID",
            "write lower-case letters, digits and hyphens"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void aMistakeIsNamedWithItsLineAndItsCure(
      String mistake, String line, String wrong, String problem, String cure) {
    String yaml = good().replace(line, wrong);
    int expected = good().substring(0, good().indexOf(line)).split("\n", -1).length;

    List<FileProblem> problems = parse(yaml).problems();

    assertThat(problems)
        .anySatisfy(
            found -> {
              assertThat(found.problem()).startsWith(problem);
              assertThat(found.cure()).startsWith(cure);
              // A missing or repeated field is shown at the start of its object.
              assertThat(found.line()).isBetween(expected - 1, expected);
              assertThat(found.column()).isPositive();
            });
  }

  @Test
  void aDomainWithoutMailboxRouteIsRefused() {
    List<FileProblem> problems =
        parse("organizations:\n- id: a\n  acceptedDomains:\n  - domain: a.example\n").problems();

    assertThat(problems)
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.line()).isEqualTo(4);
              assertThat(p.object()).isEqualTo("accepted-domain/a.example");
              assertThat(p.field()).isEqualTo("mailboxRoute");
            });
  }

  @Test
  void theDefaultAnchorsWithoutSomeAreASetOfTheirOwn() {
    String fingerprint = "4b".repeat(32);
    DirectoryFile file =
        parse(
            """
            organizations:
            - id: a
              trustAnchors:
              - name: all-but
                withDefaults: true
                distrusted: [%s, %s]
            """
                .formatted("4B:".repeat(31) + "4B", "00".repeat(32)));
    assertThat(file.problems()).isEmpty();
    DirectoryObject read =
        file.objects().stream().filter(DirectoryObject::hasAnchorSet).findFirst().orElseThrow();
    AnchorSet set = read.getAnchorSet();
    assertThat(set.getWithDefaults()).isTrue();
    assertThat(set.getCertificatesCount()).isZero();
    assertThat(set.getDistrustedList())
        .extracting(bytes -> Fingerprints.hex(bytes.toByteArray()))
        .containsExactly(fingerprint, "00".repeat(32));
    assertThat(FileView.fields(read))
        .containsEntry("withDefaults", true)
        .containsEntry("distrusted", List.of(fingerprint, "00".repeat(32)));
  }

  @Test
  void whatIsNoFingerprintIsNamedWithItsLine() {
    assertThat(
            parse(
                    """
                    organizations:
                    - id: a
                      trustAnchors:
                      - name: all-but
                        withDefaults: true
                        distrusted:
                        - DF:3C:24:F9:BF:D6:66:76:1B:26:80:73:FE:06:D1:CC:8D:4F:82:A4
                    """)
                .problems())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.line()).isEqualTo(7);
              assertThat(p.field()).isEqualTo("distrusted[0]");
              assertThat(p.cure()).contains("openssl x509");
            });
  }

  @Test
  void aSetWithoutCertificatesNeedsTheDefaultOnes() {
    assertThat(
            parse("organizations: [{id: a, trustAnchors: [{name: none, withDefaults: false}]}]")
                .problems())
        .singleElement()
        .satisfies(p -> assertThat(p.cure()).contains("withDefaults: true"));
  }

  @Test
  void aPrivateKeyInTrustAnchorsIsRefusedAndNotRepeated() {
    String secret = "c2VjcmV0c2VjcmV0";
    List<FileProblem> problems =
        parse(
                """
                organizations:
                - id: a
                  trustAnchors:
                  - name: dev
                    pem: |
                      -----BEGIN PRIVATE KEY-----
                      %s
                      -----END PRIVATE KEY-----
                """
                    .formatted(secret))
            .problems();

    assertThat(problems).singleElement().satisfies(p -> assertThat(p.line()).isEqualTo(5));
    assertThat(problems.getFirst().problem()).contains("private key").doesNotContain(secret);
  }

  @Test
  void aProblemOfTheRulesIsShownAtItsFieldsLine() {
    DirectoryFile file = parse(good());
    String key = "outbound-connector/contoso/To Fabrikam";
    int hosts = good().substring(0, good().indexOf("smartHosts")).split("\n", -1).length;

    assertThat(file.locate(problem(key, "smartHosts[1]")).line()).isEqualTo(hosts);
    assertThat(file.locate(problem(key, "smartHosts[9].port")).line()).isEqualTo(hosts);
    assertThat(file.locate(problem(key, "noSuchField")).line()).isEqualTo(hosts - 3);
    assertThat(file.locate(problem("accepted-domain/contoso.example", "mailboxRoute.port")).line())
        .isEqualTo(7);
    assertThat(file.locate(problem("organization/gone", "x")).line()).isZero();
  }

  private static DirectoryProblem problem(String object, String field) {
    return DirectoryProblem.newBuilder().setObject(object).setField(field).build();
  }

  static Stream<Arguments> bombs() {
    String deep = "organizations: " + "[".repeat(100_000);
    StringBuilder laughs = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 40; i++) {
      laughs.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1));
    }
    return Stream.of(
        arguments("nested", deep),
        arguments("aliases", laughs + "organizations: *a39\n"),
        arguments("itself", "organizations: &a [*a]\n"),
        arguments("values", "organizations: [" + "a,".repeat(300_000) + "]"),
        arguments("bytes", "#".repeat(5_000_000)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bombs")
  void aFileThatWouldCostTooMuchIsRefusedAtOnce(String kind, String yaml) {
    long begin = System.nanoTime();

    assertThat(parse(yaml).problems()).isNotEmpty();

    assertThat(System.nanoTime() - begin).isLessThan(5_000_000_000L);
  }
}
