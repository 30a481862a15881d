package io.postern.rules;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.onPremisesOut;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.partnerOut;
import static io.postern.rules.Sample.plain;
import static io.postern.rules.Sample.tls;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Examples of Microsoft's own pages, a row each: the page, its date, and what it says of the
 * example. No row is of our wording. Pages: New-InboundConnector, Set-InboundConnector,
 * New-OutboundConnector (office-docs-powershell, 2026-08-21); "Set up connectors for secure mail
 * flow with a partner organization", "Set up connectors to route mail", "Manage mail flow using a
 * third-party cloud service" (OfficeDocs-Exchange, 2021-12-28 to 2022-01-20); Office 365 message
 * attribution (Exchange Team Blog, 2019-07-11); Direct Send (Exchange Team Blog, 2025-05-01).
 * Addresses of 198.51.100.0/24 are none of the example's.
 */
class ExchangeExamplesTest {
  private static final String ELSEWHERE = "198.51.100.7";
  private static final String RESTRICTED = "550 5.7.51";
  private static final String NO_TLS = "550 5.7.3";
  private static final String RELAY = "550 5.7.64";

  /**
   * @param client its address, with TLS and the names of its certificate after it: "192.0.2.1 tls
   *     mail.contoso.com"; the chain is good
   * @param from MAIL FROM's domain; null: the null reverse-path
   * @param expected "incoming by NAME", "originating by NAME", "incoming", or the code
   */
  record Session(
      String example,
      List<DirectoryObject> directory,
      String client,
      @Nullable String from,
      String to,
      String expected) {
    @Override
    public String toString() {
      return example + ": " + client + ", " + from + " to " + to;
    }
  }

  /**
   * @param expected the connector; empty: none
   */
  record Route(String example, List<DirectoryObject> directory, String to, String expected) {
    @Override
    public String toString() {
      return example + ": to " + to;
    }
  }

  private static List<DirectoryObject> fabrikam(DirectoryObject... more) {
    List<DirectoryObject> all =
        new ArrayList<>(List.of(organization("fabrikam"), domain("fabrikam", "fabrikam.net")));
    all.addAll(List.of(more));
    return all;
  }

  /** New-InboundConnector, Example 1: the type is not given, and Partner is the default. */
  private static List<DirectoryObject> newInboundExample1() {
    return fabrikam(
        partnerIn(
            "fabrikam",
            "Contoso",
            c ->
                c.addSenderDomains("*.contoso.com")
                    .addSenderIpAddresses("192.168.0.1/25")
                    .setRestrictDomainsToIpAddresses(true)));
  }

  /** New-InboundConnector, Example 2. */
  private static List<DirectoryObject> newInboundExample2() {
    return fabrikam(
        partnerIn(
            "fabrikam",
            "Contoso",
            c ->
                c.addSenderDomains("*.contoso.com")
                    .addSenderIpAddresses("192.168.0.1/25")
                    .setRestrictDomainsToIpAddresses(true)
                    .setRequireTls(true)
                    .setTlsSenderCertificateName("*.contoso.com")));
  }

  /** Partner page, Example 5: identified by address, with the box "over TLS". */
  private static List<DirectoryObject> partnerPageExample5() {
    return fabrikam(
        partnerIn(
            "fabrikam",
            "Bank",
            c -> c.addSenderDomains("*").addSenderIpAddresses("10.3.1.5/24").setRequireTls(true)));
  }

  /** Partner page, Example 3. */
  private static List<DirectoryObject> partnerPageExample3() {
    return fabrikam(
        partnerIn(
            "fabrikam",
            "Bank",
            c ->
                c.addSenderDomains("contosobank.com")
                    .addSenderIpAddresses("10.5.3.2/24")
                    .setRestrictDomainsToIpAddresses(true)));
  }

  /** Third-party cloud page, scenario 1, step 4: the lock-down by certificate. */
  private static List<DirectoryObject> cloudPageByCertificate(DirectoryObject... more) {
    List<DirectoryObject> all =
        fabrikam(
            partnerIn(
                "fabrikam",
                "Lock down",
                c ->
                    c.addSenderDomains("*")
                        .setRestrictDomainsToCertificate(true)
                        .setTlsSenderCertificateName("*.contoso.com")
                        .setRequireTls(true)));
    all.addAll(List.of(more));
    return all;
  }

  private static List<DirectoryObject> cloudPageByAddress() {
    return fabrikam(
        partnerIn(
            "fabrikam",
            "Lock down",
            c ->
                c.addSenderDomains("*")
                    .addSenderIpAddresses("192.0.2.0/24")
                    .setRestrictDomainsToIpAddresses(true)));
  }

  private static List<DirectoryObject> ownServerByAddress() {
    return fabrikam(onPremisesIn("fabrikam", "Own", c -> c.addSenderIpAddresses("192.0.2.25")));
  }

  private static List<DirectoryObject> rejectsDirectSend(DirectoryObject... more) {
    return Sample.rejectsDirectSend("fabrikam", "fabrikam.net", more);
  }

  static Stream<Session> partner() {
    return Stream.of(
        session(
            "P1a New-InboundConnector, 1",
            newInboundExample1(),
            "192.168.0.77",
            "contoso.com",
            "incoming by Contoso"),
        session(
            "P1a", newInboundExample1(), "192.168.0.77", "mail.contoso.com", "incoming by Contoso"),
        session("P1b", newInboundExample1(), ELSEWHERE, "contoso.com", RESTRICTED),
        session("P1c", newInboundExample1(), ELSEWHERE, "adatum.com", "incoming"),
        session(
            "P1d host bits: .0 to .127",
            newInboundExample1(),
            "192.168.0.128",
            "contoso.com",
            RESTRICTED),
        session(
            "P2 New-InboundConnector, 2",
            newInboundExample2(),
            "192.168.0.77",
            "contoso.com",
            NO_TLS),
        session(
            "P2 with its certificate",
            newInboundExample2(),
            "192.168.0.77 tls mail.contoso.com",
            "contoso.com",
            "incoming by Contoso"),
        session(
            "P2 both are demanded",
            newInboundExample2(),
            "192.168.0.77 tls mail.adatum.com",
            "contoso.com",
            RESTRICTED),
        session(
            "P2 both are demanded",
            newInboundExample2(),
            ELSEWHERE + " tls mail.contoso.com",
            "contoso.com",
            RESTRICTED),
        session(
            "P4 partner page, 1",
            fabrikam(
                partnerIn(
                    "fabrikam",
                    "Bank",
                    c -> c.addSenderDomains("contosobank.com").setRequireTls(true))),
            ELSEWHERE,
            "contosobank.com",
            NO_TLS),
        session(
            "P5 partner page, 5", partnerPageExample5(), "10.3.1.77", "contosobank.com", NO_TLS),
        session(
            "P5 over TLS",
            partnerPageExample5(),
            "10.3.1.77 tls",
            "contosobank.com",
            "incoming by Bank"),
        session(
            "P5b another address", partnerPageExample5(), ELSEWHERE, "contosobank.com", "incoming"),
        session(
            "P7 partner page, 3", partnerPageExample3(), ELSEWHERE, "contosobank.com", RESTRICTED),
        session(
            "P7 from the range",
            partnerPageExample3(),
            "10.5.3.200",
            "contosobank.com",
            "incoming by Bank"),
        session("P9 partner page, 4", cloudPageByAddress(), ELSEWHERE, "any.example", RESTRICTED),
        session(
            "P11 cloud page, step 4",
            cloudPageByCertificate(),
            ELSEWHERE + " tls mx.any.example",
            "any.example",
            RESTRICTED),
        session(
            "P11 the service",
            cloudPageByCertificate(),
            ELSEWHERE + " tls mx.contoso.com",
            "any.example",
            "incoming by Lock down"),
        session(
            "P12 cloud page, step 4", cloudPageByAddress(), ELSEWHERE, "any.example", RESTRICTED),
        session(
            "P13 an own server beside it",
            cloudPageByCertificate(
                onPremisesIn("fabrikam", "Own", c -> c.addSenderIpAddresses("192.0.2.25"))),
            ELSEWHERE,
            "any.example",
            NO_TLS),
        session(
            "P15 the restriction wins",
            fabrikam(
                partnerIn("fabrikam", "A", c -> c.addSenderDomains("contoso.com")),
                partnerIn(
                    "fabrikam",
                    "B",
                    c ->
                        c.addSenderDomains("*")
                            .addSenderIpAddresses("192.0.2.0/24")
                            .setRestrictDomainsToIpAddresses(true))),
            ELSEWHERE,
            "contoso.com",
            RESTRICTED),
        session(
            "P18 several sender domains",
            fabrikam(
                partnerIn(
                    "fabrikam",
                    "P",
                    c ->
                        c.addSenderDomains("contoso.com")
                            .addSenderDomains("*.adatum.com")
                            .setRequireTls(true))),
            ELSEWHERE,
            "a.adatum.com",
            NO_TLS),
        session("P26 no connector", fabrikam(), ELSEWHERE, "any.example", "incoming"),
        session(
            "R1 own server by address",
            ownServerByAddress(),
            "192.0.2.25",
            "fabrikam.net",
            "outside.example",
            "originating by Own"),
        session(
            "R2 the null reverse-path",
            ownServerByAddress(),
            "192.0.2.25",
            null,
            "outside.example",
            RELAY),
        session(
            "R2 a foreign sender",
            ownServerByAddress(),
            "192.0.2.25",
            "adatum.com",
            "outside.example",
            RELAY),
        session(
            "R4 to an accepted domain",
            ownServerByAddress(),
            "192.0.2.25",
            "adatum.com",
            "incoming"),
        session(
            "R3 own server by certificate",
            fabrikam(
                onPremisesIn(
                    "fabrikam",
                    "Own",
                    c -> c.setTlsSenderCertificateName("fabrikam.net").setRequireTls(true))),
            ELSEWHERE + " tls fabrikam.net",
            "adatum.com",
            "outside.example",
            "originating by Own"),
        session(
            "X4 reject Direct Send", rejectsDirectSend(), ELSEWHERE, "fabrikam.net", "550 5.7.68"),
        session(
            "X6 a partner by address",
            rejectsDirectSend(
                partnerIn(
                    "fabrikam",
                    "Filter",
                    c -> c.addSenderDomains("*").addSenderIpAddresses("192.0.2.0/24"))),
            "192.0.2.9",
            "fabrikam.net",
            "incoming by Filter"),
        session(
            "X6 a partner by sender domain",
            rejectsDirectSend(partnerIn("fabrikam", "Any", c -> c.addSenderDomains("*"))),
            ELSEWHERE,
            "fabrikam.net",
            "550 5.7.68"),
        session(
            "X7 a foreign MAIL FROM", rejectsDirectSend(), ELSEWHERE, "adatum.com", "incoming"));
  }

  private static List<DirectoryObject> routingPage() {
    return List.of(
        organization("contoso"),
        domain("contoso", "contoso.com"),
        domain("contoso", "sales.contoso.com"),
        domain("contoso", "fabrikam.com"),
        domain("contoso", "contoso.onmicrosoft.com"),
        onPremisesOut("contoso", "C1", c -> smart(c).setAllAcceptedDomains(true)),
        onPremisesOut("contoso", "C2", c -> smart(c).addRecipientDomains("contoso.com")),
        onPremisesOut("contoso", "C3", c -> smart(c).addRecipientDomains("*.contoso.com")));
  }

  static Stream<Route> routes() {
    return Stream.of(
        new Route("O1 routing page", routingPage(), "fabrikam.com", "C1"),
        new Route("O2", routingPage(), "contoso.com", "C2"),
        new Route("O3", routingPage(), "sales.contoso.com", "C3"),
        new Route("O20 no connector", fabrikam(), "outside.example", ""),
        new Route(
            "T1 New-OutboundConnector, 1",
            fabrikam(
                partnerOut(
                    "fabrikam",
                    "Contoso",
                    c ->
                        c.addRecipientDomains("*.contoso.com")
                            .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
                            .setTlsDomain("*.contoso.com"))),
            "contoso.com",
            "Contoso"));
  }

  private static OutboundConnector.Builder smart(OutboundConnector.Builder connector) {
    return connector
        .setUseMxRecord(false)
        .addSmartHosts(NextHopHost.newBuilder().setHost("mail.contoso.com"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("partner")
  void aSessionOfTheExampleEndsAsThePageSays(Session row) {
    List<String> words = List.of(row.client().split(" "));
    InboundFacts facts =
        words.size() == 1
            ? plain(words.getFirst(), row.from())
            : tls(
                words.getFirst(),
                row.from(),
                words.subList(2, words.size()).toArray(String[]::new));
    InboundDecision decision =
        InboundRules.decide(
            Directory.of(row.directory(), 1, Map.of()), facts, row.to(), Sample.GOOD);
    assertThat(
            switch (decision) {
              case InboundDecision.Accept accept ->
                  (accept.direction() == Direction.ORIGINATING ? "originating" : "incoming")
                      + (accept.connector().isEmpty() ? "" : " by " + accept.connector());
              case InboundDecision.Refuse refuse -> refuse.code() + " " + refuse.enhanced();
              case InboundDecision.VerdictNeeded needed -> "asked";
            })
        .isEqualTo(row.expected());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("routes")
  void aRecipientOfTheExampleHasTheConnectorThatThePageSays(Route row) {
    OutboundDecision decision =
        OutboundRules.decide(
            Directory.of(row.directory(), 1, Map.of()),
            row.directory().getFirst().getOrganization().getId(),
            Direction.ORIGINATING,
            row.to(),
            RequireTls.REQUIRE_TLS_UNSPECIFIED);
    assertThat(((OutboundDecision.Deliver) decision).connector()).isEqualTo(row.expected());
  }

  @Test
  void theTraceNamesTheAddressByWhichThePartnerIsKnown() {
    InboundDecision decision =
        InboundRules.decide(
            Directory.of(partnerPageExample5(), 1, Map.of()),
            tls("10.3.1.77", "contosobank.com"),
            "fabrikam.net",
            Sample.GOOD);
    assertThat(((InboundDecision.Accept) decision).explanation().getStepsList())
        .anySatisfy(
            step ->
                assertThat(step.getDetail())
                    .isEqualTo("the client's address 10.3.1.77 is in 10.3.1.5/24"));
  }

  /** What Exchange takes is a directory here, too: no row shows a connector that is refused. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("partner")
  void theConnectorsOfTheExampleCanBeWritten(Session row) {
    assertThat(DirectoryRules.validate(Directory.of(List.of(), 0, Map.of()), row.directory()))
        .isEmpty();
  }

  private static Session session(
      String example,
      List<DirectoryObject> directory,
      String client,
      @Nullable String from,
      String expected) {
    return session(example, directory, client, from, "fabrikam.net", expected);
  }

  private static Session session(
      String example,
      List<DirectoryObject> directory,
      String client,
      @Nullable String from,
      String to,
      String expected) {
    return new Session(example, directory, client, from, to, expected);
  }
}
