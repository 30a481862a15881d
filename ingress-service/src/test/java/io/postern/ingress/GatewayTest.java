package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Deployment;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.TrueSource;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import io.postern.rules.Directory;
import io.postern.rules.again.MailDecision;
import io.postern.rules.again.RecordedFacts;
import io.postern.rules.inbound.InboundDecision;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Mail in over real sockets from a gateway at 127.0.0.2 to .4, with hosts in 192.0.2.0/28. contoso
 * takes fabrikam.example only from 203.0.113.0/24; for fabrikam.example's mail to pilot.example
 * there is no restriction.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayTest {
  private static final String GATEWAY = "127.0.0.2";

  // The first refusal of a kind and source in a minute is told in full: tests of records have
  // sources
  // of their own.
  private static final String SECOND = "127.0.0.3";
  private static final String THIRD = "127.0.0.4";
  private static final String FABRIKAM = "203.0.113.7";
  private static final String STRANGER = "198.51.100.66";
  private static final String BODY = "From: a@fabrikam.example\r\nSubject: hello\r\n\r\nBody";

  private KafkaBroker broker;
  private TestServer server;
  private AcceptedLog log;
  private volatile Directory directory = directory(false);

  @BeforeAll
  void start() throws Exception {
    broker = SharedBroker.empty();
    LogSettings settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    server = TestServer.on(broker.bootstrap(), s -> s.directory = () -> Optional.of(directory));
    log = new AcceptedLog(settings);
  }

  @AfterAll
  void stop() {
    server.close();
    log.close();
  }

  @BeforeEach
  void withoutUsers() {
    directory = directory(false);
    server.refusals.clear();
  }

  private static Directory directory(boolean forAnnaAlone) {
    List<DirectoryObject> objects = new ArrayList<>();
    objects.add(
        DirectoryObject.newBuilder()
            .setOrganization(Organization.newBuilder().setId("contoso"))
            .build());
    for (String domain : List.of("contoso.example", "pilot.example")) {
      objects.add(
          DirectoryObject.newBuilder()
              .setAcceptedDomain(
                  AcceptedDomain.newBuilder().setDomain(domain).setOrganization("contoso"))
              .build());
    }
    InboundConnector.Builder filter =
        partner("From filter")
            .addSenderDomains("*")
            .setRestrictDomainsToIpAddresses(true)
            .addAllSenderIpAddresses(List.of(GATEWAY, SECOND, THIRD))
            .addEfSkipIps("192.0.2.0/28");
    if (forAnnaAlone) {
      filter.addEfUsers("anna@contoso.example");
    }
    objects.add(DirectoryObject.newBuilder().setInboundConnector(filter).build());
    objects.add(
        DirectoryObject.newBuilder()
            .setInboundConnector(
                partner("From Fabrikam")
                    .addSenderDomains("fabrikam.example")
                    .addAssociatedAcceptedDomains("contoso.example")
                    .setRestrictDomainsToIpAddresses(true)
                    .addSenderIpAddresses("203.0.113.0/24"))
            .build());
    return Directory.of(objects, 7, Map.of("contoso", 7L));
  }

  private static InboundConnector.Builder partner(String name) {
    return InboundConnector.newBuilder()
        .setOrganization("contoso")
        .setName(name)
        .setConnectorType(ConnectorType.PARTNER)
        .setEnabled(true);
  }

  private RawClient gateway() throws Exception {
    return RawClient.greetedFrom(GATEWAY, server.port());
  }

  private static String received(String from) {
    return "Received: from mail.source.example (unknown ["
        + from
        + "])\r\n\tby mx.filter.example (Postfix) with ESMTP id 4X;\r\n"
        + "\tThu, 5 Nov 2026 09:08:07 +0000 (UTC)\r\n";
  }

  private MessageRefused refused() {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !server.refusals.isEmpty());
    return server.refusals.getFirst();
  }

  @Test
  void a_partner_behind_a_gateway_is_accepted_by_its_own_address_and_the_mail_is_stamped()
      throws Exception {
    String content = received("192.0.2.9") + received(FABRIKAM) + received(STRANGER) + BODY;
    try (RawClient client = gateway()) {
      MessageAccepted message =
          log.of(client.send("a@fabrikam.example", "anna@contoso.example", content));
      assertThat(message.getGroups(0).getConnector()).isEqualTo("From Fabrikam");
      assertThat(message.getGroups(0).getByAddress()).isEqualTo("203.0.113.0/24");
      assertThat(message.getGroups(0).getExplanation().getStepsList())
          .extracting(ExplanationStep::getDetail)
          .contains(
              "the client 127.0.0.2 is the gateway",
              "192.0.2.9 is in 192.0.2.0/28: Received field 1, of 127.0.0.2",
              "the Received field of 192.0.2.9 names it",
              "the true source 203.0.113.7 is in 203.0.113.0/24");
      assertThat(message.getSession().getTrueSource())
          .isEqualTo(
              TrueSource.newBuilder()
                  .setIp(FABRIKAM)
                  .setGateway("192.0.2.9")
                  .setRule("efSkipIPs")
                  .setSkipped(2)
                  .setGreeting("mail.source.example")
                  .setInScope(true)
                  .build());
      RecordedFacts recorded = RecordedFacts.of(message, chain -> null);
      assertThat(recorded).isNotNull();
      assertThat(
              new MailDecision(directory, recorded, question -> null)
                  .in("anna@contoso.example")
                  .map(MailDecision.In::decision))
          .as("decided again by its record")
          .get()
          .isInstanceOfSatisfying(
              InboundDecision.Accept.class,
              again ->
                  assertThat(again.explanation()).isEqualTo(message.getGroups(0).getExplanation()));
      String text = new String(log.content(message), StandardCharsets.ISO_8859_1);
      assertThat(text)
          .startsWith("Received: from client.example ([127.0.0.2])\r\n")
          .contains(
              "+0000\r\nX-MS-Exchange-ExternalOriginalInternetSender:\r\n"
                  + " ip=[203.0.113.7];domain=mail.source.example\r\n"
                  + "X-MS-Exchange-SkipListedInternetSender:\r\n"
                  + " ip=[203.0.113.7];domain=mail.source.example\r\n"
                  + content)
          .hasSize((int) message.getSize());
    }
  }

  @Test
  void a_stranger_behind_the_gateway_is_refused_under_a_partners_name_whatever_he_writes_below()
      throws Exception {
    try (RawClient client = RawClient.greetedFrom(SECOND, server.port())) {
      String reply =
          client.send(
              "a@fabrikam.example",
              "anna@contoso.example",
              received(STRANGER) + received(FABRIKAM) + BODY);
      assertThat(reply).startsWith("550 5.7.51 ");
      MessageRefused refused = refused();
      assertThat(refused.getCommand()).isEqualTo("DATA");
      assertThat(refused.getConnector()).isEqualTo("From Fabrikam");
      assertThat(refused.getSession().getTrueSource().getIp()).isEqualTo(STRANGER);
      assertThat(refused.getExplanation().getStepsList())
          .extracting(ExplanationStep::getDetail)
          .contains("the true source 198.51.100.66 is not in senderIPAddresses");
      // The session goes on, and the next mail has its own source.
      assertThat(
              client.send("a@fabrikam.example", "anna@contoso.example", received(FABRIKAM) + BODY))
          .startsWith("250 ");
    }
  }

  /** Decided when the header has come: a megabyte that follows is read, refused, and not kept. */
  @Test
  void content_whose_source_is_refused_is_not_in_the_log() throws Exception {
    String body = BODY + "\r\n" + ("x".repeat(76) + "\r\n").repeat(14_000);
    long before = contentRecords();
    try (RawClient client = gateway()) {
      assertThat(
              client.send("a@fabrikam.example", "anna@contoso.example", received(STRANGER) + body))
          .startsWith("550 5.7.51 ");
      client.command("MAIL FROM:<a@fabrikam.example>", "250");
      client.command("RCPT TO:<anna@contoso.example>", "250");
      String chunk = received(STRANGER) + BODY;
      client.raw("BDAT " + chunk.length() + "\r\n" + chunk);
      assertThat(client.reply()).as("no further chunk is waited for").startsWith("550 5.7.51 ");
      client.raw("BDAT " + body.length() + " LAST\r\n" + body);
      assertThat(client.reply()).startsWith("550 5.7.51 ");
      log.of(client.send("a@fabrikam.example", "anna@contoso.example", received(FABRIKAM) + BODY));
    }
    assertThat(contentRecords()).as("the accepted mail's alone").isEqualTo(before + 1);
  }

  /** G9: the header was taken, and the directory changes before the end. */
  @Test
  void a_source_that_is_good_at_the_header_may_be_refused_at_the_end() throws Exception {
    try (RawClient client = gateway()) {
      client.command("MAIL FROM:<a@fabrikam.example>", "250");
      client.command("RCPT TO:<anna@contoso.example>", "250");
      String chunk = received(FABRIKAM) + BODY;
      client.raw("BDAT " + chunk.length() + "\r\n" + chunk);
      assertThat(client.reply()).startsWith("250 ");
      List<DirectoryObject> objects = new ArrayList<>();
      for (DirectoryObject object : directory.objects()) {
        DirectoryObject.Builder changed = object.toBuilder();
        if (object.getInboundConnector().getName().equals("From Fabrikam")) {
          changed.getInboundConnectorBuilder().setSenderIpAddresses(0, "198.51.100.0/24");
        }
        objects.add(changed.build());
      }
      directory = Directory.of(objects, 8, Map.of("contoso", 8L));
      client.raw("BDAT 0 LAST\r\n");
      assertThat(client.reply()).startsWith("451 4.3.0 ");
      // As for each change while a message comes: the next try is decided as things are then.
      assertThat(
              client.send("a@fabrikam.example", "anna@contoso.example", received(FABRIKAM) + BODY))
          .startsWith("550 5.7.51 ");
    }
  }

  private long contentRecords() {
    try (KafkaConsumer<String, byte[]> reader =
        new KafkaConsumer<>(
            new LogSettings(Map.of("bootstrap.servers", broker.bootstrap())).reader(true))) {
      List<TopicPartition> all =
          reader.partitionsFor(Topics.MAIL_CONTENT).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      return reader.endOffsets(all).values().stream().mapToLong(end -> end).sum();
    }
  }

  @Test
  void an_unknown_source_meets_no_restriction_and_lets_other_mail_pass() throws Exception {
    String unreadable = "Received: by mx.filter.example with SMTP id 4X; date\r\n";
    try (RawClient client = RawClient.greetedFrom(THIRD, server.port())) {
      assertThat(client.send("a@fabrikam.example", "anna@contoso.example", unreadable + BODY))
          .startsWith("550 5.7.51 ");
      assertThat(refused().getSession().getTrueSource().getWhyNot())
          .isEqualTo(
              "Received field 1, of 127.0.0.4, does not name the host that sent the message");
      MessageAccepted message =
          log.of(client.send("a@other.example", "anna@contoso.example", unreadable + BODY));
      assertThat(message.getGroups(0).getConnector()).isEqualTo("From filter");
      assertThat(message.getSession().getTrueSource().getIp()).isEmpty();
      assertThat(new String(log.content(message), StandardCharsets.ISO_8859_1))
          .doesNotContain("X-MS-Exchange");
    }
  }

  @Test
  void recipients_that_the_source_decides_come_apart_from_those_it_does_not() throws Exception {
    try (RawClient client = gateway()) {
      client.command("MAIL FROM:<a@fabrikam.example>", "250");
      client.command("RCPT TO:<anna@contoso.example>", "250");
      client.command("RCPT TO:<ben@pilot.example>", "452 4.5.3");
      client.command("RCPT TO:<cora@contoso.example>", "250");
      client.command("DATA", "354");
      MessageAccepted message = log.of(client.raw(received(FABRIKAM) + BODY + "\r\n.\r\n").reply());
      assertThat(message.getEnvelope().getRecipientsCount()).isEqualTo(2);
      client.command("MAIL FROM:<a@fabrikam.example>", "250");
      client.command("RCPT TO:<ben@pilot.example>", "250");
      client.command("RCPT TO:<anna@contoso.example>", "452 4.5.3");
      client.command("DATA", "354");
      // From a stranger: nobody restricts mail to this domain.
      assertThat(client.raw(received(STRANGER) + BODY + "\r\n.\r\n").reply()).startsWith("250 ");
    }
  }

  @Test
  void efUsers_lets_the_source_count_only_where_all_recipients_are_named() throws Exception {
    directory = directory(true);
    try (RawClient client = gateway()) {
      client.command("MAIL FROM:<a@fabrikam.example>", "250");
      client.command("RCPT TO:<ben@contoso.example>", "550 5.7.51");
      client.command("RSET", "250");
      assertThat(
              client.send("a@fabrikam.example", "Anna@contoso.example", received(FABRIKAM) + BODY))
          .startsWith("250 ");
      client.command("MAIL FROM:<a@other.example>", "250");
      client.command("RCPT TO:<anna@contoso.example>", "250");
      client.command("RCPT TO:<ben@contoso.example>", "250");
      client.command("DATA", "354");
      MessageAccepted message = log.of(client.raw(received(STRANGER) + BODY + "\r\n.\r\n").reply());
      TrueSource source = message.getSession().getTrueSource();
      assertThat(source.getIp()).isEqualTo(STRANGER);
      assertThat(source.getInScope()).isFalse();
      assertThat(source.getWhyNot()).isEqualTo("efUsers does not name all recipients");
      assertThat(new String(log.content(message), StandardCharsets.ISO_8859_1))
          .contains("X-MS-Exchange-SkipListedInternetSender:")
          .doesNotContain("ExternalOriginalInternetSender");
    }
  }

  @Test
  void a_client_that_is_not_the_gateway_is_its_own_source() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@fabrikam.example>", "250");
      client.command("RCPT TO:<anna@contoso.example>", "550 5.7.51");
      client.command("RCPT TO:<ben@pilot.example>", "550 5.7.51");
    }
    directory = TestDirectory.snapshot();
    try (RawClient client = server.greeted()) {
      MessageAccepted message =
          log.of(
              client.send("a@fabrikam.example", "anna@contoso.example", received(FABRIKAM) + BODY));
      assertThat(message.getSession().hasTrueSource()).isFalse();
    }
  }

  @Test
  void G9_a_gateway_that_is_taken_away_while_the_message_comes_is_believed_no_more()
      throws Exception {
    try (RawClient client = gateway()) {
      client.command("MAIL FROM:<a@fabrikam.example>", "250");
      client.command("RCPT TO:<anna@contoso.example>", "250");
      client.command("DATA", "354");
      client.raw(received(FABRIKAM));
      List<DirectoryObject> objects = new ArrayList<>(directory.objects());
      objects.removeIf(
          o -> o.hasInboundConnector() && o.getInboundConnector().getName().equals("From filter"));
      directory = Directory.of(objects, 8, Map.of("contoso", 8L));
      assertThat(client.raw(BODY + "\r\n.\r\n").reply()).startsWith("451 4.3.0 ");
    }
  }

  /** The header is decided by today's connectors, whose group the sender was never told of. */
  @Test
  void G9_a_message_does_not_change_its_connector_when_the_header_has_come() throws Exception {
    try (RawClient client = gateway()) {
      client.command("MAIL FROM:<a@fabrikam.example>", "250");
      client.command("RCPT TO:<anna@pilot.example>", "250");
      client.command("DATA", "354");
      List<DirectoryObject> objects = new ArrayList<>();
      for (DirectoryObject object : directory.objects()) {
        DirectoryObject.Builder changed = object.toBuilder();
        if (object.getInboundConnector().getName().equals("From filter")) {
          changed.getInboundConnectorBuilder().setName("From the other filter");
        }
        objects.add(changed.build());
      }
      directory = Directory.of(objects, 8, Map.of("contoso", 8L));
      assertThat(client.raw(received(FABRIKAM) + BODY + "\r\n.\r\n").reply())
          .startsWith("451 4.3.0 The configuration changed");
      assertThat(client.send("a@fabrikam.example", "anna@pilot.example", received(FABRIKAM) + BODY))
          .startsWith("250 ");
    }
  }
}
