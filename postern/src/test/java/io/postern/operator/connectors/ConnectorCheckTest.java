package io.postern.operator.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.directory.DirectoryFile;
import io.postern.names.CertificateNames;
import io.postern.rules.Directory;
import io.postern.rules.InboundDecision;
import io.postern.rules.InboundFacts;
import io.postern.rules.InboundRules;
import io.postern.rules.OutboundDecision;
import io.postern.rules.OutboundRules;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The answers about a certificate, and the decisions about mail with it. */
class ConnectorCheckTest {
  private static final Instant NOW = Instant.parse("2026-11-28T00:00:00Z");
  private static final Judge GOOD = question -> verdict(VerdictResult.GOOD);

  private static final String HYBRID =
      """
      organizations:
        - id: contoso
          acceptedDomains:
            - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
            - { domain: sub.contoso.com, mailboxRoute: { host: mailbox.example } }
          hybrid: { onPremisesServers: [mail.contoso.com], certificateName: mail.contoso.com }
      """;

  private static CertificateVerdict verdict(VerdictResult result) {
    return CertificateVerdict.newBuilder().setResult(result).build();
  }

  private static ShownCertificate shown(String... names) {
    return new ShownCertificate(
        List.of("certificate".getBytes(StandardCharsets.US_ASCII)),
        new byte[0],
        List.of(names),
        null,
        "",
        "");
  }

  private static CheckedDirectory directory(String yaml) {
    CheckedDirectory checked = CheckedDirectory.of(List.of(), yaml);
    assertThat(checked.unreadable()).isEmpty();
    return checked;
  }

  private static List<CheckedConnector> check(
      String yaml, Judge judge, ShownCertificate shown, String... connectors) throws Exception {
    CheckedDirectory checked = directory(yaml);
    return new ConnectorCheck(checked.directory(), checked.problems(), shown, judge, NOW)
        .check("contoso", List.of(connectors));
  }

  private static Answer answer(CheckedConnector connector, String question) {
    return connector.answers().stream()
        .filter(answer -> answer.question().equals(question))
        .findFirst()
        .orElseThrow(() -> new AssertionError(question + " in " + connector.answers()));
  }

  @Test
  void theHybridsCertificateIsTakenInBothDirections() throws Exception {
    List<CheckedConnector> checked = check(HYBRID, GOOD, shown("mail.contoso.com"));
    assertThat(checked)
        .extracting(CheckedConnector::direction, CheckedConnector::accepted)
        .containsExactly(tuple("inbound", true), tuple("outbound", true));
    assertThat(checked.getFirst().answers())
        .extracting(Answer::question)
        .containsExactly(
            "name",
            "acceptedDomain",
            "attribution",
            "authority",
            "validity",
            "purpose",
            "revocation",
            "accepted");
    assertThat(answer(checked.getFirst(), "acceptedDomain").why())
        .contains("one level above mail.contoso.com");
  }

  @Test
  void aDomainWithAListOfRecipientsNeedsNoneHere() throws Exception {
    String listed =
        HYBRID.replace(
            "domain: contoso.com,",
            "domain: contoso.com, domainType: internalRelay, recipientValidation: list,");
    assertThat(listed).contains("recipientValidation: list");
    assertThat(check(listed, GOOD, shown("mail.contoso.com")))
        .hasSize(2)
        .allMatch(CheckedConnector::accepted);
  }

  /** The rule of the ATTR36 article: the name or its immediate parent must be accepted. */
  @ParameterizedTest
  @CsvSource({
    "mail.contoso.com, mail.contoso.com, yes, yes",
    "mail.contoso.com, *.contoso.com, yes, yes",
    "mail.contoso.com, gate.contoso.com, no, unknown",
    "contoso.com, contoso.com, yes, yes",
    "host.sub.contoso.com, host.sub.contoso.com, yes, yes",
    "host.deep.contoso.com, host.deep.contoso.com, yes, no",
    "mail.contoso.net, mail.contoso.net, yes, no",
    "'*.contoso.com', gate.contoso.com, yes, yes",
  })
  void nameAndDepthOfTheAcceptedDomain(
      String wanted, String presented, String name, String acceptedDomain) throws Exception {
    String yaml =
        """
        organizations:
          - id: contoso
            acceptedDomains:
              - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
              - { domain: sub.contoso.com, mailboxRoute: { host: mailbox.example } }
            inboundConnectors:
              - { name: Own, connectorType: onPremises, tlsSenderCertificateName: "%s" }
        """
            .formatted(wanted);
    Directory applied = directory(yaml).directory();
    // As if applied by an earlier version: the rules of today refuse some of these.
    CheckedConnector own =
        new ConnectorCheck(applied, List.of(), shown(presented), GOOD, NOW)
            .check("contoso", List.of())
            .getFirst();
    assertThat(answer(own, "name").answer()).hasToString(name);
    assertThat(answer(own, "acceptedDomain").answer()).hasToString(acceptedDomain);
    assertThat(own.accepted()).isEqualTo(acceptedDomain.equals("yes"));
  }

  @Test
  void aConnectorThatTheRulesRefuseIsNotOneThatTakesMail() throws Exception {
    String yaml =
        """
        organizations:
          - id: contoso
            acceptedDomains:
              - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
            inboundConnectors:
              - { name: Own, connectorType: onPremises, tlsSenderCertificateName: mail.contoso.net }
        """;
    CheckedConnector own = check(yaml, GOOD, shown("mail.contoso.net")).getFirst();
    assertThat(own.accepted()).isFalse();
    assertThat(answer(own, "directory").why()).contains("proves nothing");
  }

  /** Pain point 11: the wizard's wildcard takes a gateway's mail, and the other way round. */
  @Test
  void anotherConnectorThatTakesTheCertificateFirstIsNamed() throws Exception {
    String yaml =
        HYBRID
            + """
                inboundConnectors:
                  - name: Gateway
                    connectorType: onPremises
                    tlsSenderCertificateName: "*.contoso.com"
              - id: fabrikam
                acceptedDomains:
                  - { domain: fabrikam.com, mailboxRoute: { host: mailbox.example } }
                inboundConnectors:
                  - { name: Own, connectorType: onPremises, tlsSenderCertificateName: mail.fabrikam.com }
            """
                .indent(0);
    CheckedConnector gateway = check(yaml, GOOD, shown("mail.contoso.com"), "Gateway").getFirst();
    assertThat(gateway.accepted()).isFalse();
    assertThat(answer(gateway, "attribution").why())
        .contains("contoso/Inbound from on-premises takes it first");
    assertThat(check(yaml, GOOD, shown("gate.contoso.com"), "Gateway").getFirst().accepted())
        .isTrue();
    CheckedConnector tied =
        check(yaml, GOOD, shown("mail.contoso.com", "mail.fabrikam.com")).get(1);
    assertThat(tied.connector()).isEqualTo("Inbound from on-premises");
    assertThat(answer(tied, "attribution").why()).contains("several organizations");
    assertThat(tied.accepted()).isFalse();
  }

  @Test
  void aPartnersConnectorIsCheckedByName() throws Exception {
    String yaml =
        """
        organizations:
          - id: contoso
            acceptedDomains:
              - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
            inboundConnectors:
              - { name: From Fabrikam, connectorType: partner, senderDomains: ["*.fabrikam.com"],
                  tlsSenderCertificateName: mail.fabrikam.com, restrictDomainsToCertificate: true }
              - { name: By address, connectorType: onPremises, senderIPAddresses: [192.0.2.1] }
            outboundConnectors:
              - { name: To Fabrikam, connectorType: partner, recipientDomains: [fabrikam.com],
                  smartHosts: [mail.fabrikam.com], tlsSettings: encryptionOnly }
        """;
    assertThat(check(yaml, GOOD, shown("mail.fabrikam.com"))).isEmpty();
    assertThat(check(yaml, GOOD, shown("mail.fabrikam.com"), "From Fabrikam", "To Fabrikam"))
        .allMatch(CheckedConnector::accepted)
        .hasSize(2);
    CheckedConnector other = check(yaml, GOOD, shown("mail.other.com"), "From Fabrikam").getFirst();
    assertThat(other.accepted()).isFalse();
    assertThat(answer(other, "accepted").why()).contains("550 5.7.51");
    CheckedConnector byAddress =
        check(yaml, GOOD, shown("mail.fabrikam.com"), "By address").getFirst();
    assertThat(byAddress.accepted()).isFalse();
    assertThat(answer(byAddress, "name").why()).contains("looks at no certificate");
  }

  /** In force the domain is another organization's: apply refuses the file. */
  @Test
  void problemsOfOtherObjectsOfTheFileAreKept() {
    List<DirectoryObject> inForce =
        DirectoryFile.parse(
                """
                organizations:
                  - id: fabrikam
                    acceptedDomains:
                      - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
                """
                    .getBytes(StandardCharsets.UTF_8))
            .objects();
    CheckedDirectory checked = CheckedDirectory.of(inForce, HYBRID);
    assertThat(checked.problemsBeside(List.of()))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.line()).isEqualTo(4);
              assertThat(problem.object()).isEqualTo("accepted-domain/contoso.com");
              assertThat(problem.problem()).contains("accepted for another organization");
            });
    assertThat(CheckedDirectory.of(inForce).problemsBeside(List.of())).isEmpty();
  }

  @Test
  void problemsOfAConnectorThatIsLookedAtAreItsAnswers() throws Exception {
    String yaml =
        """
        organizations:
          - id: contoso
            acceptedDomains:
              - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
            inboundConnectors:
              - { name: Own, connectorType: onPremises, tlsSenderCertificateName: mail.contoso.net }
            outboundConnectors:
              - { name: Own, connectorType: onPremises, recipientDomains: [contoso.com], smartHosts: [h.example],
                  tlsDomain: h.example }
        """;
    CheckedDirectory checked = directory(yaml);
    List<CheckedConnector> inbound = check(yaml, GOOD, shown("mail.contoso.net"));
    assertThat(inbound).hasSize(1);
    assertThat(checked.problemsBeside(inbound))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.object()).isEqualTo("outbound-connector/contoso/Own");
              assertThat(problem.field()).isEqualTo("tlsDomain");
            });
    assertThat(checked.problemsBeside(check(yaml, GOOD, shown("mail.contoso.net"), "Own")))
        .isEmpty();
  }

  /** An applied file may be older than the rule that a validated connector has a name. */
  @Test
  void aConnectorThatValidatesNoNameTakesNotAnyCertificate() throws Exception {
    Directory applied =
        directory(
                """
                organizations:
                  - id: contoso
                    acceptedDomains:
                      - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
                    outboundConnectors:
                      - { name: Own, connectorType: onPremises, routeAllMessagesViaOnPremises: true,
                          useMXRecord: true, tlsSettings: domainValidation }
                """)
            .directory();
    CheckedConnector own =
        new ConnectorCheck(
                applied,
                List.of(),
                shown("mail.contoso.com"),
                question -> verdict(VerdictResult.BAD),
                NOW)
            .check("contoso", List.of())
            .getFirst();
    assertThat(own.accepted()).isFalse();
    assertThat(own.answers()).extracting(Answer::question).doesNotContain("tlsSettings");
  }

  @Test
  void disabledAndBlockedConnectorsTakeNothing() throws Exception {
    String own =
        """
        organizations:
          - id: contoso
            acceptedDomains:
              - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
            inboundConnectors:
              - { name: Own, connectorType: onPremises, tlsSenderCertificateName: mail.contoso.com, %s }
        """;
    CheckedConnector disabled =
        check(own.formatted("enabled: false"), GOOD, shown("mail.contoso.com")).getFirst();
    assertThat(disabled.accepted()).isFalse();
    assertThat(answer(disabled, "enabled").cure()).contains("enabled: true");
    CheckedConnector outbound =
        check(
                """
                organizations:
                  - id: contoso
                    acceptedDomains:
                      - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
                    outboundConnectors:
                      - { name: Own, connectorType: onPremises, recipientDomains: [contoso.com], enabled: false,
                          smartHosts: [h.example], tlsSettings: domainValidation, tlsDomain: mail.contoso.com }
                      - { name: Plain, connectorType: onPremises, recipientDomains: [contoso.com],
                          smartHosts: [h.example] }
                """,
                GOOD,
                shown("mail.contoso.com"))
            .getFirst();
    assertThat(outbound.connector()).isEqualTo("Own");
    assertThat(outbound.accepted()).isFalse();
    assertThat(answer(outbound, "enabled").cure()).contains("enabled: true");
    CheckedConnector blocked =
        check(own.formatted("blocked: true"), GOOD, shown("mail.contoso.com")).getFirst();
    assertThat(blocked.accepted()).isFalse();
    assertThat(answer(blocked, "attribution").answer()).isEqualTo(Answer.Result.YES);
    assertThat(answer(blocked, "accepted").why()).contains("550 5.7.711");
  }

  @Test
  void aHostWithoutACertificateIsTakenByNone() throws Exception {
    assertThat(check(HYBRID, GOOD, ShownCertificate.none("starttls-not-offered", "offer it")))
        .hasSize(2)
        .noneMatch(CheckedConnector::accepted)
        .allSatisfy(
            connector -> assertThat(answer(connector, "certificate").cure()).isEqualTo("offer it"));
  }

  @ParameterizedTest
  @EnumSource(
      value = VerdictReason.class,
      names = {"UNRECOGNIZED", "VERDICT_REASON_UNSPECIFIED"},
      mode = EnumSource.Mode.EXCLUDE)
  void eachReasonOfTheJudgeIsTheAnswerToOneQuestion(VerdictReason reason) throws Exception {
    Judge bad =
        question ->
            CertificateVerdict.newBuilder()
                .setResult(VerdictResult.BAD)
                .setReason(reason)
                .setDetail("detail")
                .build();
    assertThat(check(HYBRID, bad, shown("mail.contoso.com")))
        .hasSize(2)
        .noneMatch(CheckedConnector::accepted)
        .allSatisfy(
            connector -> {
              List<Answer> no =
                  connector.answers().stream()
                      .filter(answer -> answer.answer() == Answer.Result.NO)
                      .toList();
              assertThat(no).hasSize(2); // the question, and accepted
              assertThat(no.getFirst().why()).startsWith("bad").endsWith("detail");
              assertThat(no.getFirst().cure()).isNotEmpty();
            });
  }

  @Test
  void unknownIsNotGood() throws Exception {
    Judge unknown =
        question ->
            CertificateVerdict.newBuilder()
                .setResult(VerdictResult.UNKNOWN)
                .setReason(VerdictReason.REVOCATION_UNREACHABLE)
                .build();
    CheckedConnector inbound = check(HYBRID, unknown, shown("mail.contoso.com")).getFirst();
    assertThat(answer(inbound, "revocation").answer()).isEqualTo(Answer.Result.UNKNOWN);
    assertThat(answer(inbound, "accepted").why()).contains("451 4.7.5");
  }

  /** For random directories and certificates: the check says what mail would meet. */
  @Test
  void theAnswersAreTheDecisionsOfTheRules() throws Exception {
    Random random = new Random(54);
    int in = 0;
    int out = 0;
    int not = 0;
    for (int round = 0; round < 1_500; round++) {
      Directory directory = directory(yaml(random)).directory();
      ShownCertificate shown =
          shown(
              random
                  .ints(1 + random.nextInt(2), 0, NAMES.size())
                  .mapToObj(NAMES::get)
                  .distinct()
                  .toArray(String[]::new));
      boolean good = random.nextInt(4) > 0;
      Judge judge = question -> verdict(good ? VerdictResult.GOOD : VerdictResult.BAD);
      for (String organization : List.of("contoso", "fabrikam")) {
        for (CheckedConnector checked :
            new ConnectorCheck(directory, List.of(), shown, judge, NOW)
                .check(organization, List.of())) {
          boolean expected =
              checked.direction().equals("inbound")
                  ? letIn(directory, checked, shown, good)
                  : sentTo(directory, checked, shown, good);
          assertThat(checked.accepted()).as("%s %s", checked, shown.names()).isEqualTo(expected);
          assertThat(checked.answers().stream().allMatch(a -> a.answer() == Answer.Result.YES))
              .as("all answers are yes, %s", checked)
              .isEqualTo(expected);
          in += expected && checked.direction().equals("inbound") ? 1 : 0;
          out += expected && checked.direction().equals("outbound") ? 1 : 0;
          not += expected ? 0 : 1;
        }
      }
    }
    assertThat(in).isGreaterThan(150);
    assertThat(out).isGreaterThan(150);
    assertThat(not).isGreaterThan(500);
  }

  private static final List<String> NAMES =
      List.of(
          "mail.contoso.com",
          "gate.contoso.com",
          "*.contoso.com",
          "contoso.com",
          "a.sub.contoso.com",
          "mail.fabrikam.com");
  private static final List<String> WANTED =
      List.of(
          "mail.contoso.com",
          "*.contoso.com",
          "contoso.com",
          "a.sub.contoso.com",
          "*.fabrikam.com");

  private static String yaml(Random random) {
    StringBuilder yaml = new StringBuilder("organizations:\n");
    List<String> domains =
        new ArrayList<>(List.of("contoso.com", "sub.contoso.com", "fabrikam.com"));
    for (String organization : List.of("contoso", "fabrikam")) {
      List<String> own =
          domains.stream().filter(domain -> random.nextInt(3) > 0).collect(Collectors.toList());
      domains.removeAll(own);
      yaml.append("  - id: ").append(organization).append("\n    acceptedDomains:\n");
      own.forEach(
          domain ->
              yaml.append("      - { domain: ")
                  .append(domain)
                  .append(", mailboxRoute: { host: mailbox.example } }\n"));
      yaml.append("    inboundConnectors:\n");
      for (int i = random.nextInt(3); i >= 0; i--) {
        yaml.append(
            "      - { name: In %d, connectorType: onPremises, tlsSenderCertificateName: \"%s\", requireTls: true, enabled: %s, blocked: %s }\n"
                .formatted(
                    i,
                    WANTED.get(random.nextInt(WANTED.size())),
                    random.nextInt(6) > 0,
                    random.nextInt(8) == 0));
      }
      yaml.append("    outboundConnectors:\n");
      for (int i = random.nextInt(3); i >= 0; i--) {
        yaml.append(
            "      - { name: Out %d, connectorType: onPremises, enabled: %s, recipientDomains: [%s], smartHosts: [h.example], tlsSettings: %s }\n"
                .formatted(
                    i,
                    random.nextInt(6) > 0,
                    random.nextBoolean() ? "contoso.com" : "\"*.contoso.com\", fabrikam.com",
                    random.nextInt(3) == 0
                        ? "certificateValidation"
                        : "domainValidation, tlsDomain: \""
                            + WANTED.get(random.nextInt(WANTED.size()))
                            + "\""));
      }
    }
    return yaml.toString();
  }

  private static boolean letIn(
      Directory directory, CheckedConnector checked, ShownCertificate shown, boolean good) {
    InboundFacts facts =
        new InboundFacts(
            "198.51.100.9", true, shown.chain(), new byte[0], shown.names(), "stranger.example");
    return InboundRules.decide(
                directory,
                facts,
                "elsewhere.example",
                question -> verdict(good ? VerdictResult.GOOD : VerdictResult.BAD))
            instanceof InboundDecision.Accept accept
        && accept.organization().equals(checked.organization())
        && accept.connector().equals(checked.connector());
  }

  private static boolean sentTo(
      Directory directory, CheckedConnector checked, ShownCertificate shown, boolean good) {
    OutboundConnector connector =
        directory.outboundConnectors(checked.organization()).stream()
            .filter(each -> each.getName().equals(checked.connector()))
            .findFirst()
            .orElseThrow();
    boolean chosen =
        connector.getRecipientDomainsList().stream()
            .map(domain -> domain.replace("*.", ""))
            .map(
                domain ->
                    OutboundRules.decide(
                        directory,
                        checked.organization(),
                        Direction.ORIGINATING,
                        domain,
                        RequireTls.REQUIRE_TLS_UNSPECIFIED))
            .anyMatch(
                decision ->
                    decision instanceof OutboundDecision.Deliver deliver
                        && deliver.connector().equals(checked.connector()));
    return chosen
        && good
        && (connector.getTlsDomain().isEmpty()
            || CertificateNames.matches(connector.getTlsDomain(), shown.names()));
  }
}
