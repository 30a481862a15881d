package io.postern.rules.inbound;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.plain;
import static io.postern.rules.Sample.tls;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchange's blocked connectors: refused before anything else is granted. */
class BlockedConnectorTest {
  private static final String REFUSED = "550 5.7.711 blocked ";

  private final List<DirectoryObject> objects =
      new ArrayList<>(List.of(organization("contoso"), domain("contoso", "contoso.com")));

  private BlockedConnectorTest partner(String name, Consumer<InboundConnector.Builder> more) {
    objects.add(partnerIn("contoso", name, more));
    return this;
  }

  private BlockedConnectorTest own(String name, Consumer<InboundConnector.Builder> more) {
    objects.add(onPremisesIn("contoso", name, more));
    return this;
  }

  private InboundDecision decide(InboundFacts facts, String recipient) {
    return InboundRules.decide(
        Directory.of(objects, 1, Map.of()), facts, recipient, Sample.NEVER_ASKED);
  }

  private String outcome(InboundFacts facts, String recipient) {
    return switch (decide(facts, recipient)) {
      case InboundDecision.Accept accept -> accept.connector();
      case InboundDecision.Refuse refuse ->
          refuse.code() + " " + refuse.enhanced() + " " + refuse.rule() + " " + refuse.connector();
      case InboundDecision.VerdictNeeded needed -> "asked";
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"contoso.com", "outside.example"})
  void aHijackedOwnServerSendsNowhereWhateverItsChainIsWorth(String recipient) {
    own(
        "Own",
        c ->
            c.setTlsSenderCertificateName("mail.contoso.com").setRequireTls(true).setBlocked(true));
    own("By address", c -> c.addSenderIpAddresses("192.0.2.1"));
    assertThat(outcome(tls("192.0.2.1", "contoso.com", "mail.contoso.com"), recipient))
        .isEqualTo(REFUSED + "Own");
    assertThat(outcome(plain("192.0.2.1", "contoso.com"), recipient)).isEqualTo("By address");
  }

  @ParameterizedTest
  @ValueSource(strings = {"A", "Z"})
  void theBlockedOneOfTwoThatMatchEquallyWellDecides(String blocked) {
    own(blocked, c -> c.setTlsSenderCertificateName("mail.contoso.com").setBlocked(true));
    own("M", c -> c.setTlsSenderCertificateName("mail.contoso.com"));
    own(blocked + "2", c -> c.addSenderIpAddresses("192.0.2.1").setBlocked(true));
    own("M2", c -> c.addSenderIpAddresses("192.0.2.1"));
    assertThat(outcome(tls("198.51.100.1", "x.example", "mail.contoso.com"), "contoso.com"))
        .isEqualTo(REFUSED + blocked);
    assertThat(outcome(plain("192.0.2.1", "contoso.com"), "contoso.com"))
        .isEqualTo(REFUSED + blocked + "2");
  }

  @Test
  void aBlockedPartnerDoesNotBecomeAnonymous() {
    partner("F", c -> c.addSenderDomains("fabrikam.com").setBlocked(true));
    assertThat(outcome(plain("192.0.2.1", "fabrikam.com"), "contoso.com")).isEqualTo(REFUSED + "F");
    assertThat(outcome(plain("192.0.2.1", "other.example"), "contoso.com")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"A", "Z"})
  void aBlockedRestrictionThatIsMetIsNotReplacedByItsAlternatives(String blocked) {
    partner(
            blocked,
            c ->
                c.addSenderDomains("fabrikam.com")
                    .addSenderIpAddresses("192.0.2.1")
                    .setRestrictDomainsToIpAddresses(true)
                    .setBlocked(true))
        .partner(
            "M",
            c ->
                c.addSenderDomains("fabrikam.com")
                    .addSenderIpAddresses("192.0.2.0/24")
                    .setRestrictDomainsToIpAddresses(true));
    assertThat(outcome(plain("192.0.2.1", "fabrikam.com"), "contoso.com"))
        .isEqualTo(REFUSED + blocked);
    // The partner's other servers are not hijacked.
    assertThat(outcome(plain("192.0.2.2", "fabrikam.com"), "contoso.com")).isEqualTo("M");
    assertThat(outcome(plain("198.51.100.1", "fabrikam.com"), "contoso.com"))
        .startsWith("550 5.7.51 ");
  }

  @Test
  void aBlockedCertificateNameRefusesWhoShowsItAndAsksForNoVerdict() {
    partner(
        "F",
        c ->
            c.addSenderDomains("fabrikam.com")
                .setRequireTls(true)
                .setTlsSenderCertificateName("mail.fabrikam.com")
                .setBlocked(true));
    assertThat(outcome(tls("192.0.2.1", "fabrikam.com", "mail.fabrikam.com"), "contoso.com"))
        .isEqualTo(REFUSED + "F");
  }

  @Test
  void aBlockedAllowingConnectorIsNotOutdoneByALessSpecificRestriction() {
    partner("F", c -> c.addSenderDomains("fabrikam.com").setBlocked(true))
        .partner(
            "All",
            c ->
                c.addSenderDomains("*")
                    .addSenderIpAddresses("192.0.2.0/24")
                    .setRestrictDomainsToIpAddresses(true));
    assertThat(outcome(plain("192.0.2.1", "fabrikam.com"), "contoso.com")).isEqualTo(REFUSED + "F");
    assertThat(outcome(plain("192.0.2.1", "other.example"), "contoso.com")).isEqualTo("All");
  }

  @Test
  void theReasonIsForTheAdministratorAndNotInTheReply() {
    partner(
        "F",
        c ->
            c.addSenderDomains("fabrikam.com")
                .setBlocked(true)
                .setBlockedReason("phishing since noon"));
    assertThat(decide(plain("192.0.2.1", "fabrikam.com"), "contoso.com"))
        .isInstanceOfSatisfying(
            InboundDecision.Refuse.class,
            refuse -> {
              assertThat(refuse.text()).isEqualTo("Access denied, bad inbound connector. AS(2204)");
              assertThat(refuse.organization()).isEqualTo("contoso");
              assertThat(refuse.explanation().getSummary())
                  .isEqualTo("Refused: inbound connector contoso/F is blocked");
              assertThat(refuse.explanation().toString()).contains("phishing since noon");
            });
  }
}
