package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.QueueId;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.SmtpClient;
import io.postern.operator.trace.MailTrace;
import io.postern.smtp.Reply;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * docs/design/connectors.md, "Inbound": partners by domain, by certificate, by IP range, over TLS
 * and in plaintext; the organization's own server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InboundPartnerTest {
  private TestStack stack;
  private TestOrganization organization;
  private String partner;
  private String tlsPartner;
  private String ipPartner;

  @BeforeAll
  void connectors() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("inbound");
    partner = "cert-" + organization.id() + "-partner.example";
    tlsPartner = "tls-" + organization.id() + "-partner.example";
    ipPartner = "ip-" + organization.id() + "-partner.example";
    organization
        .inbound(
            "name: By certificate, connectorType: partner, senderDomains: [%s], requireTls: true, tlsSenderCertificateName: mail.%s, restrictDomainsToCertificate: true"
                .formatted(partner, partner))
        .inbound(
            "name: TLS only, connectorType: partner, senderDomains: [%s], requireTls: true"
                .formatted(tlsPartner))
        .inbound(
            "name: By address, connectorType: partner, senderDomains: [%s], requireTls: false, restrictDomainsToIPAddresses: true, senderIPAddresses: [127.0.0.64/28]"
                .formatted(ipPartner))
        .apply();
  }

  @AfterAll
  void close() {
    organization.close();
  }

  private Reply send(SmtpClient client, String sender) throws Exception {
    try (client) {
      return client.send(
          "someone@" + sender, "anna@" + organization.domain(), Messages.small("from " + sender));
    }
  }

  private SmtpClient plaintext(@Nullable String source) throws Exception {
    SmtpClient client =
        SmtpClient.connect(new java.net.InetSocketAddress("127.0.0.1", stack.smtpPort()), source);
    client.ehlo("client.example");
    return client;
  }

  private void deliveredThrough(Reply reply, String connector) throws Exception {
    QueueId queueId = TestOrganization.queueId(reply);
    MailTrace trace = organization.settled(queueId);
    assertThat(trace.message().getGroups(0).getConnector()).isEqualTo(connector);
    assertThat(trace.message().getGroups(0).getOrganization()).isEqualTo(organization.id());
    assertThat(organization.outcome(queueId, "anna@" + organization.domain()))
        .isEqualTo("delivered encryption-only:encryption-only");
  }

  @Test
  void thePartnersCertificateIsTakenAndTheMailIsDelivered() throws Exception {
    int before = organization.mailbox().messages().size();
    deliveredThrough(
        send(organization.connectTls(organization.identity("mail." + partner)), partner),
        "By certificate");
    assertThat(organization.mailbox().messages()).hasSizeGreaterThan(before);
  }

  @Test
  void anotherCertificateIsRefused() throws Exception {
    Reply reply =
        send(organization.connectTls(organization.identity("mail.else.example")), partner);
    assertThat(reply.code()).isEqualTo(550);
    assertThat(reply.text()).contains("RestrictDomainsToCertificate");
  }

  @Test
  void noCertificateIsRefused() throws Exception {
    assertThat(send(organization.connectTls(null), partner).code()).isEqualTo(550);
  }

  @Test
  void theRightNameFromAnUntrustedAuthorityIsRefused() throws Exception {
    Identity forged = LabCa.create("Forger").issue(Issue.to("mail." + partner));
    Reply reply = send(organization.connectTls(forged), partner);
    assertThat(reply.isPositive()).isFalse();
    assertThat(reply.text()).contains("UntrustedRoot");
  }

  @Test
  void aRevokedCertificateIsRefused() throws Exception {
    Reply reply = send(organization.connectTls(stack.revoked("mail." + partner)), partner);
    assertThat(reply.isPositive()).isFalse();
    assertThat(reply.text()).containsIgnoringCase("revoked");
  }

  @Test
  void plaintextIsRefusedWhereTlsIsRequired() throws Exception {
    assertThat(send(plaintext(null), partner).isPositive()).isFalse();
    Reply reply = send(plaintext(null), tlsPartner);
    assertThat(reply.isPositive()).isFalse();
    assertThat(reply.text()).contains("STARTTLS");
  }

  @Test
  void tlsWithoutCertificateIsEnoughWhereOnlyTlsIsRequired() throws Exception {
    deliveredThrough(send(organization.connectTls(null), tlsPartner), "TLS only");
  }

  @Test
  void aPartnerByAddressIsTakenFromItsRangeAlone() throws Exception {
    deliveredThrough(send(plaintext("127.0.0.70"), ipPartner), "By address");
    Reply refused = send(plaintext("127.0.0.10"), ipPartner);
    assertThat(refused.code()).isEqualTo(550);
    assertThat(refused.text()).contains("RestrictDomainsToIPAddresses");
  }

  @Test
  void behindABalancerThePartnersAddressIsTheOneThatTheBalancerNames() throws Exception {
    deliveredThrough(send(balanced(70, "127.0.0.1"), ipPartner), "By address");
    Reply another = send(balanced(10, "127.0.0.1"), ipPartner);
    assertThat(another.text()).contains("RestrictDomainsToIPAddresses");
    assertThatThrownBy(() -> balanced(70, "127.0.0.70"))
        .as("the partner itself is no balancer")
        .isInstanceOf(java.io.IOException.class);
  }

  /** By a PROXY header that names 127.0.0.{@code client}. */
  private static SmtpClient balanced(int client, String balancer) throws Exception {
    byte[] header =
        HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000c7f0000007f000001c3cb0019");
    header[19] = (byte) client;
    SmtpClient smtp =
        SmtpClient.connect(
            new java.net.InetSocketAddress("127.0.0.1", TestStack.balancedPort()),
            balancer,
            header);
    if (smtp.ehlo("client.example").code() != 250) {
      throw new java.io.IOException(smtp.banner().toString());
    }
    return smtp;
  }

  @Test
  void aStrangerMaySendInPlaintextToTheOrganizationAndNowhereElse() throws Exception {
    deliveredThrough(send(plaintext(null), "stranger.example"), "");
    try (SmtpClient client = plaintext(null)) {
      client.command("MAIL FROM:<someone@stranger.example>");
      Reply reply = client.command("RCPT TO:<other@elsewhere.example>");
      assertThat(reply.code()).isEqualTo(550);
      assertThat(reply.text()).contains("Relay Access Denied");
    }
  }

  @Test
  void theOwnServerRelaysByItsCertificateOnly() throws Exception {
    try (SmtpClient client = organization.connectTls(organization.ownServer())) {
      client.command("MAIL FROM:<anna@" + organization.domain() + ">");
      assertThat(client.command("RCPT TO:<someone@elsewhere.example>").code()).isEqualTo(250);
    }
    try (SmtpClient client = organization.connectTls(null)) {
      client.command("MAIL FROM:<anna@" + organization.domain() + ">");
      assertThat(client.command("RCPT TO:<someone@elsewhere.example>").code()).isEqualTo(550);
    }
  }

  @Test
  void recipientsOfTwoOrganizationsAreTwoGroups() throws Exception {
    try (TestOrganization other = stack.organization("second").apply()) {
      Reply reply;
      try (SmtpClient client = organization.connectTls(null)) {
        reply =
            client.send(
                "someone@stranger.example",
                List.of("anna@" + organization.domain(), "ben@" + other.domain()),
                Messages.small("two organizations"));
      }
      MailTrace trace = organization.settled(TestOrganization.queueId(reply));
      assertThat(trace.message().getGroupsList())
          .extracting(group -> group.getOrganization())
          .containsExactlyInAnyOrder(organization.id(), other.id());
      assertThat(other.mailbox().awaitMessages(1, java.time.Duration.ofSeconds(10))).hasSize(1);
    }
  }
}
