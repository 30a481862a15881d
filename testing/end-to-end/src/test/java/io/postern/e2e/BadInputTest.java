package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.lab.SmtpClient;
import io.postern.log.reading.TopicScan;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Bad input gets a clear reply and loses nothing: the same session still takes good mail. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private TestStack stack;
  private TestOrganization organization;

  @BeforeAll
  void organization() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("bad").apply();
  }

  @AfterAll
  void close() {
    organization.close();
  }

  private void stillTakesMail(SmtpClient client, String subject) throws Exception {
    String recipient = "anna@" + organization.domain();
    QueueId queueId =
        TestOrganization.queueId(
            client.send("someone@stranger.example", List.of(recipient), Messages.small(subject)));
    assertThat(organization.outcome(queueId, recipient)).startsWith("delivered");
  }

  @Test
  void badCommandsAreNamedAndTheSessionGoesOn() throws Exception {
    try (SmtpClient client = organization.connectTls(null)) {
      assertThat(client.command("FROBNICATE now").code()).isEqualTo(500);
      assertThat(client.command("NOOP " + "x".repeat(10_000)).code()).isEqualTo(500);
      assertThat(client.command("RCPT TO:<anna@" + organization.domain() + ">").code())
          .isEqualTo(503);
      assertThat(client.command("DATA").code()).isEqualTo(503);
      assertThat(client.command("MAIL FROM:<broken").code()).isEqualTo(501);
      assertThat(client.command("MAIL FROM:<a@b.example> FOO=bar").code()).isEqualTo(555);
      assertThat(client.command("STARTTLS").code()).isEqualTo(503);
      stillTakesMail(client, "after bad commands");
    }
  }

  private long acceptedMessages() throws TimeoutException {
    AtomicLong messages = new AtomicLong();
    try (TopicScan scan = new TopicScan(stack.kafka(), Duration.ofSeconds(10))) {
      scan.read(scan.partitions(Topics.MAIL_ACCEPTED), 0, each -> messages.incrementAndGet());
    }
    return messages.get();
  }

  @Test
  void aBareLineEndIsRefusedAndNothingOfItIsAccepted() throws Exception {
    long before = acceptedMessages();
    try (SmtpClient client = organization.connectTls(null)) {
      client.command("MAIL FROM:<someone@stranger.example>");
      client.command("RCPT TO:<anna@" + organization.domain() + ">");
      client.command("DATA");
      client.raw("Subject: one\r\n\r\nsmuggled\n.\nMAIL FROM:<evil@stranger.example>\r\n.\r\n");
      Reply reply = client.reply();
      assertThat(reply.code()).isEqualTo(550);
      assertThat(reply.toString()).contains("5.6.11");
      stillTakesMail(client, "after a bare line end");
    }
    assertThat(acceptedMessages()).isEqualTo(before + 1);
  }

  @Test
  void whatIsInjectedBehindStarttlsIsThrownAway() throws Exception {
    try (SmtpClient client = organization.connect()) {
      client.ehlo("client.example");
      client.raw("STARTTLS\r\nMAIL FROM:<injected@stranger.example>\r\n");
      assertThat(client.reply().code()).isEqualTo(220);
      client.handshake(null, "", List.of("TLSv1.3"));
      client.ehlo("client.example");
      // Had the injected MAIL been taken, this would be the second of a transaction.
      assertThat(client.command("MAIL FROM:<someone@stranger.example>").code()).isEqualTo(250);
    }
  }
}
