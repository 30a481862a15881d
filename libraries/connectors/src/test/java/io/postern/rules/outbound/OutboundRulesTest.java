package io.postern.rules.outbound;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.host;
import static io.postern.rules.Sample.onPremisesOut;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerOut;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OutboundRulesTest {
  private final List<DirectoryObject> objects =
      new ArrayList<>(
          List.of(
              organization("contoso"),
              domain("contoso", "contoso.com"),
              domain("contoso", "fabrikam.com"),
              domain("contoso", "sales.contoso.com"),
              organization("tailspin"),
              domain(
                  "tailspin",
                  "tailspin.example",
                  d -> d.setMailboxTls(TlsLevel.CERTIFICATE_VALIDATION))));

  private OutboundRulesTest with(DirectoryObject... more) {
    objects.addAll(List.of(more));
    return this;
  }

  private OutboundDecision decide(Direction direction, String recipient, RequireTls requireTls) {
    return OutboundRules.decide(
        Directory.of(objects, 1, Map.of()),
        new OutboundMail("contoso", direction, "", "", recipient, requireTls, false, null));
  }

  private OutboundDecision.Deliver deliver(Direction direction, String recipient) {
    return (OutboundDecision.Deliver)
        decide(direction, recipient, RequireTls.REQUIRE_TLS_UNSPECIFIED);
  }

  private TlsRequirement requirement(String recipient, RequireTls requireTls) {
    return ((OutboundDecision.Deliver) decide(Direction.ORIGINATING, recipient, requireTls))
        .requirement();
  }

  /** The worked example of Microsoft's page: the most specific connector, O1 to O3. */
  @Test
  void ownDomainsGoByExactThenWildcardThenAllAccepted() {
    with(
        onPremisesOut("contoso", "exact", c -> smart(c).addRecipientDomains("contoso.com")),
        onPremisesOut("contoso", "wild", c -> smart(c).addRecipientDomains("*.contoso.com")));
    assertThat(deliver(Direction.INCOMING, "contoso.com").connector()).isEqualTo("exact");
    assertThat(deliver(Direction.INCOMING, "sales.contoso.com").connector()).isEqualTo("wild");
    assertThat(deliver(Direction.INCOMING, "fabrikam.com").connector()).isEmpty();
    with(onPremisesOut("contoso", "all", c -> smart(c).setAllAcceptedDomains(true)));
    assertThat(deliver(Direction.INCOMING, "contoso.com").connector()).isEqualTo("exact");
    assertThat(deliver(Direction.INCOMING, "sales.contoso.com").connector()).isEqualTo("wild");
    assertThat(deliver(Direction.INCOMING, "fabrikam.com").connector()).isEqualTo("all");
  }

  @ParameterizedTest
  @EnumSource(
      value = Direction.class,
      names = {"ORIGINATING", "INCOMING"})
  void neitherPartnerConnectorsNorStarCatchOwnAcceptedDomains(Direction direction) {
    with(
        partnerOut("contoso", "p", c -> c.addRecipientDomains("contoso.com")),
        onPremisesOut("contoso", "star", c -> smart(c).addRecipientDomains("*")),
        onPremisesOut("contoso", "central", c -> smart(c).setRouteAllMessagesViaOnPremises(true)));
    OutboundDecision.Deliver deliver = deliver(direction, "contoso.com");
    assertThat(deliver.connector()).isEmpty();
    assertThat(deliver.nextHop().getRoute()).isEqualTo("mailbox:mailbox.contoso.com:25");
    assertThat(deliver.nextHop().getProtocol()).isEqualTo(HopProtocol.SMTP);
    assertThat(deliver.requirement().getLevel()).isEqualTo(TlsLevel.ENCRYPTION_ONLY);
    assertThat(deliver.requirement().getForwardSecrecy()).isTrue();
  }

  @Test
  void aMailboxRouteNeverGoesBelowEncryptionWithForwardSecrecyWhateverTheDirectorySays() {
    with(
        domain(
            "contoso",
            "weak.example",
            d ->
                d.setMailboxTls(TlsLevel.OPPORTUNISTIC)
                    .setMailboxProtocol(HopProtocol.LMTP)
                    .setMailboxHost(host("2001:db8::1", 0))));
    OutboundDecision.Deliver deliver = deliver(Direction.INCOMING, "weak.example");
    assertThat(deliver.requirement().getLevel()).isEqualTo(TlsLevel.ENCRYPTION_ONLY);
    assertThat(deliver.requirement().getForwardSecrecy()).isTrue();
    assertThat(deliver.nextHop().getRoute()).isEqualTo("mailbox:[2001:db8::1]:24");
  }

  @Test
  void anOnPremisesConnectorToAnOwnDomainIsRaisedToForwardSecrecyToo() {
    with(onPremisesOut("contoso", "all", c -> smart(c).setAllAcceptedDomains(true)));
    TlsRequirement requirement = deliver(Direction.INCOMING, "contoso.com").requirement();
    assertThat(requirement.getLevel()).isEqualTo(TlsLevel.ENCRYPTION_ONLY);
    assertThat(requirement.getForwardSecrecy()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "partner.example, exact",
    "a.partner.example, wildcard",
    "a.eu.partner.example, longer",
    "other.example, star",
  })
  void outsideDomainsGoByTheMostSpecificConnector(String recipient, String connector) {
    with(
        partnerOut("contoso", "star", c -> c.addRecipientDomains("*")),
        partnerOut("contoso", "wildcard", c -> c.addRecipientDomains("*.partner.example")),
        partnerOut("contoso", "longer", c -> c.addRecipientDomains("*.eu.partner.example")),
        partnerOut("contoso", "exact", c -> c.addRecipientDomains("partner.example")),
        partnerOut("contoso", "z exact", c -> c.addRecipientDomains("partner.example")),
        partnerOut(
            "contoso", "a off", c -> c.setEnabled(false).addRecipientDomains("partner.example")),
        partnerOut(
            "contoso",
            "a trial",
            c -> c.setMode(ConnectorMode.REPORT_ONLY).addRecipientDomains("partner.example")),
        partnerOut("tailspin", "a other", c -> c.addRecipientDomains("partner.example")));
    assertThat(deliver(Direction.ORIGINATING, recipient).connector()).isEqualTo(connector);
  }

  @Test
  void withoutAConnectorMailGoesByMxOverOpportunisticTls() {
    OutboundDecision.Deliver deliver = deliver(Direction.ORIGINATING, "Outside.Example.");
    assertThat(deliver.connector()).isEmpty();
    assertThat(deliver.nextHop().getMxDomain()).isEqualTo("outside.example");
    assertThat(deliver.nextHop().getRoute()).isEqualTo("mx:outside.example");
    assertThat(deliver.requirement())
        .isEqualTo(
            TlsRequirement.newBuilder()
                .setLevel(TlsLevel.OPPORTUNISTIC)
                .setRevocation(RevocationMode.REVOCATION_OFF)
                .setMinimumVersion(TlsVersion.TLS_1_2)
                .setDane(DaneMode.DANE_OPPORTUNISTIC)
                .setMtaSts(MtaStsMode.MTA_STS_OPPORTUNISTIC)
                .build());
    assertThat(deliver.explanation().getSummary())
        .isEqualTo("outside.example: no connector, by MX, TLS opportunistic");
  }

  @Test
  void daneAndMtaStsCountByDefaultAtEveryConnector() {
    with(
        partnerOut("contoso", "by mx", c -> c.addRecipientDomains("mx.example")),
        partnerOut("contoso", "smart", c -> smart(c).addRecipientDomains("smart.example")),
        partnerOut(
            "contoso",
            "without",
            c ->
                smart(c)
                    .addRecipientDomains("none.example")
                    .setSmtpDaneMode(DaneMode.DANE_NONE)
                    .setMtaStsMode(MtaStsMode.MTA_STS_NONE)));
    for (String domain : List.of("mx.example", "smart.example")) {
      TlsRequirement requirement = deliver(Direction.ORIGINATING, domain).requirement();
      assertThat(requirement.getDane()).isEqualTo(DaneMode.DANE_OPPORTUNISTIC);
      assertThat(requirement.getMtaSts()).isEqualTo(MtaStsMode.MTA_STS_OPPORTUNISTIC);
    }
    TlsRequirement none = deliver(Direction.ORIGINATING, "none.example").requirement();
    assertThat(none.getDane()).isEqualTo(DaneMode.DANE_NONE);
    assertThat(none.getMtaSts()).isEqualTo(MtaStsMode.MTA_STS_NONE);
    TlsRequirement mailbox = deliver(Direction.INCOMING, "contoso.com").requirement();
    assertThat(mailbox.getDane()).isEqualTo(DaneMode.DANE_NONE);
    assertThat(mailbox.getMtaSts()).isEqualTo(MtaStsMode.MTA_STS_NONE);
  }

  @Test
  void routeAllMessagesViaOnPremisesTakesAllThatLeaves() {
    with(
        onPremisesOut("contoso", "central", c -> smart(c).setRouteAllMessagesViaOnPremises(true)),
        partnerOut("contoso", "exact", c -> c.addRecipientDomains("partner.example")));
    assertThat(deliver(Direction.ORIGINATING, "partner.example").connector()).isEqualTo("central");
    assertThat(deliver(Direction.ORIGINATING, "tailspin.example").connector()).isEqualTo("central");
  }

  @Test
  void mailToAnotherOrganizationGoesByTheSendersConnectorRaisedElseToTheOthersMailbox() {
    OutboundDecision.Deliver direct = deliver(Direction.ORIGINATING, "tailspin.example");
    assertThat(direct.connector()).isEmpty();
    assertThat(direct.nextHop().getRoute()).isEqualTo("mailbox:mailbox.tailspin.example:25");
    assertThat(direct.requirement().getLevel()).isEqualTo(TlsLevel.CERTIFICATE_VALIDATION);
    assertThat(direct.requirement().getRevocation()).isEqualTo(RevocationMode.REVOCATION_REQUIRED);
    assertThat(direct.requirement().getForwardSecrecy()).isTrue();
    assertThat(direct.explanation().toString()).doesNotContain("mailbox.tailspin.example");

    with(partnerOut("contoso", "star", c -> c.addRecipientDomains("*")));
    OutboundDecision.Deliver raised = deliver(Direction.ORIGINATING, "tailspin.example");
    assertThat(raised.connector()).isEqualTo("star");
    assertThat(raised.requirement().getLevel()).isEqualTo(TlsLevel.ENCRYPTION_ONLY);
    assertThat(raised.requirement().getForwardSecrecy()).isTrue();
    assertThat(deliver(Direction.ORIGINATING, "outside.example").requirement().getLevel())
        .isEqualTo(TlsLevel.OPPORTUNISTIC);
  }

  @Test
  void theWholeRequirementComesFromTheConnector() {
    with(
        Sample.anchors("contoso", "roots", Sample.CERTIFICATE),
        partnerOut(
            "contoso",
            "To Partner",
            c ->
                smart(c)
                    .addSmartHosts(host("192.0.2.9", 0))
                    .addRecipientDomains("partner.example")
                    .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
                    .setTlsDomain("*.Partner.Example")
                    .setAnchors(AnchorSetReference.newBuilder().setId("contoso/roots"))
                    .setClientCertificate("contoso-client")
                    .setMinimumTlsVersion(TlsVersion.TLS_1_3)
                    .setRequireForwardSecrecy(true)
                    .setSmtpDaneMode(DaneMode.DANE_MANDATORY)
                    .setMtaStsMode(MtaStsMode.MTA_STS_OPPORTUNISTIC)));
    OutboundDecision.Deliver deliver = deliver(Direction.ORIGINATING, "partner.example");
    assertThat(deliver.nextHop().getRoute()).isEqualTo("smart:smart.contoso.com:2525,192.0.2.9:25");
    assertThat(deliver.requirement())
        .isEqualTo(
            TlsRequirement.newBuilder()
                .setLevel(TlsLevel.DOMAIN_VALIDATION)
                .setTlsDomain("*.partner.example")
                .setAnchors(
                    AnchorSetReference.newBuilder()
                        .setId("contoso/roots")
                        .setVersion(
                            Fingerprints.anchorSetVersion(
                                Sample.anchors("x", "y", Sample.CERTIFICATE).getAnchorSet())))
                .setRevocation(RevocationMode.REVOCATION_REQUIRED)
                .setClientCertificate("contoso/contoso-client")
                .setMinimumVersion(TlsVersion.TLS_1_3)
                .setForwardSecrecy(true)
                .setDane(DaneMode.DANE_MANDATORY)
                .setMtaSts(MtaStsMode.MTA_STS_OPPORTUNISTIC)
                .build());
    assertThat(deliver.explanation().getSummary())
        .isEqualTo(
            "partner.example: outbound connector contoso/To Partner, TLS domain-validation of"
                + " *.partner.example with forward secrecy");
  }

  @Test
  void asWhomWeAppearComesFromTheConnectorAndCredentialsNeverGoInPlaintext() {
    with(
        partnerOut(
            "contoso",
            "To Partner",
            c ->
                smart(c)
                    .addRecipientDomains("partner.example")
                    .setEhloName("out.contoso.com")
                    .addSourceAddresses("192.0.2.1")
                    .setCredentials("relay")),
        partnerOut(
            "contoso",
            "To Other",
            c -> c.addRecipientDomains("other.example").setEhloName("out.contoso.com")));
    OutboundDecision.Deliver smart = deliver(Direction.ORIGINATING, "partner.example");
    assertThat(smart.nextHop().getEhloName()).isEqualTo("out.contoso.com");
    assertThat(smart.nextHop().getSourceAddressesList()).containsExactly("192.0.2.1");
    assertThat(smart.nextHop().getCredentials()).isEqualTo("contoso/relay");
    assertThat(smart.nextHop().getRoute()).isEqualTo("smart:contoso:relay@smart.contoso.com:2525");
    assertThat(smart.requirement().getLevel()).isEqualTo(TlsLevel.ENCRYPTION_ONLY);
    OutboundDecision.Deliver mx = deliver(Direction.ORIGINATING, "other.example");
    assertThat(mx.nextHop().getEhloName()).isEqualTo("out.contoso.com");
    assertThat(mx.requirement().getLevel()).isEqualTo(TlsLevel.OPPORTUNISTIC);
  }

  @Test
  void domainValidationByMxWithoutTlsDomainComparesTheRecipientDomain() {
    with(
        partnerOut(
            "contoso",
            "p",
            c -> c.addRecipientDomains("*").setTlsSettings(TlsLevel.DOMAIN_VALIDATION)));
    assertThat(requirement("partner.example", RequireTls.REQUIRE_TLS_UNSPECIFIED).getTlsDomain())
        .isEqualTo("partner.example");
  }

  @ParameterizedTest
  @CsvSource({
    "OPPORTUNISTIC, REVOCATION_REQUIRED, REVOCATION_OFF",
    "ENCRYPTION_ONLY, REVOCATION_REQUIRED, REVOCATION_OFF",
    "CERTIFICATE_VALIDATION, REVOCATION_MODE_UNSPECIFIED, REVOCATION_REQUIRED",
    "CERTIFICATE_VALIDATION, REVOCATION_BEST_EFFORT, REVOCATION_BEST_EFFORT",
    "DOMAIN_VALIDATION, REVOCATION_OFF, REVOCATION_OFF",
    "DOMAIN_VALIDATION, REVOCATION_MODE_UNSPECIFIED, REVOCATION_REQUIRED",
  })
  void revocationBelongsToTheLevelsThatValidateAChain(
      TlsLevel level, RevocationMode asked, RevocationMode expected) {
    with(
        partnerOut(
            "contoso",
            "p",
            c -> c.addRecipientDomains("*").setTlsSettings(level).setRevocation(asked)));
    assertThat(requirement("partner.example", RequireTls.REQUIRE_TLS_UNSPECIFIED).getRevocation())
        .isEqualTo(expected);
  }

  @Test
  void requireTlsRaisesToAValidCertificateAndNeverLowersAName() {
    with(
        partnerOut(
            "contoso",
            "p",
            c ->
                c.addRecipientDomains("partner.example")
                    .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
                    .setTlsDomain("mail.partner.example")));
    for (String recipient : List.of("outside.example", "contoso.com")) {
      assertThat(requirement(recipient, RequireTls.REQUIRE_TLS_YES))
          .satisfies(
              r -> {
                assertThat(r.getLevel()).isEqualTo(TlsLevel.CERTIFICATE_VALIDATION);
                assertThat(r.getRevocation()).isEqualTo(RevocationMode.REVOCATION_REQUIRED);
                assertThat(r.getRequireTls()).isEqualTo(RequireTls.REQUIRE_TLS_YES);
              });
    }
    assertThat(requirement("partner.example", RequireTls.REQUIRE_TLS_YES).getTlsDomain())
        .isEqualTo("mail.partner.example");
  }

  @Test
  void tlsRequiredNoLowersNothingThatAnAdministratorWrote() {
    with(
        partnerOut(
            "contoso",
            "p",
            c ->
                c.addRecipientDomains("partner.example")
                    .setTlsSettings(TlsLevel.CERTIFICATE_VALIDATION)
                    .setSmtpDaneMode(DaneMode.DANE_MANDATORY)));
    TlsRequirement without = requirement("partner.example", RequireTls.REQUIRE_TLS_UNSPECIFIED);
    assertThat(requirement("partner.example", RequireTls.TLS_REQUIRED_NO))
        .isEqualTo(without.toBuilder().setRequireTls(RequireTls.TLS_REQUIRED_NO).build());
  }

  @Test
  void whatCannotBeRoutedOrReadIsHeldAndNeverLoosened() {
    with(
        domain("contoso", "routeless.example", d -> d.clearMailboxHost()),
        onPremisesOut("contoso", "mx", c -> c.addRecipientDomains("sales.contoso.com")),
        partnerOut(
            "contoso",
            "newer",
            c -> c.addRecipientDomains("newer.example").setTlsSettingsValue(99)),
        partnerOut(
            "contoso",
            "nameless",
            c ->
                smart(c)
                    .addRecipientDomains("nameless.example")
                    .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)),
        partnerOut(
            "contoso",
            "hostless",
            c -> c.addRecipientDomains("hostless.example").setUseMxRecord(false)));
    assertHeld(Direction.INCOMING, "routeless.example", "no-route");
    assertHeld(Direction.INCOMING, "sales.contoso.com", "no-route");
    assertHeld(Direction.INCOMING, "outside.example", "no-route");
    assertHeld(Direction.INCOMING, "tailspin.example", "no-route");
    assertHeld(Direction.ORIGINATING, "newer.example", "undecidable");
    assertHeld(Direction.ORIGINATING, "nameless.example", "undecidable");
    assertHeld(Direction.ORIGINATING, "hostless.example", "undecidable");
    assertHeld(Direction.DIRECTION_UNSPECIFIED, "contoso.com", "undecidable");
    assertThat(
            OutboundRules.decide(
                Directory.of(objects, 1, Map.of()),
                OutboundMail.to("gone", Direction.ORIGINATING, "outside.example")))
        .isInstanceOf(OutboundDecision.Hold.class);
  }

  @Test
  void anAddressLiteralFails() {
    assertThat(decide(Direction.ORIGINATING, "[192.0.2.1]", RequireTls.REQUIRE_TLS_UNSPECIFIED))
        .isInstanceOf(OutboundDecision.Fail.class);
  }

  @Test
  void anAnchorSetThatIsGoneOrAnothersNeverBecomesTheDefaultSet() {
    with(
        Sample.anchors("tailspin", "roots", Sample.CERTIFICATE),
        partnerOut(
            "contoso",
            "p",
            c ->
                c.addRecipientDomains("*")
                    .setTlsSettings(TlsLevel.CERTIFICATE_VALIDATION)
                    .setAnchors(AnchorSetReference.newBuilder().setId("tailspin/roots"))));
    AnchorSetReference anchors =
        requirement("partner.example", RequireTls.REQUIRE_TLS_UNSPECIFIED).getAnchors();
    assertThat(anchors.getId()).isEqualTo("contoso/roots");
    assertThat(anchors.getVersion()).isEqualTo("gone");
    assertThat(Directory.of(objects, 1, Map.of()).anchorSet(anchors)).isEmpty();
  }

  @Test
  void theExplanationNamesTheConnectorsThatWereNotChosen() {
    with(
        partnerOut("contoso", "a", c -> c.addRecipientDomains("partner.example")),
        partnerOut("contoso", "b", c -> c.addRecipientDomains("*")),
        partnerOut("contoso", "c", c -> c.addRecipientDomains("other.example")),
        partnerOut("contoso", "d", c -> c.setEnabled(false).addRecipientDomains("*")));
    assertThat(
            deliver(Direction.ORIGINATING, "partner.example").explanation().getStepsList().stream()
                .map(s -> (s.getMatched() ? "+" : "-") + s.getSubject() + "|" + s.getCondition()))
        .containsExactly(
            "+outbound connector contoso/a|recipientDomains",
            "-outbound connector contoso/b|precedence",
            "-outbound connector contoso/c|recipientDomains",
            "-outbound connector contoso/d|enabled");
  }

  private void assertHeld(Direction direction, String recipient, String reason) {
    assertThat(decide(direction, recipient, RequireTls.REQUIRE_TLS_UNSPECIFIED))
        .as(recipient)
        .isInstanceOfSatisfying(
            OutboundDecision.Hold.class,
            hold -> {
              assertThat(hold.reason()).isEqualTo(reason);
              assertThat(hold.explanation().getSummary()).startsWith("Held: ");
            });
  }

  private static io.postern.contracts.v1.OutboundConnector.Builder smart(
      io.postern.contracts.v1.OutboundConnector.Builder connector) {
    return connector.setUseMxRecord(false).addSmartHosts(host("smart.contoso.com", 2525));
  }
}
