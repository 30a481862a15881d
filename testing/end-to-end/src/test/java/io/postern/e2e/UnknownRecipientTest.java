package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.operator.audit.Audit;
import io.postern.operator.audit.AuditOptions;
import io.postern.operator.audit.AuditReport;
import io.postern.operator.audit.Tally;
import io.postern.smtp.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A stranger writes to addresses that do not exist: refused at RCPT, so that no DSN goes to a
 * forged sender; the recipients of the list get their mail, each by its own route.
 */
class UnknownRecipientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration IN_FORCE = Duration.ofSeconds(10);

  private TestStack stack;
  private TestOrganization organization;

  private void list(String csv) throws Exception {
    JsonNode answer =
        stack
            .recipients()
            .replace(organization.domain(), csv.getBytes(StandardCharsets.UTF_8), false, 20, "");
    assertThat(answer.path("applied").asBoolean()).isTrue();
  }

  /** A stranger's reply at RCPT. */
  private Reply rcpt(String localPart) throws Exception {
    try (SmtpClient client = organization.connectTls(null)) {
      client.command("MAIL FROM:<forged@victim.example>");
      return client.command("RCPT TO:<" + localPart + "@" + organization.domain() + ">");
    }
  }

  private Reply send(String localPart) throws Exception {
    try (SmtpClient client = organization.connectTls(null)) {
      return client.send(
          "forged@victim.example",
          localPart + "@" + organization.domain(),
          Messages.small("to " + localPart));
    }
  }

  @BeforeEach
  void start() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("recipients");
  }

  @AfterEach
  void close() {
    organization.close();
  }

  @Test
  void mailForNobodyIsRefusedAtRcptAndMakesNoDsn() throws Exception {
    ScriptedPeer cloud =
        organization.peer(
            ScriptedPeer.named("cloud." + organization.domain())
                .identity(organization.identity("cloud." + organization.domain())));
    String route =
        "furtherMailboxRoutes: [{ name: cloud, host: %s, port: %d, tlsSettings: domainValidation, tlsDomain: %s }]"
            .formatted(cloud.hostName(), cloud.port(), cloud.hostName());
    organization.domainFields(route).apply();
    assertThat(rcpt("nobody").code()).isEqualTo(250);
    list("anna\nben,cloud\n");
    organization.domainFields(route, "recipientValidation: list").apply();

    Awaitility.await().atMost(IN_FORCE).until(() -> rcpt("nobody").code() == 550);
    Reply refused = send("nobody");
    assertThat(refused.code()).isEqualTo(550);
    assertThat(refused.enhanced()).hasToString("5.1.1");
    assertThat(refused.text()).contains("Recipient address rejected: User unknown");
    assertThat(rcpt("postmaster").code()).isEqualTo(250);

    assertThat(send("Anna+news").code()).isEqualTo(250);
    assertThat(send("ben").code()).isEqualTo(250);
    organization.mailbox().awaitMessages(1, PATIENCE);
    cloud.awaitMessages(1, PATIENCE);
    assertThat(cloud.messages().getFirst().recipients()).hasSize(1);

    // Ben has moved, and Dora has come.
    list("anna\nben\ndora,cloud\n");
    Awaitility.await().atMost(IN_FORCE).until(() -> rcpt("dora").code() == 250);
    assertThat(send("dora").code()).isEqualTo(250);
    cloud.awaitMessages(2, PATIENCE);
    assertThat(send("ben").code()).isEqualTo(250);
    organization.mailbox().awaitMessages(2, PATIENCE);

    // A host has a mail before the log has its outcome.
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> tally(Audit.run(AuditOptions.of(stack.bootstrap()))).delivered() >= 4);
    AuditReport report = Audit.run(AuditOptions.of(stack.bootstrap()));
    assertThat(tally(report).messages()).as("accepted, each delivered once").isEqualTo(4);
    assertThat(tally(report).delivered()).isEqualTo(4);
    assertThat(organization.mailbox().messages()).hasSize(2);
    assertThat(cloud.messages()).hasSize(2);
    assertThat(report.dsnsByOrganization()).as("no DSN").doesNotContainKey(organization.id());
  }

  private Tally tally(AuditReport report) {
    return report.organizations().getOrDefault(organization.id(), new Tally());
  }
}
