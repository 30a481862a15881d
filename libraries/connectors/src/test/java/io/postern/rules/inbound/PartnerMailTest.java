package io.postern.rules.inbound;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.plain;
import static io.postern.rules.Sample.tls;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartnerMailTest {
  private final List<DirectoryObject> objects =
      new ArrayList<>(
          List.of(
              organization("contoso"),
              domain("contoso", "contoso.com"),
              domain("contoso", "pilot.example")));

  private PartnerMailTest with(String name, Consumer<InboundConnector.Builder> more) {
    objects.add(partnerIn("contoso", name, more));
    return this;
  }

  private InboundDecision decide(
      InboundFacts facts, Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    return InboundRules.decide(Directory.of(objects, 1, Map.of()), facts, "contoso.com", known);
  }

  /** connector name of an Accept ("" anonymous), "code enhanced rule connector" of a Refuse. */
  private String byAddress(InboundFacts facts) {
    return decide(facts, Sample.NEVER_ASKED) instanceof InboundDecision.Accept accept
        ? accept.byAddress()
        : "refused";
  }

  private String outcome(
      InboundFacts facts, Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    return switch (decide(facts, known)) {
      case InboundDecision.Accept accept -> {
        assertThat(accept.direction()).isEqualTo(Direction.INCOMING);
        assertThat(accept.organization()).isEqualTo("contoso");
        yield accept.connector();
      }
      case InboundDecision.Refuse refuse -> {
        assertThat(refuse.enhanced()).startsWith(refuse.code() / 100 + ".");
        yield refuse.code()
            + " "
            + refuse.enhanced()
            + " "
            + refuse.rule()
            + " "
            + refuse.connector();
      }
      case InboundDecision.VerdictNeeded needed -> "asked";
    };
  }

  @Test
  void withoutAPartnerConnectorPlaintextFromAnyoneIsAcceptedWithoutALookUp() {
    assertThat(outcome(plain("192.0.2.1", "stranger.example"), Sample.NEVER_ASKED)).isEmpty();
    assertThat(outcome(tls("192.0.2.1", null, "any.example"), Sample.NEVER_ASKED)).isEmpty();
  }

  @Test
  void requireTlsRefusesPlaintextAndTakesAnyTls() {
    with("F", c -> c.addSenderDomains("fabrikam.com").setRequireTls(true));
    assertThat(outcome(plain("192.0.2.1", "fabrikam.com"), Sample.NEVER_ASKED))
        .isEqualTo("550 5.7.3 requireTls F");
    assertThat(outcome(tls("192.0.2.1", "fabrikam.com"), Sample.NEVER_ASKED)).isEqualTo("F");
    assertThat(outcome(plain("192.0.2.1", "other.example"), Sample.NEVER_ASKED)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "mail.fabrikam.com, GOOD, VERDICT_REASON_UNSPECIFIED, F",
    "*.fabrikam.com, GOOD, VERDICT_REASON_UNSPECIFIED, F",
    "other.example, GOOD, VERDICT_REASON_UNSPECIFIED, 550 5.7.51 restrictDomainsToCertificate F",
    "'', GOOD, VERDICT_REASON_UNSPECIFIED, 550 5.7.51 restrictDomainsToCertificate F",
    "mail.fabrikam.com, BAD, REVOKED, 454 4.7.0 restrictDomainsToCertificate F",
    "mail.fabrikam.com, UNKNOWN, REVOCATION_UNREACHABLE, 451 4.7.5 restrictDomainsToCertificate F",
    "other.example, UNKNOWN, UNAVAILABLE, 550 5.7.51 restrictDomainsToCertificate F",
  })
  void restrictDomainsToCertificateNeedsTheNameAndAGoodChain(
      String presented, VerdictResult result, VerdictReason reason, String expected) {
    with(
        "F",
        c ->
            c.addSenderDomains("fabrikam.com")
                .setRequireTls(true)
                .setTlsSenderCertificateName("mail.fabrikam.com")
                .setRestrictDomainsToCertificate(true));
    InboundFacts facts =
        presented.isEmpty()
            ? tls("192.0.2.1", "fabrikam.com")
            : tls("192.0.2.1", "fabrikam.com", presented);
    assertThat(outcome(facts, Sample.verdict(result, reason))).isEqualTo(expected);
  }

  @Test
  void restrictDomainsToIpAddressesLooksAtTheSourceAlone() {
    with(
        "F",
        c ->
            c.addSenderDomains("*.fabrikam.com")
                .addSenderIpAddresses("192.0.2.0/24")
                .addSenderIpAddresses("2001:db8::/64")
                .setRestrictDomainsToIpAddresses(true));
    assertThat(outcome(plain("192.0.2.9", "a.fabrikam.com"), Sample.NEVER_ASKED)).isEqualTo("F");
    assertThat(outcome(plain("2001:db8::9", "fabrikam.com"), Sample.NEVER_ASKED)).isEqualTo("F");
    assertThat(
            outcome(tls("198.51.100.9", "fabrikam.com", "mail.fabrikam.com"), Sample.NEVER_ASKED))
        .isEqualTo("550 5.7.51 restrictDomainsToIPAddresses F");
    assertThat(outcome(plain("nonsense", "fabrikam.com"), Sample.NEVER_ASKED)).startsWith("550");
  }

  @Test
  void anAddressThatTheConnectorNamesIsHandedOnAsWhatProvesTheSender() {
    with(
            "By address",
            c ->
                c.addSenderDomains("fabrikam.com")
                    .addSenderIpAddresses("198.51.100.1")
                    .addSenderIpAddresses("192.0.2.0/24")
                    .setRestrictDomainsToIpAddresses(true))
        .with("Any", c -> c.addSenderDomains("other.example"));
    assertThat(byAddress(plain("192.0.2.1", "fabrikam.com"))).isEqualTo("192.0.2.0/24");
    assertThat(byAddress(plain("192.0.2.1", "other.example"))).isEmpty();
    assertThat(byAddress(plain("192.0.2.1", "nobody.example"))).isEmpty();
  }

  @Test
  void aNameWithRequireTlsIsDemandedWithoutTheRestriction() {
    with(
            "A named",
            c ->
                c.addSenderDomains("fabrikam.com")
                    .setRequireTls(true)
                    .setTlsSenderCertificateName("mail.fabrikam.com"))
        .with("B any", c -> c.addSenderDomains("*"));
    assertThat(outcome(tls("192.0.2.1", "fabrikam.com", "mail.fabrikam.com"), Sample.NOTHING_KNOWN))
        .isEqualTo("asked");
    assertThat(outcome(tls("192.0.2.1", "fabrikam.com", "mail.fabrikam.com"), Sample.GOOD))
        .isEqualTo("A named");
    assertThat(outcome(tls("192.0.2.1", "fabrikam.com", "other.example"), Sample.NEVER_ASKED))
        .isEqualTo("550 5.7.51 tlsSenderCertificateName A named");
    assertThat(outcome(plain("192.0.2.1", "fabrikam.com"), Sample.NEVER_ASKED))
        .isEqualTo("550 5.7.3 requireTls A named");
    assertThat(
            outcome(
                tls("192.0.2.1", "fabrikam.com", "mail.fabrikam.com"),
                Sample.verdict(VerdictResult.BAD, VerdictReason.EXPIRED)))
        .isEqualTo("454 4.7.0 tlsSenderCertificateName A named");
  }

  @Test
  void restrictBeatsAllowHoweverSpecificTheAllowingOneIs() {
    with("Allow", c -> c.addSenderDomains("fabrikam.com"))
        .with(
            "Lock-down",
            c ->
                c.addSenderDomains("*")
                    .addSenderIpAddresses("192.0.2.1")
                    .setRestrictDomainsToIpAddresses(true));
    assertThat(outcome(plain("198.51.100.1", "fabrikam.com"), Sample.NEVER_ASKED))
        .isEqualTo("550 5.7.51 restrictDomainsToIPAddresses Lock-down");
    assertThat(outcome(plain("192.0.2.1", "fabrikam.com"), Sample.NEVER_ASKED))
        .isEqualTo("Lock-down");
  }

  @Test
  void anAllowingOneThatRequiresTlsStillDoesBesideARestrictionThatIsMet() {
    with("TLS", c -> c.addSenderDomains("fabrikam.com").setRequireTls(true))
        .with(
            "Lock-down",
            c ->
                c.addSenderDomains("*")
                    .addSenderIpAddresses("192.0.2.1")
                    .setRestrictDomainsToIpAddresses(true));
    assertThat(outcome(plain("192.0.2.1", "fabrikam.com"), Sample.NEVER_ASKED))
        .isEqualTo("550 5.7.3 requireTls TLS");
    assertThat(outcome(plain("192.0.2.1", "other.example"), Sample.NEVER_ASKED))
        .isEqualTo("Lock-down");
  }

  @Test
  void restrictingOnesForTheSameDomainAreAlternativesButNotALessSpecificOne() {
    with(
            "A certificate",
            c ->
                c.addSenderDomains("fabrikam.com")
                    .setRequireTls(true)
                    .setTlsSenderCertificateName("mail.fabrikam.com")
                    .setRestrictDomainsToCertificate(true))
        .with(
            "B address",
            c ->
                c.addSenderDomains("fabrikam.com")
                    .addSenderIpAddresses("192.0.2.1")
                    .setRestrictDomainsToIpAddresses(true))
        .with(
            "C gateway",
            c ->
                c.addSenderDomains("*")
                    .addSenderIpAddresses("203.0.113.1")
                    .setRestrictDomainsToIpAddresses(true));
    assertThat(outcome(plain("192.0.2.1", "fabrikam.com"), Sample.NEVER_ASKED))
        .isEqualTo("B address");
    assertThat(outcome(tls("198.51.100.1", "fabrikam.com", "mail.fabrikam.com"), Sample.GOOD))
        .isEqualTo("A certificate");
    assertThat(outcome(tls("203.0.113.1", "fabrikam.com"), Sample.NEVER_ASKED))
        .isEqualTo("550 5.7.51 restrictDomainsToCertificate A certificate");
  }

  @ParameterizedTest
  @CsvSource({
    "BAD, REVOKED, mail.fabrikam.com, bad/revoked",
    "UNKNOWN, UNAVAILABLE, mail.fabrikam.com, unknown/unavailable",
    "UNKNOWN, UNAVAILABLE, other.example, ''",
  })
  void aRefusalTellsTheVerdictItRestsOnAndNoOther(
      VerdictResult result, VerdictReason reason, String presented, String verdict) {
    with(
        "F",
        c ->
            c.addSenderDomains("fabrikam.com")
                .setTlsSenderCertificateName("mail.fabrikam.com")
                .setRestrictDomainsToCertificate(true));
    assertThat(
            decide(tls("198.51.100.1", "fabrikam.com", presented), Sample.verdict(result, reason)))
        .isInstanceOfSatisfying(
            InboundDecision.Refuse.class,
            refuse -> assertThat(refuse.verdict()).isEqualTo(verdict));
  }

  @ParameterizedTest
  @CsvSource({"UNKNOWN, UNAVAILABLE, 451", "BAD, EXPIRED, 454"})
  void mailIsNotBouncedByOneAlternativeWhileTheOtherMayStillLetItIn(
      VerdictResult result, VerdictReason reason, String code) {
    with(
            "A address",
            c ->
                c.addSenderDomains("fabrikam.com")
                    .addSenderIpAddresses("192.0.2.1")
                    .setRestrictDomainsToIpAddresses(true))
        .with(
            "B certificate",
            c ->
                c.addSenderDomains("fabrikam.com")
                    .setTlsSenderCertificateName("mail.fabrikam.com")
                    .setRestrictDomainsToCertificate(true));
    assertThat(
            outcome(
                tls("198.51.100.1", "fabrikam.com", "mail.fabrikam.com"),
                Sample.verdict(result, reason)))
        .startsWith(code);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "fabrikam.com, exact",
        "a.fabrikam.com, wildcard",
        "a.eu.fabrikam.com, longer wildcard",
        "other.example, star",
        "-, star",
        "[192.0.2.1], star"
      })
  void theMostSpecificSenderDomainWinsAndOnlyStarTakesTheNullSender(
      @Nullable String mailFrom, String connector) {
    with("star", c -> c.addSenderDomains("*"))
        .with("wildcard", c -> c.addSenderDomains("*.fabrikam.com"))
        .with("longer wildcard", c -> c.addSenderDomains("*.eu.fabrikam.com"))
        .with("exact", c -> c.addSenderDomains("fabrikam.com"));
    assertThat(outcome(plain("192.0.2.1", mailFrom), Sample.NEVER_ASKED)).isEqualTo(connector);
  }

  @Test
  void ofEqualsTheFirstByNameWinsAndDisabledOrLimitedOnesDoNotCount() {
    with("C", c -> c.addSenderDomains("fabrikam.com"))
        .with("B", c -> c.addSenderDomains("fabrikam.com"))
        .with("A", c -> c.addSenderDomains("fabrikam.com").setEnabled(false).setRequireTls(true))
        .with(
            "0",
            c ->
                c.addSenderDomains("fabrikam.com")
                    .setRequireTls(true)
                    .addAssociatedAcceptedDomains("pilot.example"));
    assertThat(outcome(plain("192.0.2.1", "fabrikam.com"), Sample.NEVER_ASKED)).isEqualTo("B");
  }

  /** Exchange's administrators complain that a lock-down bounced mail to the other domains too. */
  @ParameterizedTest
  @CsvSource({"contoso.com, ''", "pilot.example, 550 5.7.51 restrictDomainsToIPAddresses All"})
  void associatedAcceptedDomainsLimitALockDownToTheirRecipients(String recipient, String expected) {
    with(
        "All",
        c ->
            c.addSenderDomains("*")
                .addSenderIpAddresses("192.0.2.1")
                .setRestrictDomainsToIpAddresses(true)
                .addAssociatedAcceptedDomains("pilot.example"));
    InboundDecision decision =
        InboundRules.decide(
            Directory.of(objects, 1, Map.of()),
            plain("198.51.100.1", "stranger.example"),
            recipient,
            Sample.NEVER_ASKED);
    assertThat(
            switch (decision) {
              case InboundDecision.Accept accept -> accept.connector();
              case InboundDecision.Refuse refuse ->
                  refuse.code()
                      + " "
                      + refuse.enhanced()
                      + " "
                      + refuse.rule()
                      + " "
                      + refuse.connector();
              case InboundDecision.VerdictNeeded needed -> "asked";
            })
        .isEqualTo(expected);
  }

  @Test
  void aRestrictionWhoseDomainCannotBeReadRestrictsEveryone() {
    with(
        "Newer",
        c ->
            c.addSenderDomains("/regex/")
                .addSenderIpAddresses("192.0.2.1")
                .setRestrictDomainsToIpAddresses(true));
    assertThat(outcome(plain("198.51.100.1", "any.example"), Sample.NEVER_ASKED)).startsWith("550");
  }

  @Test
  void theExplanationNamesEveryConnectorAndTheConditionItFailedOn() {
    with("Fabrikam", c -> c.addSenderDomains("fabrikam.com").setRequireTls(true))
        .with("Old", c -> c.addSenderDomains("fabrikam.com").setEnabled(false))
        .with("Pilot", c -> c.addSenderDomains("*").addAssociatedAcceptedDomains("pilot.example"))
        .with("Tailspin", c -> c.addSenderDomains("*.tailspin.example"));
    objects.add(
        Sample.onPremisesIn(
            "contoso", "Own", c -> c.setTlsSenderCertificateName("mail.contoso.com")));
    InboundDecision.Refuse refuse =
        (InboundDecision.Refuse) decide(plain("192.0.2.1", "fabrikam.com"), Sample.NEVER_ASKED);
    assertThat(refuse.explanation().getSummary())
        .isEqualTo("Refused: requireTls of inbound connector contoso/Fabrikam is not met");
    assertThat(refuse.explanation().getOrganization()).isEqualTo("contoso");
    assertThat(refuse.explanation().getStepsList().stream().map(PartnerMailTest::line))
        .containsExactly(
            "+ accepted domain contoso.com | acceptedDomain | it is the recipient's domain",
            "- inbound connector contoso/Fabrikam | requireTls | the session is not encrypted",
            "- inbound connector contoso/Old | enabled | the connector is not enabled",
            "- inbound connector contoso/Own | tlsSenderCertificateName | mail.contoso.com is "
                + "required; the client presented no certificate with a host name",
            "- inbound connector contoso/Pilot | associatedAcceptedDomains | contoso.com is not"
                + " among the accepted domains that the connector is limited to",
            "- inbound connector contoso/Tailspin | senderDomains | it is for *.tailspin.example,"
                + " not fabrikam.com");
  }

  @Test
  void ofManyConnectorsTheExplanationCountsThoseThatDidNotMatch() {
    for (int i = 0; i < 1_000; i++) {
      String sender = "p" + i + ".example";
      with("P" + i, c -> c.addSenderDomains(sender));
    }
    InboundDecision.Accept accept =
        (InboundDecision.Accept) decide(plain("192.0.2.1", "p7.example"), Sample.NEVER_ASKED);
    assertThat(accept.connector()).isEqualTo("P7");
    assertThat(accept.explanation().getStepsCount()).isEqualTo(3);
    assertThat(accept.explanation().getSteps(2).getDetail())
        .isEqualTo("999 more did not match and are not listed");
  }

  private static String line(ExplanationStep step) {
    return (step.getMatched() ? "+ " : "- ")
        + step.getSubject()
        + " | "
        + step.getCondition()
        + " | "
        + step.getDetail();
  }
}
