package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A forward of a foreign sender's mail, and the notification that it brings. */
class SenderRewritingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void aNotificationToARewrittenSenderComesBackToTheSenderAndAForgedOneDoesNot() throws Exception {
    TestStack stack = TestStack.shared();
    try (TestOrganization forwarder = stack.organization("forwards")) {
      String origin = forwarder.id() + "-origin.example";
      String target = forwarder.id() + "-target.example";
      ScriptedPeer originHost = peer(forwarder, "mail." + origin);
      ScriptedPeer targetHost = peer(forwarder, "mail." + target);
      forwarder
          .rewritesSenders()
          .outboundTo(targetHost, target, "senderRewritingEnabled: true")
          .outboundTo(originHost, origin, "")
          .apply();

      QueueId forward;
      try (SmtpClient client = forwarder.connectTls(forwarder.ownServer())) {
        Reply reply =
            client.send("eve@" + origin, List.of("bob@" + target), Messages.small("a forward"));
        forward = TestOrganization.queueId(reply);
      }
      assertThat(forwarder.outcome(forward, "bob@" + target)).startsWith("delivered");
      String mailFrom = command(targetHost, "MAIL FROM:<");
      String address = mailFrom.substring(mailFrom.indexOf('<') + 1, mailFrom.indexOf('>'));
      assertThat(address).startsWith("SRS0=").endsWith("=" + origin + "=eve@" + forwarder.domain());
      assertThat(forwarder.settled(forward).message().getEnvelope().getReversePath())
          .isEqualTo("eve@" + origin);

      String forged = address.replace("=eve@", "=adam@");
      QueueId notification;
      try (SmtpClient stranger = forwarder.connectTls(null)) {
        assertThat(stranger.send("", List.of(forged), Messages.small("forged")).text())
            .contains("not a valid rewritten sender address");
        assertThat(stranger.send("spam@" + target, List.of(address), Messages.small("spam")).code())
            .isEqualTo(550);
        // A host on the way may change the case.
        notification =
            TestOrganization.queueId(
                stranger.send(
                    "", List.of(address.toLowerCase(Locale.ROOT)), Messages.small("dsn")));
      }
      assertThat(forwarder.outcome(notification, address.toLowerCase(Locale.ROOT)))
          .startsWith("delivered");
      assertThat(command(originHost, "RCPT TO:<")).startsWith("RCPT TO:<eve@" + origin + ">");
      assertThat(command(originHost, "MAIL FROM:<")).startsWith("MAIL FROM:<>");
      assertThat(originHost.messages()).hasSize(1);
      assertThat(targetHost.messages()).hasSize(1);
      assertThat(forwarder.mailbox().messages()).isEmpty();
    }
  }

  private static ScriptedPeer peer(TestOrganization organization, String host) {
    return organization.peer(ScriptedPeer.named(host).identity(organization.identity(host)));
  }

  private static String command(ScriptedPeer host, String beginning) throws Exception {
    return host.awaitMessages(1, PATIENCE).getFirst().session().commands().stream()
        .filter(line -> line.startsWith(beginning))
        .findFirst()
        .orElseThrow();
  }
}
