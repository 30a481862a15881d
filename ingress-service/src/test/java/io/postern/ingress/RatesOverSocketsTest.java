package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.Deployment;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.ingress.listener.Listener;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * A hijacked server, a hijacked mailbox and a stranger's flood beside honest mail, over real
 * sockets into a real log, with a held clock and counts on both sides.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RatesOverSocketsTest {
  private static final Identity OWN_SERVER =
      TestServer.CA.issue(Issue.to(TestDirectory.ON_PREMISES_CERTIFICATE));
  private static final String ANNA = "anna@contoso.example";
  private static final String BODY = "From: a@b.example\r\nSubject: hello\r\n\r\nBody";
  private static final int NETWORK = 3;

  private final AtomicLong nanos = new AtomicLong(1);
  private volatile Directory directory = TestDirectory.snapshot();
  private KafkaBroker broker;
  private TestServer server;
  private AcceptedLog log;

  @BeforeAll
  void start() throws Exception {
    broker = SharedBroker.empty();
    LogSettings settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    server =
        TestServer.on(
            broker.bootstrap(),
            s -> {
              s.nanos = nanos::get;
              s.directory = () -> Optional.of(directory);
              Listener open = s.listener("smtp", false, List.of());
              s.limits.messagesPerMinutePerNetwork = NETWORK;
              s.listeners = List.of(open, s.listener("strict", false, List.of()));
            });
    log = new AcceptedLog(settings);
  }

  @AfterAll
  void stop() {
    server.close();
    log.close();
  }

  @BeforeEach
  void aQuietMinute() {
    directory = TestDirectory.snapshot();
    pass(Duration.ofMinutes(1));
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** Our own server's connector with these rates. */
  private void ownServer(Consumer<InboundConnector.Builder> rates) {
    List<DirectoryObject> objects = new ArrayList<>();
    for (DirectoryObject object : TestDirectory.objects()) {
      DirectoryObject.Builder changed = object.toBuilder();
      if (object.getInboundConnector().getName().equals("From our own server")) {
        rates.accept(changed.getInboundConnectorBuilder());
      }
      objects.add(changed.build());
    }
    directory = Directory.of(objects, 8, Map.of("contoso", 8L, "fabrikam", 3L));
  }

  private RawClient ownServer() throws Exception {
    RawClient client = server.greeted().startTls(OWN_SERVER);
    client.command("EHLO mail.contoso.example", "250");
    return client;
  }

  private long inTheLog(String sender) throws Exception {
    return log.read().values().stream()
        .map(MessageAccepted::getEnvelope)
        .filter(envelope -> envelope.getReversePath().equals(sender))
        .count();
  }

  /** MAIL and RCPT; the reply to RCPT, and the message behind a 250. */
  private static String send(RawClient client, String from, String to) throws Exception {
    client.command("MAIL FROM:<" + from + ">", "250");
    String reply = client.command("RCPT TO:<" + to + ">");
    if (reply.startsWith("250")) {
      client.command("DATA", "354");
      client.raw(BODY + "\r\n.\r\n").expect("250 2.0.0 Queued");
    } else {
      client.command("RSET", "250");
    }
    return reply;
  }

  @Test
  void a_hijacked_server_is_slowed_and_others_are_not() throws Exception {
    ownServer(c -> c.setMaxMessagesPerMinute(5));
    int accepted = 0;
    try (RawClient hijacked = ownServer();
        RawClient again = ownServer();
        RawClient honest = server.greeted()) {
      for (int i = 0; i < 15; i++) {
        RawClient session = i % 2 == 0 ? hijacked : again;
        String reply = send(session, "spam@contoso.example", "victim@elsewhere.example");
        if (reply.startsWith("250")) {
          accepted++;
        } else {
          assertThat(reply)
              .startsWith("451 4.7.501 Server busy. Please try again later from [127.0.0.1]: 5 ")
              .contains("(reference ");
        }
        assertThat(send(honest, "honest@stranger.example", "b@contoso.example")).startsWith("250");
      }
      assertThat(accepted).isEqualTo(5);
      pass(Duration.ofSeconds(12)); // it behaves: the next one goes, for all that was refused
      assertThat(send(hijacked, "spam@contoso.example", "v@elsewhere.example")).startsWith("250");
      assertThat(send(hijacked, "spam@contoso.example", "v@elsewhere.example")).startsWith("451");
      ownServer(c -> {}); // an administrator takes the rate out: no restart, no new session
      assertThat(send(hijacked, "spam@contoso.example", "v@elsewhere.example")).startsWith("250");
    }
    assertThat(inTheLog("spam@contoso.example")).isEqualTo(7);
    assertThat(inTheLog("honest@stranger.example")).isEqualTo(15);
    MessageRefused refused = refusal("4.7.501");
    assertThat(refused.getRule()).isEqualTo("rate");
    assertThat(refused.getOrganization()).isEqualTo("contoso");
    assertThat(refused.getConnector()).isEqualTo("From our own server");
    assertThat(refused.getExplanation().getSteps(0).getCondition())
        .isEqualTo("maxMessagesPerMinute");
    assertThat(
            server.count(
                "postern.ingress.rates.exceeded",
                "rate",
                "connector-messages",
                "connector",
                "contoso/From our own server"))
        .isEqualTo(11);
  }

  private MessageRefused refusal(String enhanced) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                server.refusals.stream()
                    .filter(refused -> refused.getEnhancedCode().equals(enhanced))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  @Test
  void a_hijacked_mailbox_is_slowed_and_colleagues_at_the_same_server_are_not() throws Exception {
    ownServer(c -> c.setMaxRecipientsPerMinutePerSender(10));
    int accepted = 0;
    try (RawClient client = ownServer()) {
      client.command("MAIL FROM:<" + ANNA + ">", "250");
      StringBuilder pipelined = new StringBuilder(); // RFC 2920: all of it before any reply
      for (int i = 0; i < 30; i++) {
        pipelined.append("RCPT TO:<victim").append(i).append("@elsewhere.example>\r\n");
      }
      client.raw(pipelined.toString());
      for (int i = 0; i < 30; i++) {
        String reply = client.reply();
        accepted += reply.startsWith("250") ? 1 : 0;
        assertThat(reply).startsWith(i < 10 ? "250" : "451 4.7.503");
      }
      client.command("DATA", "354"); // those that were taken go
      String queued = client.raw(BODY + "\r\n.\r\n").expect("250 2.0.0 Queued");
      assertThat(accepted).isEqualTo(10);
      assertThat(log.of(queued).getEnvelope().getRecipientsCount()).isEqualTo(10);
    }
    try (RawClient client = ownServer()) {
      assertThat(send(client, ANNA, "v@elsewhere.example")).startsWith("451 4.7.503");
      assertThat(send(client, "ben@contoso.example", "v@elsewhere.example")).startsWith("250");
      assertThat(send(client, "carl@contoso.example", "v@elsewhere.example")).startsWith("250");
    }
  }

  @Test
  void each_mailbox_that_exceeds_its_rate_has_a_record_of_its_own() throws Exception {
    ownServer(c -> c.setMaxRecipientsPerMinutePerSender(1));
    try (RawClient client = ownServer()) {
      for (String sender : List.of("dora@contoso.example", "emil@contoso.example")) {
        assertThat(send(client, sender, "v@elsewhere.example")).startsWith("250");
        assertThat(send(client, sender, "v@elsewhere.example")).startsWith("451 4.7.503");
        assertThat(send(client, sender, "v@elsewhere.example")).startsWith("451 4.7.503");
      }
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(server.refusals)
                    .extracting(MessageRefused::getReversePath)
                    .containsOnlyOnce("dora@contoso.example", "emil@contoso.example"));
  }

  @Test
  void a_strangers_network_is_slowed_at_its_listener_and_an_own_server_beside_it_is_not()
      throws Exception {
    try (RawClient stranger = RawClient.greetedFrom("127.0.0.5", server.port("strict"));
        RawClient neighbour = RawClient.greetedFrom("127.0.0.6", server.port("strict"));
        RawClient own = RawClient.greetedFrom("127.0.0.7", server.port("strict"))) {
      for (int i = 0; i < NETWORK; i++) {
        assertThat(send(i == 1 ? neighbour : stranger, "f@flood.example", "b@contoso.example"))
            .startsWith("250");
      }
      assertThat(send(stranger, "f@flood.example", "b@contoso.example"))
          .startsWith("451 4.7.500 Server busy. Please try again later from [127.0.0.5]");
      assertThat(send(neighbour, "f@flood.example", "b@contoso.example")).startsWith("451 4.7.500");
      own.startTls(OWN_SERVER).command("EHLO mail.contoso.example", "250");
      for (int i = 0; i < 2 * NETWORK; i++) {
        assertThat(send(own, "own@contoso.example", "v@elsewhere.example")).startsWith("250");
      }
    }
    assertThat(inTheLog("f@flood.example")).isEqualTo(NETWORK);
    assertThat(inTheLog("own@contoso.example")).isEqualTo(2 * NETWORK);
    try (RawClient elsewhere = RawClient.greetedFrom("127.0.0.5", server.port())) {
      assertThat(send(elsewhere, "f@flood.example", "b@contoso.example")).startsWith("250");
    }
  }

  /** A 554 there would return honest mail to its sender, for a minute that was too busy. */
  @Test
  void a_client_that_sends_DATA_or_BDAT_at_once_behind_a_rates_451_tries_again() throws Exception {
    String envelope = "MAIL FROM:<p@pipelining.example>\r\nRCPT TO:<b@contoso.example>\r\n";
    try (RawClient client = RawClient.greetedFrom("127.0.2.5", server.port("strict"))) {
      for (int i = 0; i < NETWORK; i++) {
        assertThat(send(client, "p@pipelining.example", "b@contoso.example")).startsWith("250");
      }
      for (String content : List.of("DATA\r\n", "BDAT 4 LAST\r\nBody")) {
        client.raw(envelope + content + "RSET\r\n");
        client.expect("250 2.1.0");
        client.expect("451 4.7.500");
        client.expect("451 4.5.1 No valid recipients now, try again later");
        client.expect("250 2.0.0");
      }
      pass(Duration.ofMinutes(1));
      client.raw(envelope + "BDAT 4 LAST\r\nBody");
      client.expect("250 2.1.0");
      client.expect("250 2.1.5");
      client.expect("250 2.0.0 Queued");
    }
    assertThat(inTheLog("p@pipelining.example")).isEqualTo(NETWORK + 1);
  }

  @Test
  void mail_that_is_given_up_refused_or_cut_off_takes_nothing() throws Exception {
    try (RawClient client = RawClient.greetedFrom("127.0.1.5", server.port("strict"))) {
      for (int i = 0; i < 2 * NETWORK; i++) {
        client.command("MAIL FROM:<g@giving-up.example>", "250");
        client.command("RCPT TO:<b@contoso.example>", "250");
        client.command("RSET", "250");
        String refused = client.send("g@giving-up.example", "b@contoso.example", "bare\nline end");
        assertThat(refused).startsWith("550 5.6.11");
      }
    }
    for (int i = 0; i < NETWORK; i++) {
      RawClient cut = RawClient.greetedFrom("127.0.1.6", server.port("strict"));
      cut.command("MAIL FROM:<g@giving-up.example>", "250");
      cut.command("RCPT TO:<b@contoso.example>", "250");
      cut.command("DATA", "354");
      cut.raw("half a mess").vanish();
    }
    try (RawClient client = RawClient.greetedFrom("127.0.1.7", server.port("strict"))) {
      for (int i = 0; i < NETWORK; i++) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () -> send(client, "g@giving-up.example", "b@contoso.example").startsWith("250"));
      }
      assertThat(send(client, "g@giving-up.example", "b@contoso.example")).startsWith("451");
    }
    assertThat(inTheLog("g@giving-up.example")).isEqualTo(NETWORK);
  }
}
