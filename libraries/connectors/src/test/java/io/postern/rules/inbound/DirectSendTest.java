package io.postern.rules.inbound;

import static io.postern.rules.Sample.directory;
import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.plain;
import static io.postern.rules.Sample.tls;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Organization;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exchange's RejectDirectSend. */
class DirectSendTest {
  private static final DirectoryObject ALLOWED = organization("contoso");
  private static final DirectoryObject REJECTED =
      contoso(Organization.newBuilder().setRejectDirectSend(true));
  private static final DirectoryObject SUBDOMAINS_TOO =
      contoso(
          Organization.newBuilder().setRejectDirectSend(true).setRejectDirectSendSubdomains(true));

  private static DirectoryObject contoso(Organization.Builder organization) {
    return DirectoryObject.newBuilder().setOrganization(organization.setId("contoso")).build();
  }

  private static Directory with(DirectoryObject contoso) {
    return directory(
        contoso,
        domain("contoso", "contoso.com"),
        domain("contoso", "second.example"),
        onPremisesIn("contoso", "Own", c -> c.setTlsSenderCertificateName("mail.contoso.com")),
        onPremisesIn("contoso", "Printers", c -> c.addSenderIpAddresses("192.0.2.1")),
        partnerIn(
            "contoso",
            "Newsletter",
            c ->
                c.addSenderDomains("contoso.com")
                    .addSenderIpAddresses("198.51.100.1")
                    .setRestrictDomainsToIpAddresses(true)
                    .addAssociatedAcceptedDomains("second.example")),
        partnerIn(
            "contoso",
            "Service",
            c ->
                c.addSenderDomains("second.example")
                    .setRequireTls(true)
                    .setTlsSenderCertificateName("mail.service.example")),
        partnerIn("contoso", "By domain", c -> c.addSenderDomains("contoso.com")),
        organization("northwind"),
        domain("northwind", "northwind.com"),
        domain("northwind", "shop.contoso.com"),
        onPremisesIn(
            "northwind", "Theirs", c -> c.setTlsSenderCertificateName("mail.northwind.com")));
  }

  private static String outcome(Directory directory, InboundFacts facts, String recipient) {
    return switch (InboundRules.decide(directory, facts, recipient, Sample.GOOD)) {
      case InboundDecision.Accept accept -> accept.organization() + "/" + accept.connector();
      case InboundDecision.Refuse refuse -> refuse.code() + " " + refuse.enhanced();
      case InboundDecision.VerdictNeeded needed -> "asked";
    };
  }

  @ParameterizedTest(name = "from {1} at {0} to {2}: {3}")
  @CsvSource({
    "203.0.113.9, contoso.com, contoso.com, 550 5.7.68", // by domain alone: nobody is known
    "203.0.113.9, second.example, contoso.com, 550 5.7.3",
    "203.0.113.9, CONTOSO.com, second.example, 550 5.7.51",
    "203.0.113.9, outside.example, contoso.com, contoso/",
    "203.0.113.9, '', contoso.com, contoso/", // the null reverse-path is nobody's
    "203.0.113.9, sub.contoso.com, contoso.com, contoso/",
    "192.0.2.1, contoso.com, contoso.com, contoso/Printers",
    "198.51.100.1, contoso.com, second.example, contoso/Newsletter",
    "203.0.113.9, northwind.com, contoso.com, contoso/", // another organization's own switch
    "203.0.113.9, contoso.com, northwind.com, northwind/",
  })
  void whoIsNotKnownByCertificateOrAddressDoesNotSendFromADomainOfTheOrganization(
      String address, String sender, String recipient, String expected) {
    InboundFacts facts = plain(address, sender.isEmpty() ? null : sender);
    assertThat(outcome(with(REJECTED), facts, recipient)).isEqualTo(expected);
    String allowed = outcome(with(ALLOWED), facts, recipient);
    assertThat(allowed).isNotEqualTo("550 5.7.68");
    assertThat(expected.equals("550 5.7.68") || allowed.equals(expected)).isTrue();
  }

  @Test
  void theCertificateOfAnOwnServerOrOfAPartnerIsEnough() {
    Directory directory = with(REJECTED);
    String ip = "203.0.113.9";
    assertThat(outcome(directory, tls(ip, "contoso.com", "mail.contoso.com"), "contoso.com"))
        .isEqualTo("contoso/Own");
    assertThat(outcome(directory, tls(ip, "second.example", "mail.service.example"), "contoso.com"))
        .isEqualTo("contoso/Service");
    assertThat(outcome(directory, tls(ip, "second.example", "mail.other.example"), "contoso.com"))
        .isEqualTo("550 5.7.51");
    assertThat(outcome(directory, tls(ip, "contoso.com", "mail.other.example"), "contoso.com"))
        .isEqualTo("550 5.7.68");
  }

  /** To the recipient's organization it is a sender as any other. */
  @Test
  void anotherOrganizationsOwnServerDoesNotSendFromADomainOfTheRecipients() {
    InboundFacts theirs = tls("203.0.113.9", "contoso.com", "mail.northwind.com");
    assertThat(outcome(with(ALLOWED), theirs, "contoso.com")).isEqualTo("northwind/Theirs");
    assertThat(outcome(with(REJECTED), theirs, "contoso.com")).isEqualTo("550 5.7.68");
    assertThat(outcome(with(REJECTED), theirs, "outside.example")).isEqualTo("550 5.7.60");
  }

  @Test
  void matchSubDomainsTakesSubdomainsThatNobodyElseOwns() {
    String ip = "203.0.113.9";
    assertThat(outcome(with(SUBDOMAINS_TOO), plain(ip, "a.b.contoso.com"), "contoso.com"))
        .isEqualTo("550 5.7.68");
    assertThat(outcome(with(SUBDOMAINS_TOO), plain(ip, "x.shop.contoso.com"), "contoso.com"))
        .isEqualTo("contoso/");
    assertThat(outcome(with(SUBDOMAINS_TOO), plain(ip, "notcontoso.com"), "contoso.com"))
        .isEqualTo("contoso/");
  }

  @Test
  void theRefusalHasExchangesTextAndSaysWhy() {
    assertThat(
            InboundRules.decide(
                with(SUBDOMAINS_TOO),
                plain("203.0.113.9", "sub.contoso.com"),
                "contoso.com",
                Sample.NEVER_ASKED))
        .isInstanceOfSatisfying(
            InboundDecision.Refuse.class,
            refuse -> {
              assertThat(refuse.text())
                  .isEqualTo(
                      "TenantInboundAttribution; Direct Send not allowed for this organization from"
                          + " unauthorized sources");
              assertThat(refuse.rule()).isEqualTo("rejectDirectSend");
              assertThat(refuse.organization()).isEqualTo("contoso");
              assertThat(refuse.explanation().getSummary()).startsWith("Refused: rejectDirectSend");
              assertThat(refuse.explanation().toString())
                  .contains(
                      "sub.contoso.com is below the accepted domain contoso.com",
                      "inbound connector contoso/Own",
                      "inbound connector contoso/Printers");
            });
  }
}
