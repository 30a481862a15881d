package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.operator.trace.RefusalLookup;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Connectors in report-only mode (docs/guides/forced-tls-with-a-partner.md): mail that they would
 * refuse or hold goes, and its records say what they would have done.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReportOnlyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private TestStack stack;
  private TestOrganization organization;
  private ScriptedPeer peer;
  private String partner;
  private String server;

  @BeforeAll
  void connectors() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("reports");
    partner = organization.id() + "-partner.example";
    server = "127.0.0.77";
    peer =
        organization.peer(
            ScriptedPeer.named("mx." + partner)
                .identity(stack.ca().issue(Issue.to("other.example"))));
    String host = peer.hostName() + ":" + peer.port();
    organization
        .inbound(
            "name: By certificate, connectorType: partner, senderDomains: [%s], tlsSenderCertificateName: mail.%s, restrictDomainsToCertificate: true, mode: reportOnly"
                .formatted(partner, partner))
        .inbound(
            "name: New server, connectorType: onPremises, senderIPAddresses: [%s], mode: reportOnly"
                .formatted(server))
        .outbound(
            "name: Partners, connectorType: partner, recipientDomains: [\"*.%s\"], smartHosts: [\"%s\"], tlsSettings: encryptionOnly"
                .formatted(partner, host))
        .outbound(
            "name: Forced, connectorType: partner, recipientDomains: [%s], smartHosts: [\"%s\"], tlsSettings: domainValidation, tlsDomain: mx.%s, mode: reportOnly"
                .formatted(partner, host, partner))
        .apply();
  }

  @AfterAll
  void close() {
    organization.close();
  }

  private RecipientGroup accepted(SmtpClient client) throws Exception {
    try (client) {
      Reply reply =
          client.send("info@" + partner, "anna@" + organization.domain(), Messages.small("trial"));
      QueueId queueId = TestOrganization.queueId(reply);
      assertThat(organization.outcome(queueId, "anna@" + organization.domain()))
          .isEqualTo("delivered encryption-only:encryption-only");
      return organization.settled(queueId).message().getGroups(0);
    }
  }

  @Test
  void aPartnerThatWouldBeRefusedIsLetPassAndTheRecordSaysSo() throws Exception {
    RecipientGroup group = accepted(organization.connectTls(null));
    assertThat(group.getConnector()).isEmpty();
    ReportedDecision reported = group.getReported();
    assertThat(reported.getConnector()).isEqualTo("By certificate");
    assertThat(reported.getAccepted()).isFalse();
    assertThat(reported.getCode()).isEqualTo(550);
    assertThat(reported.getEnhancedCode()).isEqualTo("5.7.51");
    assertThat(reported.getRule()).isEqualTo("restrictDomainsToCertificate");
    assertThat(reported.getOrganization()).isEqualTo(organization.id());
  }

  /** Nobody waits for the verdict: it is there for a later mail at the latest. */
  @Test
  void thePartnersOwnCertificateIsJudgedInTheBackground() {
    Identity certificate = organization.identity("mail." + partner);
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              RecipientGroup group = accepted(organization.connectTls(certificate));
              assertThat(group.getConnector()).isEmpty();
              assertThat(group.getVerdict()).isEmpty();
              assertThat(group.getReported().getConnector()).isEqualTo("By certificate");
              assertThat(group.getReported().getVerdict()).isEqualTo("good");
              assertThat(group.getReported().getAccepted()).isTrue();
            });
  }

  @Test
  void aServerThatIsNotLetRelayYetIsReportedAtItsRefusal() throws Exception {
    try (SmtpClient client =
        SmtpClient.connect(new java.net.InetSocketAddress("127.0.0.1", stack.smtpPort()), server)) {
      client.ehlo("server.example");
      Reply reply =
          client.send(
              "anna@" + organization.domain(), "someone@elsewhere.example", Messages.small("x"));
      assertThat(reply.code()).isEqualTo(550);
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              List<MessageRefused> refusals =
                  RefusalLookup.find(
                      stack.kafka(),
                      Instant.now().minus(PATIENCE.multipliedBy(5)),
                      refused -> refused.getSession().getClientIp().equals(server));
              assertThat(refusals).isNotEmpty();
              assertThat(refusals.getFirst().getRule()).isEqualTo("tenantAttribution");
              assertThat(refusals.getFirst().getReported().getAccepted()).isTrue();
              assertThat(refusals.getFirst().getReported().getConnector()).isEqualTo("New server");
            });
  }

  @Test
  void aDeliveryThatWouldHaveFailedDomainValidationGoesAndItsOutcomeSaysSo() {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              QueueId queueId =
                  organization.relayed(List.of("someone@" + partner), Messages.small("out"));
              assertThat(organization.outcome(queueId, "someone@" + partner))
                  .isEqualTo("delivered encryption-only:encryption-only");
              OutcomeRecorded outcome = stack.trace(queueId).outcomes().getLast();
              assertThat(outcome.getConnector()).isEqualTo("Partners");
              assertThat(outcome.getReportedConnector()).isEqualTo("Forced");
              assertThat(outcome.getReportedToken()).isEqualTo("domain-validation/name-mismatch");
            });
    assertThat(peer.messages()).isNotEmpty();
  }
}
