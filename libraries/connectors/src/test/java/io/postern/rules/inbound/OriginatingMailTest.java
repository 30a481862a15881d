package io.postern.rules.inbound;

import static io.postern.rules.Sample.directory;
import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.plain;
import static io.postern.rules.Sample.tls;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginatingMailTest {
  private static final Directory CONTOSO =
      directory(
          organization("contoso"),
          domain("contoso", "contoso.com"),
          organization("fabrikam"),
          domain("fabrikam", "fabrikam.com"),
          onPremisesIn(
              "contoso", "By certificate", c -> c.setTlsSenderCertificateName("mail.contoso.com")),
          onPremisesIn("contoso", "By address", c -> c.addSenderIpAddresses("192.0.2.0/24")));

  @Test
  void aServerWithTheOrganizationsCertificateMayRelayAnywhereWhateverMailFromIs() {
    for (String mailFrom : new String[] {"contoso.com", "stranger.example", null}) {
      for (String recipient : new String[] {"outside.example", "contoso.com", "fabrikam.com"}) {
        assertThat(
                InboundRules.decide(
                    CONTOSO,
                    tls("198.51.100.1", mailFrom, "mail.contoso.com"),
                    recipient,
                    Sample.GOOD))
            .isInstanceOfSatisfying(
                InboundDecision.Accept.class,
                accept -> {
                  assertThat(accept.organization()).isEqualTo("contoso");
                  assertThat(accept.connector()).isEqualTo("By certificate");
                  assertThat(accept.direction()).isEqualTo(Direction.ORIGINATING);
                  assertThat(accept.byAddress()).isEmpty();
                  assertThat(accept.verdict()).isEqualTo("good");
                  assertThat(accept.verdictKey()).hasSize(32);
                });
      }
    }
  }

  @Test
  void theChainIsAskedForWithTheConnectorsAnchorsAndRevocation() {
    Directory directory =
        directory(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            Sample.anchors("contoso", "private", Sample.CERTIFICATE),
            onPremisesIn(
                "contoso",
                "Own CA",
                c ->
                    c.setTlsSenderCertificateName("mail.contoso.com")
                        .setRevocation(RevocationMode.REVOCATION_BEST_EFFORT)
                        .setAnchors(AnchorSetReference.newBuilder().setId("contoso/private"))));
    assertThat(
            InboundRules.decide(
                directory,
                tls("198.51.100.1", null, "mail.contoso.com"),
                "outside.example",
                Sample.NOTHING_KNOWN))
        .isInstanceOfSatisfying(
            InboundDecision.VerdictNeeded.class,
            needed -> {
              assertThat(needed.question().role()).isEqualTo(CertificateRole.ROLE_CLIENT);
              assertThat(needed.question().organization()).isEqualTo("contoso");
              assertThat(needed.question().revocation())
                  .isEqualTo(RevocationMode.REVOCATION_BEST_EFFORT);
              assertThat(needed.question().anchors().getId()).isEqualTo("contoso/private");
              assertThat(needed.question().anchors().getVersion()).matches("[0-9a-f]{16}");
              assertThat(directory.anchorSet(needed.question().anchors())).isPresent();
            });
  }

  @ParameterizedTest
  @CsvSource({
    "BAD, UNTRUSTED_ROOT, 454, 4.7.0, Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied",
    "BAD, EXPIRED, 454, 4.7.0, Failed to establish appropriate TLS channel: CertificateExpired: Access Denied",
    "UNKNOWN, UNAVAILABLE, 451, 4.7.5, 'The client certificate could not be validated "
        + "(unavailable), try again later'",
    "VERDICT_RESULT_UNSPECIFIED, VERDICT_REASON_UNSPECIFIED, 451, 4.7.5, 'The client certificate "
        + "could not be validated, try again later'",
  })
  void aChainThatIsNotGoodIsRefusedForNowAndNeverTakenForAStrangers(
      VerdictResult result, VerdictReason reason, int code, String enhanced, String text) {
    assertThat(
            InboundRules.decide(
                CONTOSO,
                tls("192.0.2.1", "contoso.com", "mail.contoso.com"),
                "contoso.com",
                Sample.verdict(result, reason)))
        .isInstanceOfSatisfying(
            InboundDecision.Refuse.class,
            refuse -> {
              assertThat(refuse.code()).isEqualTo(code);
              assertThat(refuse.enhanced()).isEqualTo(enhanced);
              assertThat(refuse.text()).isEqualTo(text);
              assertThat(refuse.connector()).isEqualTo("By certificate");
            });
  }

  /** Which of the two it is cannot be seen: both cures are told, the likelier first. */
  @ParameterizedTest
  @CsvSource({
    "UNTRUSTED_ROOT, agree, send",
    "INCOMPLETE_CHAIN, send, agree",
  })
  void aChainWithoutAnAnchorIsExplainedWithBothCures(
      VerdictReason reason, String first, String second) {
    InboundDecision.Refuse refuse =
        (InboundDecision.Refuse)
            InboundRules.decide(
                CONTOSO,
                tls("192.0.2.1", "contoso.com", "mail.contoso.com"),
                "contoso.com",
                Sample.verdict(VerdictResult.BAD, reason));
    assertThat(refuse.explanation().getStepsList())
        .anySatisfy(
            step ->
                assertThat(step.getDetail()).containsSubsequence("chain is bad/", first, second));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "192.0.2.7, contoso.com, By address",
        "::ffff:192.0.2.7, Contoso.COM, By address",
        "192.0.2.7, stranger.example, 5.7.64",
        "192.0.2.7, fabrikam.com, 5.7.64",
        "192.0.2.7, sub.contoso.com, 5.7.64",
        "192.0.2.7, -, 5.7.64",
        "198.51.100.7, contoso.com, 5.7.64",
        "nonsense, contoso.com, 5.7.64",
      })
  void byAddressItIsTheMailFromDomainThatMustBeAccepted(
      String ip, String mailFrom, String expected) {
    InboundDecision decision =
        InboundRules.decide(CONTOSO, plain(ip, mailFrom), "outside.example", Sample.NEVER_ASKED);
    String actual =
        switch (decision) {
          case InboundDecision.Accept accept -> accept.connector();
          case InboundDecision.Refuse refuse -> refuse.enhanced();
          case InboundDecision.VerdictNeeded needed -> "asked";
        };
    assertThat(actual).isEqualTo(expected);
  }

  /**
   * The immediate parent, or any below a wildcard's domain; the nearest accepted domain decides;
   * most exact first.
   */
  @ParameterizedTest
  @CsvSource({
    "mail.contoso.com, contoso.com, mail.contoso.com, true",
    "mail.contoso.com, mail.contoso.com, mail.contoso.com, true",
    "mail.eu.contoso.com, contoso.com, mail.eu.contoso.com, false",
    "mail.eu.contoso.com, eu.contoso.com, mail.eu.contoso.com, true",
    "*.contoso.com, contoso.com, mail.contoso.com, true",
    "*.contoso.com, contoso.com, *.contoso.com, true",
    "*.contoso.com, jpn.contoso.com, jpn.contoso.com, true",
    "*.contoso.com, jpn.contoso.com, mail.contoso.com, false",
    "*.contoso.com, contoso.com, a.b.contoso.com, true",
    "mail.contoso.com, contoso.com, *.contoso.com, true",
    "mail.contoso.com, other.example, mail.contoso.com, false",
  })
  void theNamesDomainMustBeAnAcceptedDomainOfTheConnectorsOrganization(
      String connector, String accepted, String presented, boolean attributed) {
    Directory directory =
        directory(
            organization("contoso"),
            domain("contoso", accepted),
            onPremisesIn("contoso", "c", c -> c.setTlsSenderCertificateName(connector)));
    InboundDecision decision =
        InboundRules.decide(
            directory, tls("198.51.100.1", null, presented), "outside.example", Sample.GOOD);
    assertThat(decision instanceof InboundDecision.Accept).isEqualTo(attributed);
  }

  @Test
  void theMostExactConnectorWinsOverOrganizations() {
    Directory directory =
        directory(
            organization("whole"),
            domain("whole", "contoso.com"),
            onPremisesIn("whole", "a", c -> c.setTlsSenderCertificateName("*.contoso.com")),
            organization("part"),
            domain("part", "mail.contoso.com"),
            onPremisesIn("part", "z", c -> c.setTlsSenderCertificateName("mail.contoso.com")));
    assertThat(
            InboundRules.decide(
                directory,
                tls("198.51.100.1", null, "mail.contoso.com"),
                "outside.example",
                Sample.GOOD))
        .isInstanceOfSatisfying(
            InboundDecision.Accept.class,
            accept -> assertThat(accept.organization()).isEqualTo("part"));
  }

  @Test
  void aCertificateThatFitsTwoOrganizationsEquallyProvesNone() {
    Directory directory =
        directory(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            onPremisesIn("contoso", "c", c -> c.setTlsSenderCertificateName("mail.contoso.com")),
            organization("fabrikam"),
            domain("fabrikam", "fabrikam.com"),
            onPremisesIn("fabrikam", "f", c -> c.setTlsSenderCertificateName("mail.fabrikam.com")));
    InboundFacts facts =
        tls("198.51.100.1", "contoso.com", "mail.contoso.com", "mail.fabrikam.com");

    assertThat(InboundRules.decide(directory, facts, "outside.example", Sample.NEVER_ASKED))
        .isInstanceOfSatisfying(
            InboundDecision.Refuse.class,
            refuse -> {
              assertThat(refuse.enhanced()).isEqualTo("5.7.64");
              assertThat(refuse.organization()).isEqualTo("contoso");
              assertThat(refuse.explanation().toString())
                  .contains("several organizations")
                  .doesNotContain("inbound connector fabrikam");
            });
    // It has the rights of any stranger too.
    assertThat(InboundRules.decide(directory, facts, "fabrikam.com", Sample.NEVER_ASKED))
        .isInstanceOfSatisfying(
            InboundDecision.Accept.class,
            accept -> assertThat(accept.direction()).isEqualTo(Direction.INCOMING));
  }

  @ParameterizedTest
  @CsvSource({"disabled", "partner", "removed organization", "no tls", "not associated"})
  void aConnectorThatIsNotInForceGrantsNothing(String how) {
    Directory directory =
        directory(
            organization(how.equals("removed organization") ? "other" : "contoso"),
            domain("contoso", "contoso.com"),
            domain("contoso", "second.example"),
            onPremisesIn(
                "contoso",
                "c",
                c -> {
                  c.setTlsSenderCertificateName("mail.contoso.com");
                  c.setEnabled(!how.equals("disabled"));
                  if (how.equals("partner")) {
                    c.setConnectorType(io.postern.contracts.v1.ConnectorType.PARTNER);
                  }
                  if (how.equals("not associated")) {
                    c.addAssociatedAcceptedDomains("second.example");
                  }
                }));
    InboundFacts facts =
        how.equals("no tls")
            ? new InboundFacts(
                "198.51.100.1",
                false,
                java.util.List.of(Sample.CERTIFICATE),
                new byte[0],
                java.util.List.of("mail.contoso.com"),
                "contoso.com")
            : tls("198.51.100.1", "contoso.com", "mail.contoso.com");
    assertThat(InboundRules.decide(directory, facts, "outside.example", Sample.NEVER_ASKED))
        .isInstanceOf(InboundDecision.Refuse.class);
  }

  /** A pilot grants its rights for its domains alone, and takes none away. */
  @ParameterizedTest
  @CsvSource({
    "pilot.example, c",
    "contoso.com, ''",
  })
  void associatedAcceptedDomainsLimitAnAddressConnectorToTheirSenders(
      String sender, String connector) {
    Directory directory =
        directory(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            domain("contoso", "pilot.example"),
            onPremisesIn(
                "contoso",
                "c",
                c ->
                    c.addSenderIpAddresses("192.0.2.1")
                        .addAssociatedAcceptedDomains("pilot.example")));
    InboundFacts facts = plain("192.0.2.1", sender);
    assertThat(InboundRules.decide(directory, facts, "contoso.com", Sample.NEVER_ASKED))
        .isInstanceOfSatisfying(
            InboundDecision.Accept.class,
            accept -> assertThat(accept.connector()).isEqualTo(connector));
    InboundDecision relay =
        InboundRules.decide(directory, facts, "outside.example", Sample.NEVER_ASKED);
    assertThat(relay instanceof InboundDecision.Accept).isEqualTo(!connector.isEmpty());
  }

  @Test
  void anAddressConnectorThatRequiresTlsRefusesPlaintext() {
    Directory directory =
        directory(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            onPremisesIn(
                "contoso", "c", c -> c.addSenderIpAddresses("192.0.2.1").setRequireTls(true)));
    assertThat(
            InboundRules.decide(
                directory, plain("192.0.2.1", "contoso.com"), "x.example", Sample.NEVER_ASKED))
        .isInstanceOfSatisfying(
            InboundDecision.Refuse.class,
            refuse -> assertThat(refuse.rule()).isEqualTo("requireTls"));
  }

  @Test
  void twoStrangersAreDeniedRelayWithoutAnyOrganizationBeingConcerned() {
    assertThat(
            InboundRules.decide(
                CONTOSO, plain("192.0.2.1", "a.example"), "b.example", Sample.NEVER_ASKED))
        .isInstanceOfSatisfying(
            InboundDecision.Refuse.class,
            refuse -> {
              assertThat(refuse.text()).isEqualTo("Relay Access Denied ATTR36");
              assertThat(refuse.organization()).isEmpty();
              assertThat(refuse.explanation().toString()).doesNotContain("contoso");
            });
  }

  private static final Directory TWO =
      directory(
          organization("contoso"),
          domain("contoso", "contoso.com"),
          onPremisesIn("contoso", "Own", c -> c.setTlsSenderCertificateName("mail.contoso.com")),
          organization("northwind"),
          domain("northwind", "northwind.com"),
          Sample.partnerIn(
              "northwind",
              "Locked",
              c ->
                  c.addSenderDomains("fabrikam.com")
                      .setRequireTls(true)
                      .setTlsSenderCertificateName("mail.fabrikam.com")
                      .setRestrictDomainsToCertificate(true)));

  /** One organization's own server is to another one a sender as any other. */
  @Test
  void theRecipientsOrganizationRefusesWhatItsPartnerConnectorsForbidToAnybody() {
    assertThat(
            InboundRules.decide(
                TWO,
                tls("198.51.100.1", "fabrikam.com", "mail.contoso.com"),
                "northwind.com",
                Sample.GOOD))
        .isInstanceOfSatisfying(
            InboundDecision.Refuse.class,
            refuse -> {
              assertThat(refuse.enhanced()).isEqualTo("5.7.51");
              assertThat(refuse.organization()).isEqualTo("northwind");
              assertThat(refuse.connector()).isEqualTo("Locked");
              assertThat(refuse.explanation().toString()).doesNotContain("contoso/Own");
            });
  }

  @Test
  void whatBothLetInNamesBothAndEachExplanationIsForItsOwnEyes() {
    assertThat(
            InboundRules.decide(
                TWO,
                tls("198.51.100.1", "contoso.com", "mail.contoso.com"),
                "northwind.com",
                Sample.GOOD))
        .isInstanceOfSatisfying(
            InboundDecision.Accept.class,
            accept -> {
              assertThat(accept.organization()).isEqualTo("contoso");
              assertThat(accept.direction()).isEqualTo(Direction.ORIGINATING);
              assertThat(accept.explanation().toString())
                  .contains("another organization")
                  .doesNotContain("northwind/");
              InboundDecision.Accept incoming = accept.incoming();
              assertThat(incoming).isNotNull();
              if (incoming != null) {
                assertThat(incoming.organization()).isEqualTo("northwind");
                assertThat(incoming.connector()).isEmpty();
                assertThat(incoming.direction()).isEqualTo(Direction.INCOMING);
                assertThat(incoming.explanation().getOrganization()).isEqualTo("northwind");
                assertThat(incoming.explanation().toString())
                    .contains("northwind/Locked")
                    .doesNotContain("contoso/Own");
              }
            });
  }

  /** Its own organization needs no second word, nor does the outside. */
  @ParameterizedTest
  @CsvSource({"contoso.com", "outside.example"})
  void onlyAnotherOrganizationIsAskedAsWell(String recipient) {
    assertThat(
            InboundRules.decide(
                TWO,
                tls("198.51.100.1", "fabrikam.com", "mail.contoso.com"),
                recipient,
                Sample.GOOD))
        .isInstanceOfSatisfying(
            InboundDecision.Accept.class, accept -> assertThat(accept.incoming()).isNull());
  }

  /** Each organization judges the client's chain by its own anchors. */
  @Test
  void theRecipientsOrganizationAsksForItsOwnVerdict() {
    Directory directory =
        directory(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            onPremisesIn("contoso", "Own", c -> c.setTlsSenderCertificateName("mail.contoso.com")),
            organization("northwind"),
            domain("northwind", "northwind.com"),
            Sample.anchors("northwind", "private", Sample.CERTIFICATE),
            Sample.partnerIn(
                "northwind",
                "From Contoso",
                c ->
                    c.addSenderDomains("contoso.com")
                        .setRequireTls(true)
                        .setTlsSenderCertificateName("mail.contoso.com")
                        .setRestrictDomainsToCertificate(true)
                        .setAnchors(AnchorSetReference.newBuilder().setId("northwind/private"))));
    assertThat(
            InboundRules.decide(
                directory,
                tls("198.51.100.1", "contoso.com", "mail.contoso.com"),
                "northwind.com",
                question ->
                    question.organization().equals("contoso") ? Sample.GOOD.apply(question) : null))
        .isInstanceOfSatisfying(
            InboundDecision.VerdictNeeded.class,
            needed -> {
              assertThat(needed.question().organization()).isEqualTo("northwind");
              assertThat(needed.question().anchors().getId()).isEqualTo("northwind/private");
            });
  }
}
