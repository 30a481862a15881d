package io.postern.rules.checks;

import static io.postern.rules.Sample.directory;
import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.host;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.onPremisesOut;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.partnerOut;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.UnansweredRecipients;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.Sample;
import io.postern.rules.inbound.InboundRules;
import io.postern.rules.outbound.OutboundRules;
import java.io.InputStream;
import java.security.cert.CertificateFactory;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DirectoryRulesTest {
  private static final DirectoryObject ALL_BUT =
      Sample.withDefaults(Sample.anchors("contoso", "all-but"));
  private static final Directory CONTOSO =
      directory(
          organization("contoso"),
          domain("contoso", "contoso.com"),
          organization("fabrikam"),
          domain("fabrikam", "fabrikam.com"));

  private static OutboundConnector.Builder star(OutboundConnector.Builder connector) {
    return connector.addRecipientDomains("*");
  }

  /** It was taken before the word was reserved. */
  @Test
  void anOrganizationWithAReservedIdStaysAndCanBeChanged() {
    Directory before = directory(organization("server"));

    assertThat(
            DirectoryRules.validate(
                before,
                List.of(
                    DirectoryObject.newBuilder()
                        .setOrganization(
                            Organization.newBuilder().setId("server").setExpiryHours(48))
                        .build())))
        .isEmpty();
  }

  @Test
  void aWholeOrganizationInOneCommandIsFine() throws Exception {
    assertThat(
            DirectoryRules.validate(
                directory(),
                List.of(
                    partnerOut(
                        "contoso",
                        "To Partner",
                        c ->
                            c.addRecipientDomains("partner.example")
                                .setUseMxRecord(false)
                                .addSmartHosts(host("mail.partner.example", 2525))
                                .addSmartHosts(host("2001:db8::1", 0))
                                .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
                                .setTlsDomain("*.partner.example")
                                .setAnchors(AnchorSetReference.newBuilder().setId("contoso/roots"))
                                .setClientCertificate("contoso.2026")),
                    partnerIn(
                        "contoso",
                        "From Partner",
                        c ->
                            c.addSenderDomains("smtp:partner.example;1")
                                .setRequireTls(true)
                                .setTlsSenderCertificateName("mail.partner.example")
                                .setRestrictDomainsToCertificate(true)
                                .addAssociatedAcceptedDomains("contoso.com")),
                    onPremisesIn(
                        "contoso",
                        "Ours",
                        c -> c.addSenderDomains("*").setTlsSenderCertificateName("*.contoso.com")),
                    onPremisesOut(
                        "contoso",
                        "Central",
                        c ->
                            c.setUseMxRecord(false)
                                .addSmartHosts(host("192.0.2.1", 0))
                                .setAllAcceptedDomains(true)),
                    domain(
                        "contoso",
                        "contoso.com",
                        d ->
                            d.setRecipientValidation(
                                    RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE)
                                .setUnansweredRecipients(
                                    UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER)),
                    Sample.anchors("contoso", "roots", certificate()),
                    organization("contoso"))))
        .isEmpty();
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        // names, references
        of("name", partnerIn("contoso", "a/b", c -> c.addSenderDomains("*"))),
        of("name", partnerIn("contoso", " a", c -> c.addSenderDomains("*"))),
        of("name", partnerIn("contoso", "a\u202eb", c -> c.addSenderDomains("*"))),
        of("name", partnerIn("contoso", "x".repeat(65), c -> c.addSenderDomains("*"))),
        of("organization", partnerIn("nobody", "a", c -> c.addSenderDomains("*"))),
        of("organization", domain("nobody", "nobody.example")),
        of(
            "comment",
            partnerIn("contoso", "a", c -> c.addSenderDomains("*").setComment("x".repeat(1025)))),
        of(
            "trustAnchors",
            partnerIn(
                "contoso", "a", c -> c.addSenderDomains("*").setAnchors(set("contoso/none")))),
        of(
            "trustAnchors",
            partnerIn(
                "contoso", "a", c -> c.addSenderDomains("*").setAnchors(set("fabrikam/none")))),
        of("connectorType", partnerIn("contoso", "a", c -> c.clearConnectorType())),
        of("id", organization("Contoso")),
        of("id", organization("a.b")),
        of("id", organization("-a")),
        of("id", organization("server")),
        of(
            "expiryHours",
            DirectoryObject.newBuilder()
                .setOrganization(Organization.newBuilder().setId("a").setExpiryHours(11))
                .build()),
        of("senderRewritingDomain", rewriting("contoso", "fabrikam.com")),
        of("senderRewritingDomain", rewriting("contoso", "other.example")),
        of("senderRewritingDomain", rewriting("contoso", "Contoso.com")),
        of(
            "senderRewritingEnabled",
            partnerOut("contoso", "a", c -> star(c).setSenderRewritingEnabled(true))),
        // accepted domains
        of(
            "domain",
            domain("contoso", "Contoso.Example", d -> d.setMailboxHost(host("mailbox", 0)))),
        of("domain", domain("contoso", "localhost")),
        of(
            "domain",
            domain("contoso", "bücher.example", d -> d.setMailboxHost(host("mailbox", 0)))),
        of("domain", domain("contoso", "fabrikam.com")),
        of("mailboxRoute.host", domain("contoso", "a.example", d -> d.clearMailboxHost())),
        of(
            "mailboxRoute.host",
            domain("contoso", "a.example", d -> d.setMailboxHost(host("300.1.2.3", 0)))),
        of(
            "mailboxRoute.port",
            domain("contoso", "a.example", d -> d.setMailboxHost(host("a", 70_000)))),
        of(
            "mailboxRoute.tlsSettings",
            domain("contoso", "a.example", d -> d.setMailboxTls(TlsLevel.OPPORTUNISTIC))),
        of("mailboxRoute.tlsSettings", domain("contoso", "a.example", d -> d.clearMailboxTls())),
        of(
            "mailboxRoute.tlsDomain",
            domain("contoso", "a.example", d -> d.setMailboxTls(TlsLevel.DOMAIN_VALIDATION))),
        of(
            "mailboxRoute.tlsDomain",
            domain("contoso", "a.example", d -> d.setMailboxTlsDomain("a.example"))),
        of(
            "recipientValidation",
            domain(
                "contoso",
                "a.example",
                d -> d.setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST))),
        of(
            "recipientValidation",
            domain(
                "contoso",
                "a.example",
                d ->
                    d.setDomainType(AcceptedDomainType.INTERNAL_RELAY)
                        .setRecipientValidation(
                            RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE))),
        of(
            "unansweredRecipients",
            domain(
                "contoso",
                "a.example",
                d -> d.setUnansweredRecipients(UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER))),
        // inbound
        of("senderDomains", partnerIn("contoso", "a", c -> {})),
        of(
            "senderDomains[1]",
            partnerIn("contoso", "a", c -> c.addSenderDomains("*").addSenderDomains("a.*.com"))),
        of(
            "senderDomains",
            partnerIn("contoso", "a", c -> c.addAllSenderDomains(Collections.nCopies(501, "*")))),
        of(
            "senderDomains",
            onPremisesIn(
                "contoso",
                "a",
                c -> c.addSenderDomains("a.example").addSenderIpAddresses("192.0.2.1"))),
        of(
            "tlsSenderCertificateName",
            partnerIn(
                "contoso",
                "a",
                c ->
                    c.addSenderDomains("*")
                        .setRequireTls(true)
                        .setRestrictDomainsToCertificate(true))),
        of("tlsSenderCertificateName", named("mail.*.com")),
        of("tlsSenderCertificateName", named("*.com")),
        of("tlsSenderCertificateName", named("Mail.Partner.Example")),
        of("tlsSenderCertificateName", named("localhost")),
        of(
            "senderIPAddresses",
            partnerIn(
                "contoso",
                "a",
                c -> c.addSenderDomains("*").setRestrictDomainsToIpAddresses(true))),
        of("senderIPAddresses[0]", addresses("192.0.0.0/23")),
        of("senderIPAddresses[0]", addresses("2001:db8::/63")),
        of(
            "senderIPAddresses[0]",
            onPremisesIn("contoso", "a", c -> c.addSenderIpAddresses("192.0.2.7/24"))),
        of(
            "restrictDomainsToIPAddresses",
            partnerIn(
                "contoso",
                "a",
                c ->
                    c.addSenderDomains("*")
                        .addSenderIpAddresses("192.0.2.1")
                        .setRequireTls(true)
                        .setTlsSenderCertificateName("a.example")
                        .setRestrictDomainsToCertificate(true))),
        of(
            "treatMessagesAsInternal",
            partnerIn(
                "contoso", "a", c -> c.addSenderDomains("*").setTreatMessagesAsInternal(true))),
        of(
            "associatedAcceptedDomains[0]",
            partnerIn(
                "contoso",
                "a",
                c -> c.addSenderDomains("*").addAssociatedAcceptedDomains("fabrikam.com"))),
        of(
            "restrictDomainsToCertificate",
            onPremisesIn(
                "contoso",
                "a",
                c ->
                    c.setTlsSenderCertificateName("mail.contoso.com")
                        .setRestrictDomainsToCertificate(true))),
        of(
            "restrictDomainsToIPAddresses",
            onPremisesIn(
                "contoso",
                "a",
                c -> c.addSenderIpAddresses("192.0.2.1").setRestrictDomainsToIpAddresses(true))),
        of("tlsSenderCertificateName", onPremisesIn("contoso", "a", c -> {})),
        of(
            "senderIPAddresses",
            onPremisesIn(
                "contoso",
                "a",
                c ->
                    c.setTlsSenderCertificateName("mail.contoso.com")
                        .addSenderIpAddresses("192.0.2.1"))),
        of(
            "tlsSenderCertificateName",
            onPremisesIn("contoso", "a", c -> c.setTlsSenderCertificateName("mail.fabrikam.com"))),
        of(
            "tlsSenderCertificateName",
            onPremisesIn(
                "contoso",
                "a",
                c ->
                    c.setTlsSenderCertificateName("mail.eu.contoso.com")
                        .setCloudServicesMailEnabled(true))),
        of(
            "tlsSenderCertificateName",
            onPremisesIn(
                "contoso",
                "a",
                c ->
                    c.setTlsSenderCertificateName("mail.service.example")
                        .setTreatMessagesAsInternal(true))),
        of(
            "tlsSenderCertificateName",
            onPremisesIn(
                "contoso",
                "a",
                c -> c.setTlsSenderCertificateName("mail.service.example").setEfSkipLastIp(true))),
        // outbound
        of("recipientDomains", partnerOut("contoso", "a", c -> {})),
        of("recipientDomains", onPremisesOut("contoso", "a", c -> {})),
        of("recipientDomains[0]", partnerOut("contoso", "a", c -> c.addRecipientDomains("*a.com"))),
        of(
            "recipientDomains[0]",
            partnerOut("contoso", "a", c -> c.addRecipientDomains("contoso.com"))),
        of(
            "recipientDomains[0]",
            onPremisesOut("contoso", "a", c -> c.addRecipientDomains("contoso.com"))),
        of(
            "useMXRecord",
            partnerOut(
                "contoso",
                "a",
                c -> c.addRecipientDomains("*").addSmartHosts(host("a.example", 0)))),
        of(
            "smartHosts",
            partnerOut("contoso", "a", c -> c.addRecipientDomains("*").setUseMxRecord(false))),
        of("ehloName", partnerOut("contoso", "a", c -> star(c).setEhloName("localhost"))),
        of("ehloName", partnerOut("contoso", "a", c -> star(c).setEhloName("Mail.a.example"))),
        of("ehloName", partnerOut("contoso", "a", c -> star(c).setEhloName("[192.0.2.1]"))),
        of(
            "sourceAddresses[0]",
            partnerOut("contoso", "a", c -> star(c).addSourceAddresses("192.0.2.0/24"))),
        of(
            "sourceAddresses[0]",
            partnerOut("contoso", "a", c -> star(c).addSourceAddresses("0.0.0.0"))),
        of("sourceAddresses[0]", partnerOut("contoso", "a", c -> star(c).addSourceAddresses("::"))),
        of(
            "sourceAddresses[1]",
            partnerOut(
                "contoso",
                "a",
                c -> star(c).addSourceAddresses("192.0.2.1").addSourceAddresses("192.0.2.2"))),
        of(
            "sourceAddresses",
            partnerOut(
                "contoso",
                "a",
                c -> star(c).addAllSourceAddresses(List.of("192.0.2.1", "::1", "192.0.2.2")))),
        of("credentials", partnerOut("contoso", "a", c -> star(c).setCredentials("relay"))),
        of(
            "credentials",
            partnerOut(
                "contoso",
                "a",
                c ->
                    star(c)
                        .setUseMxRecord(false)
                        .addSmartHosts(host("a.example", 587))
                        .setCredentials("../relay"))),
        of("smartHosts[0]", smart("192.0.2.0/24", 0)),
        of("smartHosts[0]", smart("a b", 0)),
        of("smartHosts[0]", smart("", 0)),
        of("smartHosts[0]", smart("a.example", -1)),
        of(
            "smartHosts",
            partnerOut(
                "contoso",
                "a",
                c ->
                    c.addRecipientDomains("*")
                        .setUseMxRecord(false)
                        .addAllSmartHosts(Collections.nCopies(21, host("a.example", 0))))),
        of(
            "tlsDomain",
            partnerOut("contoso", "a", c -> c.addRecipientDomains("*").setTlsDomain("a.example"))),
        of(
            "tlsDomain",
            partnerOut(
                "contoso",
                "a",
                c ->
                    c.addRecipientDomains("*")
                        .setTlsDomain("a.*.example")
                        .setTlsSettings(TlsLevel.DOMAIN_VALIDATION))),
        of(
            "tlsDomain",
            partnerOut(
                "contoso",
                "a",
                c ->
                    c.addRecipientDomains("*")
                        .setUseMxRecord(false)
                        .addSmartHosts(host("a.example", 0))
                        .setTlsSettings(TlsLevel.DOMAIN_VALIDATION))),
        of(
            "tlsSettings",
            partnerOut("contoso", "a", c -> c.addRecipientDomains("*").setTlsSettingsValue(99))),
        of(
            "requireForwardSecrecy",
            partnerOut(
                "contoso", "a", c -> c.addRecipientDomains("*").setRequireForwardSecrecy(true))),
        of(
            "maxConnections",
            partnerOut("contoso", "a", c -> c.addRecipientDomains("*").setMaxConnections(-1))),
        of(
            "maxMessagesPerConnection",
            partnerOut(
                "contoso",
                "a",
                c -> c.addRecipientDomains("*").setMaxMessagesPerConnection(10_001))),
        of(
            "maxMessagesPerMinute",
            partnerOut(
                "contoso",
                "a",
                c -> c.addRecipientDomains("*").setMaxMessagesPerMinute(1_000_001))),
        of(
            "requirePostQuantum",
            partnerOut(
                "contoso", "a", c -> c.addRecipientDomains("*").setRequirePostQuantum(true))),
        of(
            "minimumTlsVersion",
            partnerOut(
                "contoso",
                "a",
                c -> c.addRecipientDomains("*").setMinimumTlsVersion(TlsVersion.TLS_1_3))),
        of(
            "clientCertificate",
            partnerOut(
                "contoso", "a", c -> c.addRecipientDomains("*").setClientCertificate("../a"))),
        of(
            "clientCertificate",
            partnerOut(
                "contoso",
                "a",
                c -> c.addRecipientDomains("*").setClientCertificate("fabrikam/a"))),
        of(
            "treatMessagesAsInternal",
            onPremisesIn(
                "contoso",
                "a",
                c ->
                    c.setTlsSenderCertificateName("mail.contoso.com")
                        .setCloudServicesMailEnabled(true)
                        .setTreatMessagesAsInternal(true))),
        of(
            "cloudServicesMailEnabled",
            onPremisesIn(
                "contoso",
                "a",
                c -> c.addSenderIpAddresses("192.0.2.1").setCloudServicesMailEnabled(true))),
        of(
            "cloudServicesMailEnabled",
            partnerIn(
                "contoso", "a", c -> c.addSenderDomains("*").setCloudServicesMailEnabled(true))),
        of(
            "cloudServicesMailEnabled",
            partnerOut(
                "contoso", "a", c -> c.addRecipientDomains("*").setCloudServicesMailEnabled(true))),
        of(
            "maxMessagesPerMinute", // nothing proves its clients
            partnerIn("contoso", "a", c -> c.addSenderDomains("*").setMaxMessagesPerMinute(10))),
        of(
            "maxMessagesPerMinute",
            onPremisesIn(
                "contoso",
                "a",
                c -> c.addSenderIpAddresses("192.0.2.1").setMaxMessagesPerMinute(-1))),
        of(
            "maxRecipientsPerMinute",
            onPremisesIn(
                "contoso",
                "a",
                c -> c.addSenderIpAddresses("192.0.2.1").setMaxRecipientsPerMinute(1_000_001))),
        of(
            "maxRecipientsPerMinutePerSender",
            partnerIn(
                "contoso",
                "a",
                c ->
                    c.addSenderDomains("*")
                        .setRequireTls(true)
                        .setTlsSenderCertificateName("mail.fabrikam.com")
                        .setMaxRecipientsPerMinutePerSender(10))),
        of(
            "blockedReason",
            partnerIn(
                "contoso", "a", c -> c.addSenderDomains("*").setBlockedReason("x".repeat(1_025)))),
        of(
            "rejectDirectSendSubdomains",
            DirectoryObject.newBuilder()
                .setOrganization(
                    Organization.newBuilder().setId("contoso").setRejectDirectSendSubdomains(true))
                .build()),
        of(
            "allAcceptedDomains",
            partnerOut(
                "contoso", "a", c -> c.addRecipientDomains("*").setAllAcceptedDomains(true))),
        of(
            "routeAllMessagesViaOnPremises",
            partnerOut(
                "contoso",
                "a",
                c -> c.addRecipientDomains("*").setRouteAllMessagesViaOnPremises(true))),
        of(
            "recipientDomains",
            onPremisesOut(
                "contoso",
                "a",
                c ->
                    c.setUseMxRecord(false)
                        .addSmartHosts(host("a.example", 0))
                        .setAllAcceptedDomains(true)
                        .addRecipientDomains("*"))),
        of("useMXRecord", onPremisesOut("contoso", "a", c -> c.setAllAcceptedDomains(true))),
        // anchors
        of("pem", Sample.anchors("contoso", "roots")),
        of("pem[0]", Sample.anchors("contoso", "roots", Sample.CERTIFICATE)),
        of("pem[0]", Sample.anchors("contoso", "roots", new byte[17_000])),
        of("distrusted[0]", Sample.distrusting(ALL_BUT, new byte[20])),
        of("distrusted[1]", Sample.distrusting(ALL_BUT, new byte[32], new byte[32])),
        of("distrusted", Sample.distrusting(ALL_BUT, new byte[201][32])),
        of("", DirectoryObject.getDefaultInstance()));
  }

  /** Whether the organization exists is not told, and it may be removed. */
  @Test
  void anAcceptedDomainNamesOtherOrganizationsByTheFormOfTheirIds() {
    assertThat(
            DirectoryRules.validate(
                CONTOSO,
                List.of(
                    domain(
                        "contoso",
                        "contoso.com",
                        d ->
                            d.addAllowedSenderOrganizations("fabrikam")
                                .addAllowedSenderOrganizations("not-here-yet")))))
        .isEmpty();
    for (String wrong : List.of("", "Fabrikam", "fabrikam.com", "-x", "x".repeat(64), "a/b")) {
      assertThat(
              DirectoryRules.validate(
                  CONTOSO,
                  List.of(
                      domain(
                          "contoso", "contoso.com", d -> d.addAllowedSenderOrganizations(wrong)))))
          .extracting(DirectoryProblem::getField)
          .as(wrong)
          .containsExactly("allowedSenderOrganizations[0]");
    }
    assertThat(
            DirectoryRules.validate(
                CONTOSO,
                List.of(
                    domain(
                        "contoso",
                        "contoso.com",
                        d -> d.addAllAllowedSenderOrganizations(Collections.nCopies(101, "x"))))))
        .extracting(DirectoryProblem::getField)
        .containsExactly("allowedSenderOrganizations");
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void eachProblemNamesItsFieldAndTheCure(String field, DirectoryObject object) {
    List<DirectoryProblem> problems = DirectoryRules.validate(CONTOSO, List.of(object));
    assertThat(problems)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.getField()).isEqualTo(field);
              assertThat(problem.getProblem()).isNotBlank();
              assertThat(problem.getCure()).isNotBlank();
            });
  }

  private static DirectoryObject rewriting(String organization, String domain) {
    return DirectoryObject.newBuilder()
        .setOrganization(
            Organization.newBuilder().setId(organization).setSenderRewritingDomain(domain))
        .build();
  }

  @Test
  void aConnectorThatRewritesSendersAndTheDomainForItNeedEachOther() {
    DirectoryObject domain = rewriting("contoso", "contoso.com");
    DirectoryObject partner =
        partnerOut("contoso", "out", c -> star(c).setSenderRewritingEnabled(true));
    DirectoryObject onPremises =
        onPremisesOut(
            "contoso",
            "in",
            c ->
                c.setUseMxRecord(false)
                    .addSmartHosts(host("192.0.2.1", 0))
                    .setAllAcceptedDomains(true)
                    .setSenderRewritingEnabled(true));
    assertThat(DirectoryRules.validate(CONTOSO, List.of(partner, onPremises, domain))).isEmpty();
    Directory before = directory(domain("contoso", "contoso.com"), domain, partner);
    assertThat(DirectoryRules.validate(before, List.of(organization("contoso"))))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.getField()).isEqualTo("senderRewritingDomain");
              assertThat(problem.getProblem()).contains("connector out");
            });
    assertThat(DirectoryRules.validate(before, List.of(removed(domain("contoso", "contoso.com")))))
        .singleElement()
        .satisfies(problem -> assertThat(problem.getProblem()).contains("organization/contoso"));
  }

  @Test
  void aSetMayBeTheDefaultOneWithoutSome() {
    assertThat(DirectoryRules.validate(CONTOSO, List.of(ALL_BUT))).isEmpty();
    assertThat(DirectoryRules.validate(CONTOSO, List.of(Sample.distrusting(ALL_BUT, new byte[32]))))
        .isEmpty();
  }

  @Test
  void aSetCannotDistrustItsOwnCertificate() throws Exception {
    byte[] own = certificate();
    DirectoryObject set =
        Sample.distrusting(
            Sample.anchors("contoso", "roots", own), new byte[32], Fingerprints.sha256(own));
    assertThat(DirectoryRules.validate(CONTOSO, List.of(set)))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.getField()).isEqualTo("pem[0]");
              assertThat(problem.getCure()).contains("distrusted");
            });
  }

  @Test
  void theCureSaysWhatToWriteInstead() {
    DirectoryProblem problem =
        DirectoryRules.validate(CONTOSO, List.of(domain("contoso", "Bücher.example"))).getFirst();
    assertThat(problem.getObject()).isEqualTo("accepted-domain/Bücher.example");
    assertThat(problem.getCure()).isEqualTo("write xn--bcher-kva.example");
  }

  @Test
  void anotherOrganizationsDomainCanBeNeitherTakenNorRemovedAndTheOwnerIsNotNamed() {
    for (boolean removed : new boolean[] {false, true}) {
      DirectoryObject change =
          domain("contoso", "fabrikam.com").toBuilder().setRemoved(removed).build();
      assertThat(DirectoryRules.validate(CONTOSO, List.of(change)))
          .singleElement()
          .satisfies(
              problem ->
                  assertThat(problem.getProblem() + problem.getCure()).doesNotContain("fabrikam"));
    }
  }

  @Test
  void whatIsStillNeededCannotBeRemovedUnlessItsUserGoesToo() throws Exception {
    DirectoryObject roots = Sample.anchors("contoso", "roots", certificate());
    DirectoryObject connector =
        partnerIn(
            "contoso",
            "a",
            c ->
                c.addSenderDomains("*")
                    .setAnchors(set("contoso/roots"))
                    .addAssociatedAcceptedDomains("contoso.com"));
    Directory before =
        directory(organization("contoso"), domain("contoso", "contoso.com"), roots, connector);
    for (DirectoryObject needed :
        List.of(roots, domain("contoso", "contoso.com"), organization("contoso"))) {
      assertThat(DirectoryRules.validate(before, List.of(removed(needed))))
          .singleElement()
          .satisfies(problem -> assertThat(problem.getProblem()).contains("still needs it"));
    }
    assertThat(
            DirectoryRules.validate(
                before,
                List.of(
                    removed(organization("contoso")),
                    removed(domain("contoso", "contoso.com")),
                    removed(roots),
                    removed(connector))))
        .isEmpty();
  }

  @Test
  void namesAreTakenOnceWhateverTheirCaseAndAnObjectStandsOnceInACommand() {
    DirectoryObject one = partnerIn("contoso", "From A", c -> c.addSenderDomains("*"));
    DirectoryObject other = partnerIn("contoso", "from a", c -> c.addSenderDomains("*"));
    assertThat(DirectoryRules.validate(CONTOSO, List.of(one, other))).hasSize(2);
    assertThat(DirectoryRules.validate(CONTOSO, List.of(one, one))).hasSize(1);
    assertThat(DirectoryRules.validate(CONTOSO, List.of(removed(one)))).hasSize(1);
  }

  @Test
  void anythingIsJudgedWithoutAnAccidentAndInBounds() throws Exception {
    Random random = new Random(6);
    List<DirectoryObject> seeds =
        wrong().map(arguments -> (DirectoryObject) arguments.get()[1]).toList();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = seeds.get(random.nextInt(seeds.size())).toByteArray();
      if (bytes.length > 2_000) {
        continue;
      }
      for (int flips = random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      DirectoryObject object;
      try {
        object = DirectoryObject.parseFrom(bytes);
      } catch (com.google.protobuf.InvalidProtocolBufferException e) {
        continue;
      }
      for (DirectoryProblem problem : DirectoryRules.validate(CONTOSO, List.of(object))) {
        assertThat(problem.getSerializedSize()).isLessThan(4_000);
      }
      // Whatever comes to stand in the directory, decisions can be made.
      Directory after =
          directory(organization("contoso"), domain("contoso", "contoso.com"), object);
      InboundRules.decide(
          after,
          Sample.tls("192.0.2.1", "a.example", "mail.contoso.com"),
          "contoso.com",
          Sample.GOOD);
      OutboundRules.decide(
          after,
          new OutboundMail(
              "contoso",
              io.postern.contracts.v1.Direction.ORIGINATING,
              "",
              "",
              "a.example",
              io.postern.contracts.v1.RequireTls.REQUIRE_TLS_UNSPECIFIED,
              false,
              null));
    }
  }

  private static Arguments of(String field, DirectoryObject object) {
    return Arguments.of(field, object);
  }

  private static DirectoryObject named(String certificateName) {
    return partnerIn(
        "contoso",
        "a",
        c ->
            c.addSenderDomains("*")
                .setRequireTls(true)
                .setTlsSenderCertificateName(certificateName));
  }

  private static DirectoryObject addresses(String range) {
    return partnerIn(
        "contoso",
        "a",
        c ->
            c.addSenderDomains("*")
                .addSenderIpAddresses(range)
                .setRestrictDomainsToIpAddresses(true));
  }

  private static DirectoryObject smart(String host, int port) {
    NextHopHost smartHost = host(host, port);
    return partnerOut(
        "contoso",
        "a",
        c -> c.addRecipientDomains("*").setUseMxRecord(false).addSmartHosts(smartHost));
  }

  private static AnchorSetReference set(String id) {
    return AnchorSetReference.newBuilder().setId(id).build();
  }

  private static DirectoryObject removed(DirectoryObject object) {
    return object.toBuilder().setRemoved(true).build();
  }

  private static byte[] certificate() throws Exception {
    try (InputStream pem = DirectoryRulesTest.class.getResourceAsStream("san.pem")) {
      return CertificateFactory.getInstance("X.509")
          .generateCertificate(Objects.requireNonNull(pem))
          .getEncoded();
    }
  }
}
