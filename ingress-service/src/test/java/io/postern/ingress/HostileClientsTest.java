package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Deployment;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G6: strangers fill the memory of the server, and others fare as before. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileClientsTest {
  private static final String HONEST = "127.0.0.99";
  private static final String MESSAGE = "Subject: hello\r\n\r\nBody";
  private static final int LONG_RECIPIENTS = 845;
  private static final int GROUP = 65;

  private final List<RawClient> clients = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private String bootstrap;

  @BeforeAll
  void start() throws Exception {
    bootstrap = SharedBroker.empty().bootstrap();
    TopicsSetup.createOrVerify(
        new LogSettings(Map.of("bootstrap.servers", bootstrap)), Deployment.singleNode(4));
  }

  /** Before the server closes, which waits for those that are sending. */
  @AfterEach
  void disconnect() throws Exception {
    over.countDown();
    for (RawClient client : clients) {
      client.close();
    }
    clients.clear();
  }

  private RawClient from(String address, TestServer server) throws Exception {
    RawClient client = RawClient.greetedFrom(address, server.port());
    clients.add(client);
    return client;
  }

  /** A transaction with as many of the longest recipients as one may have, for ever before DATA. */
  private RawClient crowd(String address, TestServer server) throws Exception {
    RawClient client = from(address, server);
    client.command("MAIL FROM:<a@sender.example>", "250");
    boolean room = true;
    for (int first = 0; first < LONG_RECIPIENTS && room; first += GROUP) {
      StringBuilder group = new StringBuilder();
      for (int i = first; i < first + GROUP; i++) {
        group
            .append("RCPT TO:<%064d@contoso.example> ORCPT=rfc822;".formatted(i))
            .append("o".repeat(490))
            .append("\r\n");
      }
      client.raw(group.toString());
      for (int i = 0; i < GROUP; i++) {
        String reply = client.reply();
        assertThat(reply).matches("(?s)(250|452|421) .*");
        room &= reply.startsWith("250 ");
      }
    }
    return client;
  }

  private static void drip(RawClient client, CountDownLatch over) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (!over.await(200, TimeUnit.MILLISECONDS)) {
                  client.raw("x".repeat(510) + "\r\n");
                }
              } catch (java.io.IOException | InterruptedException gone) {
                // the server ended it, or the test is over
              }
            });
  }

  @Test
  void thirteen_connections_of_one_address_with_long_recipients_leave_room_for_others()
      throws Exception {
    try (TestServer server = TestServer.on(bootstrap, s -> {})) {
      for (int i = 0; i < 13; i++) {
        crowd("127.0.0.1", server);
      }
      assertThat(from("127.0.0.2", server).send("a@sender.example", "b@contoso.example", MESSAGE))
          .startsWith("250");
    }
  }

  /** Before DATA or within it: nobody is ended for them, and nobody is refused. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void many_addresses_with_all_the_recipients_that_they_can_have_leave_room_for_others(
      boolean sending) throws Exception {
    try (TestServer server = TestServer.on(bootstrap, s -> {});
        AutoCloseable _ = this::disconnect) {
      RawClient waiting = from(HONEST, server);
      waiting.command("MAIL FROM:<a@sender.example>", "250");
      waiting.command("RCPT TO:<b@contoso.example>", "250");
      for (int address = 1; address <= 6; address++) {
        for (int i = 0; i < 3; i++) {
          RawClient crowd = crowd("127.0.1." + address, server);
          if (sending) {
            crowd.raw("DATA\r\n");
            if (crowd.reply().startsWith("354")) { // else none of its recipients had room
              drip(crowd, over);
            }
          }
        }
      }
      assertThat(from("127.0.0.2", server).send("a@sender.example", "b@contoso.example", MESSAGE))
          .startsWith("250");
      waiting.command("RCPT TO:<c@contoso.example>", "250");
    }
  }

  @Test
  void slow_senders_at_three_addresses_leave_shares_of_DATA_for_others() throws Exception {
    try (TestServer server =
            TestServer.on(
                bootstrap,
                s -> {
                  s.dataMemory = 16L * 82 * 1024;
                  s.limits.memoryPatience = Duration.ofSeconds(2);
                });
        AutoCloseable _ = this::disconnect) {
      for (String address : List.of("127.0.0.1", "127.0.0.2", "127.0.0.3")) {
        for (int i = 0; i < 6; i++) {
          RawClient client = from(address, server);
          client.raw("MAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\nDATA\r\n");
          client.expect("250");
          client.expect("250");
          drip(client, over);
        }
      }
      for (int i = 0; i < 5; i++) {
        assertThat(from(HONEST, server).send("a@sender.example", "b@contoso.example", MESSAGE))
            .startsWith("250");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST / HTTP/1.1",
        "get / HTTP/1.0",
        "CONNECT mx:25 HTTP/1.1",
        "<html>",
        "{}",
        "\u0016"
      })
  void a_line_that_is_no_mail_clients_ends_the_session_at_once(String line) throws Exception {
    try (TestServer server = TestServer.withoutLog(s -> {});
        RawClient client = new RawClient(server.port())) {
      client.expect("220 ");
      client.raw(line + "\r\nEHLO x\r\nMAIL FROM:<ceo@contoso.example>\r\n");
      assertThat(client.reply()).startsWith("554 5.5.1");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void refusals_again_and_again_are_one_record_and_a_count() throws Exception {
    String[] names = new String[150];
    for (int i = 0; i < names.length; i++) {
      names[i] = "filler-" + i + "." + "x".repeat(60) + ".example";
    }
    Identity own = TestServer.CA.issue(Issue.to(names));
    try (TestServer server = TestServer.withoutLog(s -> {});
        RawClient client = server.greeted()) {
      client.startTls(own).command("EHLO client.example", "250");
      client.command("MAIL FROM:<a@b.example>", "250");
      for (int i = 0; i < 150; i++) {
        client.command("RCPT TO:<x" + i + "@nowhere.example>", "550 5.7.64");
      }
      assertThat(server.refusals.size()).isEqualTo(1);
      MessageRefused refused = server.refusals.getFirst();
      assertThat(refused.getSession().getTlsFacts().getPeerNamesList()).isEmpty();
      assertThat(refused.getSession().getTlsFacts().getPeerChainFingerprint()).isNotEmpty();
      assertThat(refused.getSerializedSize()).isLessThan(2_000);
    }
  }

  @Test
  void one_address_may_leave_only_so_much_content_behind() throws Exception {
    try (TestServer server = TestServer.on(bootstrap, s -> s.unacceptedOfSource = 20 << 20)) {
      byte[] large =
          "x".repeat(998).concat("\r\n").repeat(4_000).getBytes(StandardCharsets.US_ASCII);
      String last = "";
      for (int i = 0; i < 10 && !last.startsWith("452"); i++) {
        RawClient client = from("127.0.0.1", server);
        client.command("MAIL FROM:<a@b.example>", "250");
        client.command("RCPT TO:<a@contoso.example>", "250");
        client.command("DATA", "354");
        client.raw(large).raw("\n\r\n.\r\n");
        last = client.reply();
        assertThat(last).matches("(550 5.6.11|452 4.3.1) .*");
      }
      assertThat(last).startsWith("452 4.3.1");
      from("127.0.0.1", server).command("MAIL FROM:<a@b.example>", "452 4.3.1");
      assertThat(from(HONEST, server).send("a@b.example", "b@contoso.example", MESSAGE))
          .startsWith("250");
    }
  }

  /** A message may take half an hour. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_certificate_that_is_revoked_while_its_message_comes_lets_in_no_longer(boolean outdated)
      throws Exception {
    try (TestServer server =
            TestServer.on(
                bootstrap,
                s -> s.limits.verdictHolds = outdated ? Duration.ZERO : Duration.ofHours(1));
        RawClient client = server.greeted()) {
      client.startTls(TestServer.CA.issue(Issue.to(TestDirectory.PARTNER_CERTIFICATE)));
      client.command("EHLO client.example", "250");
      client.command("MAIL FROM:<a@partner.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      server.verdicts.answer(VerdictResult.BAD, VerdictReason.REVOKED);
      client.raw(MESSAGE + "\r\n.\r\n");
      client.expect(outdated ? "451 4.3.0" : "250 2.0.0");
      assertThat(server.verdicts.asked()).isEqualTo(outdated ? 2 : 1);
    }
  }

  @Test
  void a_client_that_speaks_before_the_greeting_is_refused() throws Exception {
    try (TestServer server = TestServer.withoutLog(s -> {})) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                try (RawClient client = new RawClient(server.port())) {
                  client.raw("EHLO early.example\r\n");
                  return client.reply().startsWith("554 5.5.1");
                }
              });
    }
  }
}
