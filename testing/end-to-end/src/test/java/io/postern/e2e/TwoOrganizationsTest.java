package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.lab.LabCa;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Mail from one organization that is served here to another one, each with anchors of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoOrganizationsTest {
  private TestOrganization sender;
  private TestOrganization recipient;
  private String partner;
  private String anna;

  @BeforeAll
  void organizations() throws Exception {
    TestStack stack = TestStack.shared();
    sender = stack.organization("sends").ownMailboxAuthority(LabCa.create("Sender's own")).apply();
    recipient = stack.organization("takes").ownMailboxAuthority(LabCa.create("Recipient's own"));
    partner = "partner-of-" + recipient.id() + ".example";
    recipient
        .inbound(
            "name: Locked, connectorType: partner, senderDomains: [%s], requireTls: true, tlsSenderCertificateName: mail.%s, restrictDomainsToCertificate: true"
                .formatted(partner, partner))
        .apply();
    anna = "anna@" + recipient.domain();
  }

  @AfterAll
  void close() {
    sender.close();
    recipient.close();
  }

  @Test
  void mailToAMailboxRouteThatHasItsOwnAnchorsIsDelivered() throws Exception {
    QueueId queueId = sender.relayed(List.of(anna), Messages.small("to the other one"));
    assertThat(sender.outcome(queueId, anna))
        .isEqualTo("delivered domain-validation:domain-validation");
    RecipientGroup group = sender.settled(queueId).message().getGroups(0);
    assertThat(group.getOrganization()).isEqualTo(sender.id());
    assertThat(group.getConnector()).isEqualTo("Own server");
    assertThat(group.getDirection()).isEqualTo(Direction.ORIGINATING);
    assertThat(group.getIncoming().getOrganization()).isEqualTo(recipient.id());
    assertThat(group.getIncoming().getDirection()).isEqualTo(Direction.INCOMING);
  }

  @Test
  void thePartnerRestrictionsOfTheRecipientHoldForAnotherOrganizationsServerToo() throws Exception {
    int before = recipient.mailbox().messages().size();
    try (SmtpClient client = sender.connectTls(sender.ownServer())) {
      Reply reply =
          client.send("cfo@" + partner, List.of(anna), Messages.small("not the partner's"));
      assertThat(reply.code()).isEqualTo(550);
      assertThat(reply.text()).contains("RestrictDomainsToCertificate");
    }
    assertThat(recipient.mailbox().messages()).hasSize(before);
  }

  /** All organizations send from the same addresses, which the other one's SPF record names. */
  @Test
  void aServerSendsToTheInternetAsTheOtherOrganizationOnlyRewrittenOrAllowed() throws Exception {
    String outside = sender.id() + "-bank.example";
    ScriptedPeer bank =
        sender.peer(
            ScriptedPeer.named("mail." + outside).identity(sender.identity("mail." + outside)));
    sender.outboundTo(bank, outside, "").apply();
    String ceo = "ceo@" + recipient.domain();
    String victim = "x@" + outside;

    try (SmtpClient client = sender.connectTls(sender.ownServer())) {
      Reply refused = client.send(ceo, List.of(victim), Messages.small("pay this"));
      assertThat(refused.code()).isEqualTo(550);
      assertThat(refused.text()).contains("send as this sender", "allowedSenderOrganizations");
    }
    try (SmtpClient client = sender.connectTls(sender.ownServer())) {
      Reply forwarded = client.send(ceo, List.of(anna), Messages.small("back to its own users"));
      assertThat(forwarded.code()).isEqualTo(250);
    }
    assertThat(bank.messages()).isEmpty();

    sender.rewritesSenders().apply();
    assertThat(mailFrom(bank, ceo, victim, 1))
        .startsWith("MAIL FROM:<SRS0=")
        .contains("@" + sender.domain() + ">");

    recipient.domainFields("allowedSenderOrganizations: [" + sender.id() + "]").apply();
    assertThat(mailFrom(bank, ceo, victim, 2)).startsWith("MAIL FROM:<" + ceo + ">");
  }

  /** The own server sends, and the host gets its message of this number. */
  private String mailFrom(ScriptedPeer host, String from, String to, int number) throws Exception {
    try (SmtpClient client = sender.connectTls(sender.ownServer())) {
      QueueId queueId =
          TestOrganization.queueId(client.send(from, List.of(to), Messages.small("mail")));
      assertThat(sender.outcome(queueId, to)).startsWith("delivered");
    }
    return host
        .awaitMessages(number, Duration.ofSeconds(60))
        .get(number - 1)
        .session()
        .commands()
        .stream()
        .filter(line -> line.startsWith("MAIL FROM:"))
        .toList()
        .getLast();
  }
}
