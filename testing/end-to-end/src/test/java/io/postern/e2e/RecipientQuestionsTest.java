package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.PeerTranscript;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import io.postern.stack.Service;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A stranger's mail to a mailbox that does not exist is refused at RCPT, by what the mailbox host
 * says; without an answer the domain decides.
 */
class RecipientQuestionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Reply NOBODY = Reply.of(550, "5.1.1", "User unknown");

  private TestStack stack;
  private TestOrganization organization;

  @BeforeEach
  void organization() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("probe").asksMailboxRoute("accept");
    organization.mailbox().recipient(address("nobody"), NOBODY);
    organization.apply();
  }

  @AfterEach
  void close() {
    organization.close();
  }

  @Test
  @Timeout(300)
  void mailForNobodyIsRefusedAtRcptAndASilentHostLeavesItToTheDomain() throws Exception {
    awaitFirstAnswer();

    assertThat(rcpt("nobody")).startsWith("550 5.1.1");
    QueueId known;
    try (SmtpClient client = organization.connectTls(null)) {
      known =
          TestOrganization.queueId(
              client.send(
                  "someone@stranger.example", List.of(address("ann")), Messages.small("known")));
    }
    assertThat(organization.outcome(known, address("ann"))).startsWith("delivered");
    assertThat(organization.mailbox().messages()).hasSize(1);
    assertThat(sessionsWith("nobody")).isPositive();
    assertThat(organization.mailbox().sessions())
        .allSatisfy(
            session ->
                assertThat(session.plaintextCommands())
                    .noneMatch(line -> line.contains(organization.domain())));

    // The host hangs, and delivery is away while a question is under way.
    organization.mailbox().on(PeerStage.RCPT, PeerStep.hang());
    assertThat(rcpt("new1")).startsWith("250");
    organization.asksMailboxRoute("defer").apply();
    signal("-STOP");
    try {
      assertThat(rcpt("new2")).startsWith("451 4.4.1");
    } finally {
      signal("-CONT");
    }
    assertThat(rcpt("ann")).startsWith("250"); // known before
    organization.mailbox().asUsual();
    Awaitility.await().atMost(PATIENCE).until(() -> rcpt("new2").startsWith("250"));
    assertThat(organization.mailbox().messages()).hasSize(1);
  }

  /** A replica that starts joins its group after some seconds. */
  private void awaitFirstAnswer() {
    Awaitility.await().atMost(PATIENCE).until(() -> rcpt("nobody").startsWith("550"));
  }

  private String address(String local) {
    return local + "@" + organization.domain();
  }

  private String rcpt(String local) throws Exception {
    try (SmtpClient client = organization.connectTls(null)) {
      client.patience(PATIENCE);
      client.command("MAIL FROM:<someone@stranger.example>");
      return client.command("RCPT TO:<" + address(local) + ">").toString();
    }
  }

  private long sessionsWith(String local) {
    return organization.mailbox().sessions().stream()
        .filter((PeerTranscript session) -> session.mentions(address(local)))
        .count();
  }

  private void signal(String signal) throws IOException, InterruptedException {
    long pid = stack.processes().process(Service.DELIVERY).pid();
    Process kill = new ProcessBuilder("kill", signal, Long.toString(pid)).start();
    assertThat(kill.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(kill.exitValue()).isZero();
  }
}
