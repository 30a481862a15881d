package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.RecipientKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.RecipientListState;
import io.postern.contracts.v1.RecipientShard;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.UnansweredRecipients;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestServer;
import io.postern.ingress.recipients.RecipientQuestions.Existence;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.rules.Directory;
import io.postern.rules.recipients.RecipientRecords;
import io.postern.smtp.Address;
import io.postern.smtp.srs.SenderRewriting;
import io.postern.transport.SmtpConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random sessions over a directory with all that decides about a recipient: their replies, the
 * records of accepted messages and of refusals are as the recording has them. {@code
 * -Drecorded.renew=true} writes it anew; {@code -Dsessions=N} runs more of them into a file in
 * target, to compare two versions.
 */
class RandomSessionsTest {
  private static final Path RECORDED = Path.of("src/test/resources/random-sessions.txt");
  private static final int RECORDED_SESSIONS = 25;
  private static final Load LOAD =
      new Load() {
        @Override
        public boolean stressed() {
          return false;
        }

        @Override
        public boolean stopping() {
          return false;
        }
      };

  private static final Identity PARTNER = TestServer.CA.issue(Issue.to("mail.partner.example"));
  private static final Identity OWN = TestServer.CA.issue(Issue.to("mail.contoso.example"));
  private static final Identity STRANGER = TestServer.CA.issue(Issue.to("mail.stranger.example"));
  private static final SenderRewriting REWRITING =
      new SenderRewriting(
          List.of("a secret of more than thirty-two octets".getBytes(StandardCharsets.UTF_8)));

  private static final Instant TODAY = Instant.parse("2027-01-05T12:00:00Z");
  private static final String GATEWAY = "192.0.2.1";
  private static final List<String> CLIENTS =
      List.of(
          GATEWAY,
          GATEWAY,
          "192.0.2.50", // fabrikam's own server
          "198.51.100.7",
          "198.51.100.9",
          "203.0.113.7", // where fabrikam's partner sends from
          "2001:db8::7");
  private static final List<String> SENDERS =
      List.of(
          "",
          "",
          "a@stranger.example",
          "b@partner.example",
          "c@tls-partner.example",
          "d@contoso.example",
          "e@fabrikam.example",
          "f@tailspin.example",
          "e".repeat(40) + "@fabrikam.example");
  private static final List<String> CERTIFIED =
      List.of("b@partner.example", "d@contoso.example", "e@fabrikam.example");

  private final AtomicLong clock = new AtomicLong(1);
  private final MockProducer<String, byte[]> log =
      new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
  private final StringBuilder told = new StringBuilder();
  private final List<String> returning = new ArrayList<>();

  private static InboundConnector.Builder connector(
      String organization, String name, ConnectorType type, String... senderDomains) {
    return InboundConnector.newBuilder()
        .setOrganization(organization)
        .setName(name)
        .setConnectorType(type)
        .setEnabled(true)
        .addAllSenderDomains(List.of(senderDomains));
  }

  private static AcceptedDomain.Builder domain(String organization, String domain) {
    return AcceptedDomain.newBuilder().setOrganization(organization).setDomain(domain);
  }

  private static Directory directory() throws Exception {
    List<DirectoryObject> objects = new ArrayList<>();
    for (String organization : List.of("contoso", "fabrikam", "tailspin")) {
      objects.add(
          DirectoryObject.newBuilder()
              .setOrganization(
                  Organization.newBuilder()
                      .setId(organization)
                      .setSenderRewritingDomain(
                          organization.equals("tailspin") ? "" : organization + ".example"))
              .build());
    }
    Consumer<AcceptedDomain.Builder> add =
        domain -> objects.add(DirectoryObject.newBuilder().setAcceptedDomain(domain).build());
    add.accept(domain("contoso", "contoso.example"));
    add.accept(
        domain("contoso", "list.example")
            .setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST));
    add.accept(
        domain("contoso", "relay.example")
            .setDomainType(AcceptedDomainType.INTERNAL_RELAY)
            .setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST));
    add.accept(
        domain("contoso", "listless.example")
            .setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST));
    for (UnansweredRecipients unanswered :
        List.of(
            UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER,
            UnansweredRecipients.UNANSWERED_RECIPIENTS_UNSPECIFIED)) {
      boolean defers = unanswered == UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER;
      add.accept(
          domain(
                  defers ? "contoso" : "fabrikam",
                  defers ? "asked.example" : "asked.fabrikam.example")
              .setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE)
              .setUnansweredRecipients(unanswered));
    }
    add.accept(domain("fabrikam", "fabrikam.example"));
    add.accept(domain("tailspin", "tailspin.example"));
    Consumer<InboundConnector.Builder> connect =
        connector ->
            objects.add(
                DirectoryObject.newBuilder()
                    .setInboundConnector(
                        connector.setRevocation(RevocationMode.REVOCATION_REQUIRED))
                    .build());
    connect.accept(
        connector("contoso", "Own", ConnectorType.ON_PREMISES, "*")
            .setRequireTls(true)
            .setTlsSenderCertificateName("mail.contoso.example")
            .setMaxMessagesPerMinute(6)
            .setMaxRecipientsPerMinute(9)
            .setMaxRecipientsPerMinutePerSender(7));
    connect.accept(
        connector("contoso", "TLS partner", ConnectorType.PARTNER, "tls-partner.example")
            .setRequireTls(true));
    connect.accept(
        connector("contoso", "Certified", ConnectorType.PARTNER, "partner.example")
            .setRequireTls(true)
            .setTlsSenderCertificateName("mail.partner.example")
            .setRestrictDomainsToCertificate(true)
            .setMaxRecipientsPerMinute(5));
    connect.accept(
        connector("contoso", "Trial", ConnectorType.PARTNER, "stranger.example")
            .setRequireTls(true)
            .setMode(ConnectorMode.REPORT_ONLY));
    connect.accept(
        connector("contoso", "From filter", ConnectorType.PARTNER, "*")
            .setRestrictDomainsToIpAddresses(true)
            .addSenderIpAddresses(GATEWAY)
            .addEfSkipIps("192.0.2.0/28")
            .addEfUsers("ann@contoso.example")
            .addEfUsers("bob@contoso.example"));
    connect.accept(
        connector("contoso", "From Fabrikam", ConnectorType.PARTNER, "fabrikam.example")
            .setRestrictDomainsToIpAddresses(true)
            .addSenderIpAddresses("203.0.113.0/24"));
    connect.accept(
        connector("fabrikam", "Server", ConnectorType.ON_PREMISES, "*")
            .addSenderIpAddresses("192.0.2.50")
            .setMaxMessagesPerMinute(4));
    connect.accept(
        connector("tailspin", "Closed", ConnectorType.PARTNER, "*")
            .setRestrictDomainsToIpAddresses(true)
            .addSenderIpAddresses("203.0.113.7"));
    RecipientRecords records = new RecipientRecords();
    for (String list : List.of("list.example", "relay.example")) {
      records.take(
          RecipientKeys.shard(list, RecipientKeys.shardOfAddress("anna")),
          RecipientShard.newBuilder().addLocalParts("anna").build().toByteArray());
      records.take(
          RecipientKeys.list(list),
          RecipientListState.newBuilder()
              .setOrganization("contoso")
              .setListId("1")
              .setUsable(true)
              .build()
              .toByteArray());
    }
    return Directory.of(
        objects, 7, Map.of("contoso", 7L, "fabrikam", 3L, "tailspin", 2L), records.lists());
  }

  private List<String> recipients() {
    List<String> recipients =
        new ArrayList<>(
            List.of(
                "ann@contoso.example",
                "bob@contoso.example",
                "cid@contoso.example",
                "Ann@Contoso.EXAMPLE",
                "\"a b\"@contoso.example",
                "postmaster",
                "PostMaster@list.example",
                "anna@list.example",
                "Anna+tag@list.example",
                "none@list.example",
                "none@relay.example",
                "anna@listless.example",
                "here@asked.example",
                "gone@asked.example",
                "silent@asked.example",
                "abuse@asked.example",
                "here@asked.fabrikam.example",
                "gone@asked.fabrikam.example",
                "silent@asked.fabrikam.example",
                "eve@fabrikam.example",
                "tim@tailspin.example",
                "x@outside.example",
                "y@[192.0.2.9]"));
    recipients.addAll(returning);
    return recipients;
  }

  private void limits(TestServer s) {
    s.limits.maxMessageBytes = 8_192;
    s.limits.messages = 5;
    s.limits.messagesPerMinutePerNetwork = 12;
    s.limits.promptCommands = 1_000_000;
    s.limits.badCommands = 40;
    s.limits.recipients = 9;
    s.limits.leastRateUnderStress = 0;
    s.unacceptedOfSource = 40_000;
    s.recipientMemory = 64 << 10;
    s.nanos = clock::get;
    s.clock = InstantSource.fixed(TODAY);
    s.maxMissingOfSource = 40;
    s.recipientPatience = Duration.ofMillis(1);
    s.senderRewriting = () -> Optional.of(REWRITING);
    s.mailboxes.answers("here@asked.example", Existence.EXISTS);
    s.mailboxes.answers("gone@asked.example", Existence.MISSING);
    s.mailboxes.answers("here@asked.fabrikam.example", Existence.EXISTS);
    s.mailboxes.answers("gone@asked.fabrikam.example", Existence.MISSING);
  }

  @Test
  void repliesAndRecordsAreAsRecorded() throws Exception {
    int sessions = Integer.getInteger("sessions", RECORDED_SESSIONS);
    returning.add(returns("contoso", "eve@outside.example"));
    returning.add(returns("contoso", "tim@tailspin.example"));
    returning.add(returns("contoso", "tim@tailspin.example").replace("=tim", "=tom"));
    returning.add(returns("fabrikam", "bob@contoso.example"));
    Directory directory = directory();
    try (TestServer server =
            TestServer.on(
                log,
                s -> {
                  limits(s);
                  s.directory = () -> Optional.of(directory);
                });
        ServerSocketChannel listener =
            ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      for (int i = 0; i < sessions; i++) {
        session(i, server, listener);
      }
      told.append("free recipients ").append(server.memory.freeRecipientBytes());
      told.append(", shares ").append(server.memory.freeMessages()).append('\n');
    }
    String all = told.toString();
    if (sessions != RECORDED_SESSIONS) {
      Files.writeString(Path.of("target/random-sessions.txt"), all);
    } else if (Boolean.getBoolean("recorded.renew")) {
      Files.writeString(RECORDED, all);
    } else {
      assertThat(all.lines().toList())
          .containsExactlyElementsOf(Files.readString(RECORDED).lines().toList());
    }
  }

  private static String returns(String organization, String sender) {
    return REWRITING
        .rewritten(organization, organization + ".example", Address.parse(sender), TODAY)
        .orElseThrow()
        .toString();
  }

  private void session(int number, TestServer server, ServerSocketChannel listener)
      throws Exception {
    Random random = new Random(number);
    clock.addAndGet(Duration.ofSeconds(7).toNanos());
    log.clear();
    server.refusals.clear();
    String address = CLIENTS.get(random.nextInt(CLIENTS.size()));
    told.append("session ").append(number).append(" from ").append(address).append('\n');
    server.verdicts.answer(
        switch (number % 7) {
          case 3 -> VerdictResult.BAD;
          case 5 -> VerdictResult.UNKNOWN;
          default -> VerdictResult.GOOD;
        },
        number % 7 == 3 ? VerdictReason.REVOKED : VerdictReason.VERDICT_REASON_UNSPECIFIED);
    try (RawClient client = new RawClient(listener.socket().getLocalPort());
        SocketChannel accepted = listener.accept()) {
      Arrival arrival =
          new Arrival(
              "smtp", false, new InetSocketAddress(InetAddress.ofLiteral(address), 40_000), null);
      Thread session =
          Thread.ofVirtual()
              .start(
                  new SmtpSession(
                      SmtpConnection.accepted(accepted),
                      arrival,
                      server.limits.made(),
                      server.parts(),
                      LOAD));
      try {
        dialogue(random, client);
      } catch (EOFException | SocketException ended) {
        told.append("  closed\n");
      } finally {
        client.close();
        session.join();
      }
    }
    for (MessageRefused refused : server.refusals) {
      told.append("  refused ").append(text(refused)).append('\n');
    }
    for (ProducerRecord<String, byte[]> record : log.history()) {
      if (record.topic().equals(Topics.MAIL_ACCEPTED)) {
        told.append("  accepted ")
            .append(text(MessageAccepted.parseFrom(record.value())))
            .append('\n');
      }
    }
  }

  private void dialogue(Random random, RawClient client) throws Exception {
    told.append("  ").append(reply(client)).append('\n');
    say(client, "EHLO client.example");
    boolean tls = random.nextInt(3) > 0;
    if (tls) {
      @Nullable Identity identity =
          switch (random.nextInt(5)) {
            case 0 -> null;
            case 1 -> STRANGER;
            case 2 -> PARTNER;
            default -> OWN;
          };
      told.append("  STARTTLS ")
          .append(identity == null ? "" : identity.chain().getFirst().getSubjectX500Principal())
          .append('\n');
      client.startTls(identity);
      say(client, "EHLO client.example");
    }
    List<String> senders = tls && random.nextInt(3) > 0 ? CERTIFIED : SENDERS;
    say(client, "MAIL FROM:<" + one(random, senders) + ">" + mail(random, tls));
    int commands = 6 + random.nextInt(30);
    for (int i = 0; i < commands; i++) {
      switch (random.nextInt(16)) {
        case 0, 1, 2 -> say(client, "MAIL FROM:<" + one(random, senders) + ">" + mail(random, tls));
        case 3, 4, 5, 6, 7, 8, 9 ->
            say(client, "RCPT TO:<" + one(random, recipients()) + ">" + rcpt(random));
        case 10, 11 -> data(random, client);
        case 12 -> chunk(random, client);
        case 13 -> say(client, random.nextInt(3) == 0 ? "RSET" : "NOOP");
        case 14 -> { // pipelined
          String lines =
              "MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nRCPT TO:<%s>\r\nRCPT TO:<gone@asked.example>\r\n"
                  .formatted(
                      one(random, senders), one(random, recipients()), one(random, recipients()));
          told.append("  ").append(lines.replace("\r\n", " | ")).append('\n');
          client.raw(lines);
          for (int reply = 0; reply < 4; reply++) {
            told.append("    ").append(reply(client)).append('\n');
          }
        }
        default -> say(client, random.nextInt(4) == 0 ? "EHLO again.example" : "NOOP");
      }
    }
    say(client, "QUIT");
  }

  private static <T> T one(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static String mail(Random random, boolean tls) {
    return switch (random.nextInt(8)) {
      case 0 -> " SIZE=" + (random.nextInt(3) == 0 ? 9_000 : 6_000);
      case 1 -> " BODY=BINARYMIME";
      case 2 -> tls ? " REQUIRETLS" : " BODY=8BITMIME";
      case 3 -> " RET=HDRS ENVID=e1";
      default -> "";
    };
  }

  private static String rcpt(Random random) {
    return random.nextInt(6) == 0 ? " NOTIFY=FAILURE,DELAY ORCPT=rfc822;x@y.example" : "";
  }

  private static String content(Random random) {
    String received =
        "Received: from s (unknown [%s])\r\n\tby mx.filter.example (Postfix) with ESMTP id 4X;\r\n"
            + "\tThu, 5 Nov 2026 09:08:07 +0000 (UTC)\r\n";
    return switch (random.nextInt(7)) {
          case 0, 1 -> received.formatted("203.0.113.7");
          case 2 -> received.formatted("198.51.100.66");
          case 3 -> "TLS-Required: No\r\n";
          default -> "";
        }
        + "Subject: s\r\nMessage-ID: <m@x>\r\n\r\n"
        + (random.nextInt(6) == 0 ? "x\r\n".repeat(3_500) : ".dot\r\n");
  }

  private void data(Random random, RawClient client) throws Exception {
    String content = content(random);
    if (say(client, "DATA").startsWith("354")) {
      told.append("  ").append(content.length()).append(" octets\n");
      client.raw(content + ".\r\n");
      told.append("    ").append(reply(client)).append('\n');
    }
  }

  private void chunk(Random random, RawClient client) throws Exception {
    String content = content(random);
    String line = "BDAT " + content.length() + (random.nextInt(3) > 0 ? " LAST" : "");
    told.append("  ").append(line).append('\n');
    client.raw(line + "\r\n" + content);
    told.append("    ").append(reply(client)).append('\n');
  }

  private String say(RawClient client, String line) throws IOException {
    told.append("  ").append(line).append('\n');
    client.raw(line + "\r\n");
    String reply = reply(client);
    told.append("    ").append(reply.replaceFirst("(?s).*\n", "")).append('\n');
    return reply;
  }

  private static String reply(RawClient client) throws IOException {
    return client
        .reply()
        .replaceAll(" \\(reference [^)]*\\)", "")
        .replaceAll("Queued as \\S+", "Queued");
  }

  private static String text(MessageRefused refused) {
    MessageRefused.Builder its =
        refused.toBuilder().clearReference().clearAtMillis().clearFromMillis().clearUntilMillis();
    its.clearSession();
    if (refused.getSession().hasTrueSource()) {
      its.getSessionBuilder().setTrueSource(refused.getSession().getTrueSource());
    }
    return line(its.toString());
  }

  private static String text(MessageAccepted accepted) {
    Matcher only =
        Pattern.compile("for <[^>]*>")
            .matcher(accepted.getContent(0).getInline().toString(StandardCharsets.UTF_8));
    MessageAccepted.Builder its =
        accepted.toBuilder()
            .clearQueueId()
            .clearAcceptedMillis()
            .clearSize()
            .clearContent()
            .setHeaderBlock(ByteString.EMPTY)
            .clearSession();
    if (accepted.getSession().hasTrueSource()) {
      its.getSessionBuilder().setTrueSource(accepted.getSession().getTrueSource());
    }
    its.getGroupsBuilderList()
        .forEach(
            group -> {
              group.clearVerdictKey();
              if (group.hasIncoming()) {
                group.getIncomingBuilder().clearVerdictKey();
              }
            });
    return (only.find() ? only.group() + " " : "") + line(its.toString());
  }

  private static String line(String text) {
    return text.replaceAll("\\s+", " ");
  }
}
