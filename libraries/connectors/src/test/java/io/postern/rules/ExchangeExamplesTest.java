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
import static org.junit.jupiter.params.provider.Arguments.of;

import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.rules.checks.DirectoryRules;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
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

  private static List<DirectoryObject> cloudPageByAddress(DirectoryObject... more) {
    List<DirectoryObject> all =
        fabrikam(
            partnerIn(
                "fabrikam",
                "Lock down",
                c ->
                    c.addSenderDomains("*")
                        .addSenderIpAddresses("192.0.2.0/24")
                        .setRestrictDomainsToIpAddresses(true)));
    all.addAll(List.of(more));
    return all;
  }

  /** Set-InboundConnector, Example 1. */
  private static List<DirectoryObject> setInboundExample1() {
    return fabrikam(
        partnerIn(
            "fabrikam",
            "Contoso",
            c ->
                c.addSenderDomains("*")
                    .setRequireTls(true)
                    .setTlsSenderCertificateName("contoso.com")));
  }

  /** Partner page, Example 2. */
  private static List<DirectoryObject> partnerPageExample2() {
    return fabrikam(
        partnerIn(
            "fabrikam",
            "Bank",
            c ->
                c.addSenderDomains("contosobank.com")
                    .setRequireTls(true)
                    .setTlsSenderCertificateName("contosobank.com")));
  }

  private static List<DirectoryObject> nameWithoutTls() {
    return fabrikam(
        partnerIn(
            "fabrikam",
            "Contoso",
            c ->
                c.addSenderDomains("contoso.com").setTlsSenderCertificateName("mail.contoso.com")));
  }

  private static List<DirectoryObject> ownServerByName(String name, String... accepted) {
    List<DirectoryObject> all =
        fabrikam(onPremisesIn("fabrikam", "Own", c -> c.setTlsSenderCertificateName(name)));
    for (String domain : accepted) {
      all.add(domain("fabrikam", domain));
    }
    return all;
  }

  private static List<DirectoryObject> twoTenants(String name, String parent, String exact) {
    return List.of(
        organization("contoso"),
        domain("contoso", parent),
        onPremisesIn("contoso", "T1", c -> c.setTlsSenderCertificateName(name)),
        organization("fabrikam"),
        domain("fabrikam", exact),
        onPremisesIn("fabrikam", "T2", c -> c.setTlsSenderCertificateName(exact)));
  }

  private static List<DirectoryObject> sharedAddress() {
    return List.of(
        organization("contoso"),
        domain("contoso", "contoso.com"),
        onPremisesIn("contoso", "T1", c -> c.addSenderIpAddresses("192.0.2.25")),
        organization("fabrikam"),
        domain("fabrikam", "fabrikam.net"),
        onPremisesIn("fabrikam", "T2", c -> c.addSenderIpAddresses("192.0.2.25")));
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
            "P3 Set-InboundConnector, 1: the name is demanded",
            setInboundExample1(),
            ELSEWHERE + " tls mail.adatum.com",
            "contoso.com",
            RESTRICTED),
        session(
            "P3 with it",
            setInboundExample1(),
            ELSEWHERE + " tls contoso.com",
            "contoso.com",
            "incoming by Contoso"),
        session("P3 without TLS", setInboundExample1(), ELSEWHERE, "contoso.com", NO_TLS),
        session(
            "P6 partner page, 2",
            partnerPageExample2(),
            ELSEWHERE + " tls mail.adatum.com",
            "contosobank.com",
            RESTRICTED),
        session(
            "P6 without regard to case",
            partnerPageExample2(),
            ELSEWHERE + " tls contosobank.com",
            "contosobank.com",
            "incoming by Bank"),
        session("P6 in plain text", partnerPageExample2(), ELSEWHERE, "contosobank.com", NO_TLS),
        session(
            "P8 partner page, 3: past the MX",
            cloudPageByAddress(),
            ELSEWHERE,
            "contosobank.com",
            RESTRICTED),
        session(
            "P13 the filter as partner and as own server",
            cloudPageByAddress(
                onPremisesIn("fabrikam", "Own", c -> c.addSenderIpAddresses("192.0.2.0/24"))),
            "192.0.2.9",
            "any.example",
            "incoming by Own"),
        session(
            "P13 the own server does not replace the partner",
            cloudPageByAddress(
                onPremisesIn("fabrikam", "Own", c -> c.addSenderIpAddresses("192.0.2.0/24"))),
            ELSEWHERE,
            "any.example",
            RESTRICTED),
        session(
            "P21 without requireTls the name refuses nobody",
            nameWithoutTls(),
            ELSEWHERE + " tls mail.adatum.com",
            "contoso.com",
            "incoming by Contoso"),
        session(
            "P21 nor one without TLS",
            nameWithoutTls(),
            ELSEWHERE,
            "contoso.com",
            "incoming by Contoso"),
        session(
            "P22 the restriction does",
            cloudPageByCertificate(),
            ELSEWHERE + " tls mail.adatum.com",
            "contoso.com",
            RESTRICTED),
        session(
            "P25 a name in no accepted domain beside a restricting partner",
            cloudPageByCertificate(
                onPremisesIn(
                    "fabrikam", "Own", c -> c.setTlsSenderCertificateName("mail.adatum.com"))),
            ELSEWHERE + " tls mail.adatum.com",
            "fabrikam.net",
            RESTRICTED),
        session(
            "P27 a blocked connector",
            fabrikam(
                onPremisesIn(
                    "fabrikam", "Own", c -> c.addSenderIpAddresses("192.0.2.25").setBlocked(true))),
            "192.0.2.25",
            "fabrikam.net",
            "outside.example",
            "550 5.7.711"),
        session(
            "R5 the connector names a host, and its parent is accepted",
            ownServerByName("*.fabrikam.net"),
            ELSEWHERE + " tls webmail.fabrikam.net",
            null,
            "outside.example",
            "originating by Own"),
        session(
            "R6 both servers match the wildcard",
            ownServerByName("*.fabrikam.net"),
            ELSEWHERE + " tls internet.fabrikam.net",
            "adatum.com",
            "outside.example",
            "originating by Own"),
        session(
            "R7 mail that a service returns, by address",
            ownServerByAddress(),
            "192.0.2.25",
            null,
            "outside.example",
            RELAY),
        session(
            "R8 two labels below the accepted domain",
            ownServerByName("hostname.subdomain.fabrikam.net"),
            ELSEWHERE + " tls hostname.subdomain.fabrikam.net",
            null,
            "outside.example",
            RELAY),
        session(
            "R8 hostname.fabrikam.net needs fabrikam.net",
            ownServerByName("hostname.fabrikam.net"),
            ELSEWHERE + " tls hostname.fabrikam.net",
            null,
            "outside.example",
            "originating by Own"),
        session(
            "R8 the domain itself",
            ownServerByName("fabrikam.net"),
            ELSEWHERE + " tls fabrikam.net",
            null,
            "outside.example",
            "originating by Own"),
        session(
            "R9 a wildcard certificate, and another name in the connector",
            ownServerByName("contoso.com"),
            ELSEWHERE + " tls *.fabrikam.net",
            null,
            "outside.example",
            RELAY),
        session(
            "R9 the cure",
            ownServerByName("*.fabrikam.net"),
            ELSEWHERE + " tls *.fabrikam.net",
            null,
            "outside.example",
            "originating by Own"),
        session(
            "R10 neither is registered",
            ownServerByName("mail.adatum.com"),
            ELSEWHERE + " tls mail.adatum.com",
            "adatum.com",
            "outside.example",
            RELAY),
        session(
            "R10 the sender is registered, and the certificate is the connector's",
            ownServerByName("mail.adatum.com"),
            ELSEWHERE + " tls mail.adatum.com",
            "fabrikam.net",
            "outside.example",
            "originating by Own"),
        session(
            "R12 the certificate was renewed with another name",
            ownServerByName("mail.fabrikam.net"),
            ELSEWHERE + " tls relay.fabrikam.net",
            "fabrikam.net",
            "outside.example",
            RELAY),
        session(
            "R14 a foreign sender, with the certificate",
            ownServerByName("mail.fabrikam.net"),
            ELSEWHERE + " tls mail.fabrikam.net",
            "adatum.com",
            "outside.example",
            "originating by Own"),
        session(
            "R14 without",
            ownServerByName("mail.fabrikam.net"),
            ELSEWHERE,
            "adatum.com",
            "outside.example",
            RELAY),
        session(
            "R15 forwarded to the outside",
            ownServerByName("mail.fabrikam.net"),
            ELSEWHERE + " tls mail.fabrikam.net",
            "adatum.com",
            "tailspintoys.com",
            "originating by Own"),
        session(
            "R16 one connector for two servers",
            ownServerByName("*.fabrikam.net"),
            ELSEWHERE + " tls mail2.fabrikam.net",
            "adatum.com",
            "outside.example",
            "originating by Own"),
        session(
            "R17 the name among others of the certificate",
            ownServerByName("mail.fabrikam.net"),
            ELSEWHERE + " tls server01.example mail.fabrikam.net",
            "adatum.com",
            "outside.example",
            "originating by Own"),
        session(
            "R19 a device to own mailboxes",
            ownServerByAddress(),
            "192.0.2.25",
            "fabrikam.net",
            "originating by Own"),
        session(
            "R20 mail neither from nor to customers",
            ownServerByAddress(),
            "192.0.2.25",
            "adatum.com",
            "tailspintoys.com",
            RELAY),
        session(
            "R23 the wildcard's own domain",
            ownServerByName("*.fabrikam.net"),
            ELSEWHERE + " tls fabrikam.net",
            null,
            "outside.example",
            "originating by Own"),
        session(
            "A1 the certificate before the address",
            List.of(
                organization("contoso"),
                domain("contoso", "contoso.com"),
                onPremisesIn(
                    "contoso", "By name", c -> c.setTlsSenderCertificateName("*.contoso.com")),
                organization("fabrikam"),
                domain("fabrikam", "fabrikam.net"),
                onPremisesIn("fabrikam", "By address", c -> c.addSenderIpAddresses("192.0.2.25"))),
            "192.0.2.25 tls exchange.contoso.com",
            "fabrikam.net",
            "outside.example",
            "originating by By name"),
        session(
            "A2 the most exact name",
            twoTenants("*.contoso.com", "contoso.com", "exchange.contoso.com"),
            ELSEWHERE + " tls exchange.contoso.com",
            null,
            "outside.example",
            "originating by T2"),
        session(
            "A3 a shared address: the sender's tenant",
            sharedAddress(),
            "192.0.2.25",
            "contoso.com",
            "outside.example",
            "originating by T1"),
        session(
            "A3 a shared address: no tenant's sender",
            sharedAddress(),
            "192.0.2.25",
            "adatum.com",
            "outside.example",
            RELAY),
        session("A4 the recipient's tenant", sharedAddress(), ELSEWHERE, "adatum.com", "incoming"),
        session(
            "A4b no tenant's recipient",
            sharedAddress(),
            ELSEWHERE,
            "adatum.com",
            "outside.example",
            RELAY),
        session(
            "A5 the third key is the recipient",
            sharedAddress(),
            "192.0.2.25",
            "adatum.com",
            "incoming by T2"),
        session(
            "A7 an accepted domain under the wildcard",
            List.of(
                organization("contoso"),
                domain("contoso", "jpn.contoso.com"),
                onPremisesIn(
                    "contoso", "Own", c -> c.setTlsSenderCertificateName("*.contoso.com"))),
            ELSEWHERE + " tls mail.contoso.com",
            "jpn.contoso.com",
            "outside.example",
            "originating by Own"),
        session(
            "A10 the recipient's tenant, whatever name was dialled",
            sharedAddress(),
            ELSEWHERE,
            "contoso.com",
            "incoming"),
        session(
            "A12 a gateway that shares the certificate",
            ownServerByName("*.fabrikam.net"),
            ELSEWHERE + " tls exchange.fabrikam.net",
            "adatum.com",
            "originating by Own"),
        session(
            "A12 the cure: the exact name",
            ownServerByName("exchange.fabrikam.net"),
            ELSEWHERE + " tls mailgateway.fabrikam.net",
            "adatum.com",
            "incoming"),
        session("A14 mail past the MX", cloudPageByAddress(), ELSEWHERE, "any.example", RESTRICTED),
        session(
            "X1 a device without a connector", fabrikam(), ELSEWHERE, "fabrikam.net", "incoming"),
        session(
            "X2 to the outside", fabrikam(), ELSEWHERE, "fabrikam.net", "outside.example", RELAY),
        session(
            "X6 an own service by certificate",
            rejectsDirectSend(
                onPremisesIn(
                    "fabrikam", "Service", c -> c.setTlsSenderCertificateName("mail.adatum.com"))),
            ELSEWHERE + " tls mail.adatum.com",
            "fabrikam.net",
            "incoming"),
        session(
            "X9 a foreign sender past the MX",
            rejectsDirectSend(),
            ELSEWHERE,
            "adatum.com",
            "incoming"),
        session(
            "S3 the add-on service returns the mail",
            ownServerByName("s5hg3dcg14.smtp.fabrikam.net", "smtp.fabrikam.net"),
            ELSEWHERE + " tls s5hg3dcg14.smtp.fabrikam.net",
            "fabrikam.net",
            "outside.example",
            "originating by Own"),
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
            "incoming by Own"),
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
            "O5 all accepted domains are not their subdomains",
            routingPage(),
            "marketing.fabrikam.com",
            ""),
        new Route("O18 the most specific", sendConnectors(true), "marketing.contoso.com", "Exact"),
        new Route("O18", sendConnectors(true), "sales.contoso.com", "Wildcard"),
        new Route("O18", sendConnectors(true), "outside.example", "All"),
        new Route(
            "O18 one that is off is not considered",
            sendConnectors(false),
            "marketing.contoso.com",
            "Wildcard"),
        new Route("O21 the domain itself", sendConnectors(true), "contoso.com", "Wildcard"),
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

  /** Exchange Server's page of send connectors. */
  private static List<DirectoryObject> sendConnectors(boolean exact) {
    return fabrikam(
        partnerOut(
            "fabrikam",
            "Exact",
            c -> c.addRecipientDomains("marketing.contoso.com").setEnabled(exact)),
        partnerOut("fabrikam", "Wildcard", c -> c.addRecipientDomains("*.contoso.com")),
        partnerOut("fabrikam", "All", c -> c.addRecipientDomains("*")));
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
            OutboundMail.to(
                row.directory().getFirst().getOrganization().getId(),
                Direction.ORIGINATING,
                row.to()));
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

  /** What the cmdlet or the wizard does not take, is refused here with the same parameter. */
  static Stream<Arguments> refusedValues() {
    return Stream.of(
        of("P10 neither domain nor address", partnerIn("fabrikam", "P", c -> {}), "senderDomains"),
        of(
            "P17 an embedded wildcard",
            partnerIn("fabrikam", "P", c -> c.addSenderDomains("domain.*.contoso.com")),
            "senderDomains[0]"),
        of(
            "P17",
            partnerIn(
                "fabrikam",
                "P",
                c -> c.addSenderDomains("*").setTlsSenderCertificateName("domain.*.contoso.com")),
            "tlsSenderCertificateName"),
        of(
            "P19 a block of /23",
            partnerIn(
                "fabrikam",
                "P",
                c ->
                    c.addSenderDomains("*")
                        .addSenderIpAddresses("192.0.2.0/23")
                        .setRestrictDomainsToIpAddresses(true)),
            "senderIPAddresses[0]"),
        of(
            "P23 treatMessagesAsInternal of a partner",
            partnerIn(
                "fabrikam", "P", c -> c.addSenderDomains("*").setTreatMessagesAsInternal(true)),
            "treatMessagesAsInternal"),
        of(
            "P23 with cloudServicesMailEnabled",
            onPremisesIn(
                "fabrikam",
                "P",
                c ->
                    c.setTlsSenderCertificateName("mail.fabrikam.net")
                        .setTreatMessagesAsInternal(true)
                        .setCloudServicesMailEnabled(true)),
            "treatMessagesAsInternal"),
        of(
            "R22 a certificate and addresses of an own server",
            onPremisesIn(
                "fabrikam",
                "P",
                c ->
                    c.setTlsSenderCertificateName("mail.fabrikam.net")
                        .addSenderIpAddresses("192.0.2.1")),
            "senderIPAddresses"),
        of(
            "O7 allAcceptedDomains of a partner",
            partnerOut(
                "fabrikam",
                "P",
                c -> c.addRecipientDomains("contoso.com").setAllAcceptedDomains(true)),
            "allAcceptedDomains"),
        of(
            "H1 smart hosts are needed without MX",
            partnerOut(
                "fabrikam", "P", c -> c.addRecipientDomains("contoso.com").setUseMxRecord(false)),
            "smartHosts"),
        of(
            "T6 tlsDomain without domain validation",
            partnerOut(
                "fabrikam",
                "P",
                c ->
                    c.addRecipientDomains("contoso.com")
                        .setTlsSettings(TlsLevel.ENCRYPTION_ONLY)
                        .setTlsDomain("mail.contoso.com")),
            "tlsDomain"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedValues")
  void aValueThatExchangeDoesNotTakeIsRefused(String example, DirectoryObject value, String field) {
    assertThat(
            DirectoryRules.validate(
                Directory.of(List.of(), 0, Map.of()),
                Stream.concat(fabrikam().stream(), Stream.of(value)).toList()))
        .as(example)
        .extracting(problem -> problem.getField())
        .containsExactly(field);
  }

  /** TlsSettings: what is demanded of the next host. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      value = {
        "T1, DOMAIN_VALIDATION, *.contoso.com, DOMAIN_VALIDATION",
        "T2, ENCRYPTION_ONLY, null, ENCRYPTION_ONLY",
        "T3, CERTIFICATE_VALIDATION, null, CERTIFICATE_VALIDATION",
        "T4, DOMAIN_VALIDATION, mail.contoso.com, DOMAIN_VALIDATION",
        "T5, TLS_LEVEL_UNSPECIFIED, null, OPPORTUNISTIC",
      })
  void theLevelOfTheExampleIsRequired(
      String example, TlsLevel settings, @Nullable String domain, TlsLevel expected) {
    OutboundDecision decision =
        OutboundRules.decide(
            Directory.of(
                fabrikam(
                    partnerOut(
                        "fabrikam",
                        "Contoso",
                        c -> {
                          c.addRecipientDomains("contoso.com").setTlsSettings(settings);
                          if (domain != null) {
                            c.setTlsDomain(domain);
                          }
                        })),
                1,
                Map.of()),
            OutboundMail.to("fabrikam", Direction.ORIGINATING, "contoso.com"));
    TlsRequirement requirement = ((OutboundDecision.Deliver) decision).requirement();
    assertThat(requirement.getLevel()).as(example).isEqualTo(expected);
    assertThat(requirement.getTlsDomain()).isEqualTo(domain == null ? "" : domain);
    assertThat(requirement.getDane()).as("D1").isEqualTo(DaneMode.DANE_OPPORTUNISTIC);
    assertThat(requirement.getMtaSts()).as("D6").isEqualTo(MtaStsMode.MTA_STS_OPPORTUNISTIC);
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
