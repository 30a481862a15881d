package io.postern.policy.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.policy.AskedVerdicts;
import io.postern.policy.LogLab;
import io.postern.rules.Condition;
import io.postern.rules.Directory;
import io.postern.rules.ExplainedConnector;
import io.postern.smtp.Address;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Explanations of facts by hand, against what an administrator would expect. */
class ExplainerTest {
  private static final String FILE =
      """
      organizations:
      - id: contoso
        acceptedDomains:
        - { domain: contoso.example, mailboxRoute: { host: mailbox.contoso.example } }
        inboundConnectors:
        - name: From Fabrikam
          connectorType: partner
          senderDomains: [fabrikam.example]
          tlsSenderCertificateName: mail.fabrikam.example
          restrictDomainsToCertificate: true
        - name: Own server
          connectorType: onPremises
          senderIPAddresses: [192.0.2.0/28]
        outboundConnectors:
        - name: To Fabrikam
          connectorType: partner
          recipientDomains: [fabrikam.example]
          useMXRecord: true
          tlsSettings: domainValidation
          tlsDomain: mail.fabrikam.example
      - id: other
        acceptedDomains:
        - { domain: other.example, mailboxRoute: { host: mailbox.other.example } }
        inboundConnectors:
        - name: Secret partner
          connectorType: partner
          senderDomains: [contoso.example]
          senderIPAddresses: [203.0.113.9]
          restrictDomainsToIPAddresses: true
      """;

  private final Directory directory = LogLab.directory(FILE);

  @Test
  void thePartnerWithoutItsCertificateIsRefusedAndTheConnectorSaysWhichConditionFailed() {
    Explainer.Explained explained =
        explain("198.51.100.7", null, "info@fabrikam.example", "anna@contoso.example", id -> true);
    assertThat(explained.now().in().result()).isEqualTo("refuse");
    assertThat(explained.now().in().code()).isEqualTo(550);
    assertThat(explained.now().out()).isNull();
    ExplainedConnector refusing = explained.connectors().getFirst();
    assertThat(refusing.name()).isEqualTo("From Fabrikam");
    assertThat(refusing.effect()).isEqualTo(ExplainedConnector.Effect.REFUSES);
    assertThat(condition(refusing, "requireTls").state()).isEqualTo(Condition.State.NOT_MET);
    Condition name = condition(refusing, "restrictDomainsToCertificate");
    assertThat(name.state()).isEqualTo(Condition.State.NOT_MET);
    assertThat(name.expected()).isEqualTo("mail.fabrikam.example");
    assertThat(name.actual()).isEqualTo("none");
    assertThat(condition(refusing, "senderDomains").state()).isEqualTo(Condition.State.MET);
  }

  @Test
  void withItsCertificateItIsTakenAndTheWayOutIsTheMailboxRoute() {
    Explainer.Explained explained =
        explain(
            "198.51.100.7",
            "mail.fabrikam.example",
            "info@fabrikam.example",
            "anna@contoso.example",
            id -> true);
    assertThat(explained.now().in().result()).isEqualTo("accept");
    assertThat(explained.now().in().connector()).isEqualTo("From Fabrikam");
    assertThat(out(explained).nextHop()).isEqualTo("mailbox:mailbox.contoso.example:25");
    assertThat(condition(explained.connectors().getFirst(), "verdict").state())
        .isEqualTo(Condition.State.MET);
  }

  @Test
  void theOwnServersMailToThePartnerGoesByItsConnectorWithTheWholeRequirement() {
    Explainer.Explained explained =
        explain("192.0.2.3", null, "anna@contoso.example", "info@fabrikam.example", id -> true);
    assertThat(explained.now().in().connector()).isEqualTo("Own server");
    assertThat(explained.now().in().direction()).isEqualTo("originating");
    assertThat(out(explained).connector()).isEqualTo("To Fabrikam");
    assertThat(out(explained).requirement())
        .startsWith("domain-validation of mail.fabrikam.example");
    assertThat(explained.connectors())
        .filteredOn(c -> c.effect() == ExplainedConnector.Effect.TAKES)
        .extracting(ExplainedConnector::name)
        .containsExactlyInAnyOrder("Own server", "To Fabrikam");
  }

  /** G8: whether another organization would take mail from an address is not shown to a guesser. */
  @Test
  void anotherOrganizationsDecisionAndConnectorsAreNotShown() {
    for (String address : List.of("203.0.113.9", "192.0.2.3")) {
      Explainer.Explained explained =
          explain(address, null, "anna@contoso.example", "ben@other.example", "contoso"::equals);
      assertThat(explained.toString()).doesNotContain("Secret partner", "203.0.113.9 is in");
      assertThat(explained.now().in().result()).isEqualTo("otherOrganization");
      assertThat(explained.connectors())
          .extracting(ExplainedConnector::organization)
          .containsOnly("contoso");
    }
  }

  private Explainer.Explained explain(
      String ip, @Nullable String certificateName, String from, String to, Predicate<String> mine) {
    GivenFacts given =
        GivenFacts.of(
            new ExplainRequest(
                null,
                ip,
                null,
                null,
                certificateName == null ? null : List.of(certificateName),
                from,
                List.of(to),
                null,
                null,
                null,
                null));
    return new Explainer(directory, given.facts(), AskedVerdicts.assumedGood(), mine, null)
        .explain(Address.parse(to));
  }

  private static ExplainAnswer.Out out(Explainer.Explained explained) {
    return Objects.requireNonNull(explained.now().out());
  }

  private static Condition condition(ExplainedConnector connector, String parameter) {
    return connector.conditions().stream()
        .filter(c -> c.parameter().equals(parameter))
        .findFirst()
        .orElseThrow();
  }
}
