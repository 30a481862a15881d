package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.UnansweredRecipients;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestDirectory;
import io.postern.ingress.TestServer;
import io.postern.ingress.recipients.MemoryRecipientQuestions;
import io.postern.ingress.recipients.RecipientQuestions.Existence;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RCPT where the domain asks its mailbox route about recipients, over real sockets. */
@Timeout(120)
class MailboxCheckTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration NONE = Duration.ofMillis(1);

  private final MemoryRecipientQuestions mailboxes = new MemoryRecipientQuestions();
  private final List<TestServer> servers = new ArrayList<>();

  private RawClient client(TestServer.Settings settings) throws Exception {
    servers.add(
        TestServer.withoutLog(
            s -> {
              s.mailboxes = mailboxes;
              directory(s, UnansweredRecipients.UNANSWERED_RECIPIENTS_UNSPECIFIED);
              settings.change(s);
            }));
    RawClient client = server().greeted();
    client.command("MAIL FROM:<a@stranger.example>", "250");
    return client;
  }

  private TestServer server() {
    return servers.getLast();
  }

  private static void directory(TestServer server, UnansweredRecipients unanswered) {
    server.directory =
        () ->
            Optional.of(
                TestDirectory.asking(
                    unanswered, AcceptedDomainType.ACCEPTED_DOMAIN_TYPE_UNSPECIFIED));
  }

  @AfterEach
  void stop() {
    servers.forEach(TestServer::close);
  }

  @Test
  void aMailboxThatExistsIsAcceptedAndOneThatDoesNotIsRefused() throws Exception {
    mailboxes.answers("ann@contoso.example", Existence.EXISTS);
    mailboxes.answers("nobody@contoso.example", Existence.MISSING);
    try (RawClient client = client(s -> {})) {
      client.command("RCPT TO:<ann@contoso.example>", "250 2.1.5");
      client.command("RCPT TO:<nobody@contoso.example>", "550 5.1.1 Recipient address rejected");
      client.command("RCPT TO:<ann@Contoso.EXAMPLE>", "250 2.1.5"); // one domain
      assertThat(mailboxes.asked())
          .containsExactly("ann@contoso.example", "nobody@contoso.example");
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(server().refusals).hasSize(1);
              assertThat(server().refusals.getFirst().getRule()).isEqualTo("recipientUnknown");
              assertThat(server().refusals.getFirst().getOrganization()).isEqualTo("contoso");
              assertThat(server().refusals.getFirst().getExplanation().getSteps(0).getDetail())
                  .contains("the mailbox route said so");
            });
    assertThat(server().count("postern.ingress.recipients.checked", "result", "missing"))
        .isEqualTo(1);
  }

  @Test
  void postmasterAndAbuseAreAlwaysThereAndOtherDomainsAreNotAskedFor() throws Exception {
    try (RawClient client = client(s -> {})) {
      client.command("RCPT TO:<Postmaster@contoso.example>", "250");
      client.command("RCPT TO:<abuse@contoso.example>", "250");
      client.command("RCPT TO:<anybody@fabrikam.example>", "250");
      assertThat(mailboxes.asked()).isEmpty();
    }
  }

  @Test
  void anInternalRelaysRouteIsNotAsked() throws Exception {
    mailboxes.answers("elsewhere@contoso.example", Existence.MISSING);
    try (RawClient client =
        client(
            s ->
                s.directory =
                    () ->
                        Optional.of(
                            TestDirectory.asking(
                                UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER,
                                AcceptedDomainType.INTERNAL_RELAY)))) {
      client.command("RCPT TO:<elsewhere@contoso.example>", "250");
      assertThat(mailboxes.asked()).isEmpty();
    }
  }

  @Test
  void nobodyIsAskedForAClientThatMayNotSend() throws Exception {
    try (RawClient client = client(s -> {})) {
      client.command("RSET", "250");
      client.command("MAIL FROM:<a@partner.example>", "250");
      assertThat(client.command("RCPT TO:<ann@contoso.example>")).startsWith("5");
      assertThat(mailboxes.asked()).isEmpty();
    }
  }

  @Test
  void withoutAnAnswerARecipientIsAcceptedOrDeferredAsTheDomainSays() throws Exception {
    try (RawClient client = client(s -> s.recipientPatience = NONE)) {
      client.command("RCPT TO:<ann@contoso.example>", "250");
    }
    mailboxes.answers("ben@contoso.example", Existence.UNKNOWN);
    try (RawClient client =
        client(
            s -> {
              s.recipientPatience = NONE;
              directory(s, UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER);
            })) {
      client.command("RCPT TO:<ann@contoso.example>", "451 4.4.1");
      client.command("RCPT TO:<ben@contoso.example>", "451 4.4.1");
      mailboxes.answers("ann@contoso.example", Existence.EXISTS);
      client.command("RCPT TO:<ann@contoso.example>", "250");
    }
  }

  /** In plaintext the first 512 octets of what has arrived are read, over TLS a record. */
  @ParameterizedTest
  @CsvSource({"false, 15", "true, 40"})
  void recipientsThatHaveArrivedAreAskedForTogether(boolean tls, int together) throws Exception {
    try (RawClient client = client(s -> {})) {
      if (tls) {
        client.startTls(null);
        client.command("EHLO client.example", "250");
        client.command("MAIL FROM:<a@stranger.example>", "250");
      }
      StringBuilder commands = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        commands.append("RCPT TO:<u").append(i).append("@contoso.example>\r\n");
      }
      client.raw(commands.toString());
      // None has an answer yet: they are asked for while the first one waits.
      await().atMost(PATIENCE).until(() -> mailboxes.asked().size() >= together);
      for (int i = 0; i < 40; i++) {
        mailboxes.answers(
            "u" + i + "@contoso.example", i % 2 == 0 ? Existence.EXISTS : Existence.MISSING);
      }
      for (int i = 0; i < 40; i++) {
        client.expect(i % 2 == 0 ? "250" : "550 5.1.1");
      }
    }
  }

  @Test
  void whatIsAskedAheadIsReadInItsTurn() throws Exception {
    mailboxes.answers("ann@contoso.example", Existence.EXISTS);
    mailboxes.answers("ben@contoso.example", Existence.EXISTS);
    try (RawClient client = client(s -> {})) {
      client.raw(
          "RCPT TO:<ann@contoso.example>\r\nRCPT TO:<ben@contoso.example>\r\nRCPT TO:<x\r\nNOOP\r\n"
              + "RCPT TO:<late@contoso.example>\r\n");
      client.expect("250 2.1.5");
      client.expect("250 2.1.5");
      client.expect("501");
      client.expect("250 2.0.0");
      await().atMost(PATIENCE).until(() -> mailboxes.asked().contains("late@contoso.example"));
      mailboxes.answers("late@contoso.example", Existence.MISSING);
      client.expect("550 5.1.1");
    }
  }

  @Test
  void theRepliesBeforeAWaitAreSentFirst() throws Exception {
    mailboxes.answers("ann@contoso.example", Existence.EXISTS);
    try (RawClient client = client(s -> {})) {
      client.raw("NOOP\r\nRCPT TO:<slow@contoso.example>\r\n");
      client.expect("250 2.0.0"); // while the other one waits
      await().atMost(PATIENCE).until(() -> mailboxes.asked().contains("slow@contoso.example"));
      mailboxes.answers("slow@contoso.example", Existence.EXISTS);
      client.expect("250 2.1.5");
    }
  }

  /** A thousand recipients of whom nobody says anything cost the patience of the transaction. */
  @Test
  void theWaitOfATransactionIsBounded() throws Exception {
    Duration patience = Duration.ofMillis(200);
    try (RawClient client =
        client(
            s -> {
              s.recipientPatience = patience;
              s.maxMissingOfSource = 2_000;
            })) {
      StringBuilder commands = new StringBuilder();
      for (int i = 0; i < 1_000; i++) {
        commands.append("RCPT TO:<u").append(i).append("@contoso.example>\r\n");
      }
      long began = System.nanoTime();
      client.raw(commands.toString());
      for (int i = 0; i < 1_000; i++) {
        client.expect("250 2.1.5");
      }
      // One after the other they would take 200 s.
      assertThat(System.nanoTime() - began).isLessThan(Duration.ofSeconds(40).toNanos());
      assertThat(mailboxes.asked()).hasSize(1_000);
    }
  }

  @Test
  void nobodyIsAskedAboutTheRecipientsOfAMessageBeyondARate() throws Exception {
    mailboxes.answers("ann@contoso.example", Existence.EXISTS);
    mailboxes.answers("ben@contoso.example", Existence.EXISTS);
    try (RawClient first = client(s -> s.limits.messagesPerMinutePerNetwork = 1);
        RawClient second = server().greeted()) {
      first.command("RCPT TO:<ann@contoso.example>", "250");
      second.command("MAIL FROM:<a@stranger.example>", "250");
      second.command("RCPT TO:<ben@contoso.example>", "451 4.7.500");
      second.command("RCPT TO:<carl@contoso.example>", "451 4.7.500");
      first.command("RSET", "250");
      second.command("RCPT TO:<dora@contoso.example>", "451 4.7.500"); // of the same message
      assertThat(mailboxes.asked()).containsExactly("ann@contoso.example");
      second.command("RSET", "250");
      second.command("MAIL FROM:<a@stranger.example>", "250");
      second.command("RCPT TO:<ben@contoso.example>", "250");
      assertThat(mailboxes.asked()).containsExactly("ann@contoso.example", "ben@contoso.example");
    }
  }

  @Test
  void recipientsBeyondARateThatWereAskedForAheadCostTheClientNoQuestions() throws Exception {
    InboundConnector.Builder partner =
        InboundConnector.newBuilder()
            .setName("From a partner with a rate")
            .setConnectorType(ConnectorType.PARTNER)
            .addSenderDomains("stranger.example")
            .setRestrictDomainsToIpAddresses(true)
            .addSenderIpAddresses("127.0.0.0/8")
            .setMaxRecipientsPerMinute(1);
    Directory directory =
        TestDirectory.asking(
            UnansweredRecipients.UNANSWERED_RECIPIENTS_UNSPECIFIED,
            AcceptedDomainType.ACCEPTED_DOMAIN_TYPE_UNSPECIFIED,
            partner);
    try (RawClient client =
        client(
            s -> {
              s.directory = () -> Optional.of(directory);
              s.nanos = () -> 1;
              s.maxMissingOfSource = 3;
            })) {
      StringBuilder pipelined = new StringBuilder();
      List<String> exist =
          List.of("ann@contoso.example", "ben@contoso.example", "c@contoso.example");
      exist.forEach(to -> pipelined.append("RCPT TO:<").append(to).append(">\r\n"));
      client.raw(pipelined.toString());
      await().atMost(PATIENCE).until(() -> mailboxes.asked().equals(exist));
      // The one that is waited for comes last: the others' answers are there when their turn comes.
      exist.reversed().forEach(to -> mailboxes.answers(to, Existence.EXISTS));
      client.expect("250");
      client.expect("451 4.7.502");
      client.expect("451 4.7.502");
      client.command("RCPT TO:<nobody@contoso.example>", "451 4.7.502");
      assertThat(mailboxes.asked()).isEqualTo(exist);
      client.command("RSET", "250");
      client.command("MAIL FROM:<a@stranger.example>", "250");
      for (int i = 0; i < 4; i++) {
        mailboxes.answers("r" + i + "@contoso.example", Existence.MISSING);
        client.command("RCPT TO:<r" + i + "@contoso.example>", i < 3 ? "550 5.1.1" : "451 4.7.1");
      }
    }
  }

  @Test
  void aDictionaryAttackAsksNoMoreThanItsBoundAndKnownMailboxesStayOpen() throws Exception {
    mailboxes.answers("ann@contoso.example", Existence.EXISTS);
    for (int i = 0; i < 50; i++) {
      mailboxes.answers("r" + i + "@contoso.example", Existence.MISSING);
    }
    try (RawClient client = client(s -> s.maxMissingOfSource = 10)) {
      client.command("RCPT TO:<ann@contoso.example>", "250"); // given back
      for (int i = 0; i < 50; i++) {
        client.command("RCPT TO:<r" + i + "@contoso.example>", i < 10 ? "550 5.1.1" : "451 4.7.1");
      }
      assertThat(mailboxes.asked()).hasSize(11);
      client.command("RSET", "250");
      client.command("MAIL FROM:<a@stranger.example>", "250");
      client.command("RCPT TO:<ann@contoso.example>", "250");
    }
    try (RawClient other = RawClient.greetedFrom("127.0.0.2", server().port())) {
      other.command("MAIL FROM:<a@stranger.example>", "250");
      other.command("RCPT TO:<r20@contoso.example>", "550 5.1.1");
    }
  }
}
