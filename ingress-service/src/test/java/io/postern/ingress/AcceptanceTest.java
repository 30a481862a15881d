package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.TlsVersion;
import io.postern.ingress.bounds.Memory;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.directory.AnchorSets;
import io.postern.log.directory.DirectoryReader;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import io.postern.rules.Directory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail in over real sockets and TLS, into a real broker, with the directory read from it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AcceptanceTest {
  private static final String MESSAGE =
      "From: a@sender.example\r\nMessage-ID: <m1@sender.example>\r\nSubject: hello\r\n\r\nBody\r\n";

  private KafkaBroker broker;
  private DirectoryReader<Directory> directory;
  private TestServer server;
  private AcceptedLog log;

  @BeforeAll
  void start() throws Exception {
    broker = SharedBroker.empty();
    LogSettings settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    write(settings, TestDirectory.objects());
    directory = new DirectoryReader<>(settings, Directory::next, AnchorSets.VERSIONS, null);
    directory.start();
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> directory.inForce().isPresent());
    server = TestServer.on(broker.bootstrap(), s -> s.directory = directory::inForce);
    log = new AcceptedLog(settings);
  }

  @AfterAll
  void stop() {
    server.close();
    directory.close();
    log.close();
  }

  private static void write(LogSettings settings, List<DirectoryObject> objects) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer())) {
      for (int i = 0; i < objects.size(); i++) {
        DirectoryObject object =
            objects.get(i).toBuilder()
                .setCommandId("test")
                .setCommandIndex(i)
                .setCommandCount(objects.size())
                .build();
        producer
            .send(
                new ProducerRecord<>(
                    Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray()))
            .get(10, TimeUnit.SECONDS);
      }
    }
  }

  private String text(MessageAccepted message) throws Exception {
    return new String(log.content(message), StandardCharsets.ISO_8859_1);
  }

  @Test
  void G1_a_message_answered_250_is_in_the_log_with_its_envelope_and_content() throws Exception {
    try (RawClient client = server.greeted()) {
      String reply = client.send("a@sender.example", "b@contoso.example", MESSAGE);
      assertThat(reply).startsWith("250 2.0.0 Queued as ");
      MessageAccepted message = log.of(reply);
      assertThat(QueueId.parse(message.getQueueId()).partition())
          .isEqualTo(log.partitionOf(message));
      assertThat(message.getEnvelope().getReversePath()).isEqualTo("a@sender.example");
      assertThat(message.getEnvelope().getRecipients(0).getAddress())
          .isEqualTo("b@contoso.example");
      assertThat(message.getMessageId()).isEqualTo("<m1@sender.example>");
      assertThat(message.getHeaderBlock().toStringUtf8())
          .isEqualTo(MESSAGE.substring(0, MESSAGE.indexOf("Body")));
      assertThat(message.getSession().getProtocol()).isEqualTo("ESMTP");
      assertThat(message.getSession().getGreeting()).isEqualTo("client.example");
      assertThat(message.getSession().getMailNumber()).isEqualTo(1);
      assertThat(message.getDirectoryVersion()).isEqualTo(directory.version());
      String content = text(message);
      assertThat(content).endsWith(MESSAGE + "\r\n").startsWith("Received: from client.example");
      assertThat(content).contains(" with ESMTP", message.getQueueId(), "for <b@contoso.example>");
      assertThat(message.getSize()).isEqualTo(content.length());
    }
  }

  /** Counting fails like a full registry, recording like an emitter that is gone. */
  @ParameterizedTest
  @ValueSource(strings = {"metrics", "handshakes"})
  void G5_a_failure_behind_the_logs_acknowledgement_leaves_the_250(String part) throws Exception {
    AtomicInteger failures = new AtomicInteger();
    try (TestServer failing =
            TestServer.on(
                broker.bootstrap(),
                s -> {
                  s.directory = directory::current;
                  if (part.equals("metrics")) {
                    s.registry = new FailingRegistry(failures);
                  } else {
                    s.handshakeSink =
                        (session, groups) -> {
                          failures.incrementAndGet();
                          throw new IllegalArgumentException("not recorded");
                        };
                  }
                });
        RawClient client = failing.greeted()) {
      client.startTls(null).command("EHLO client.example", "250");
      String from = "a@tls-partner.example";
      String reply = client.send(from, "b@contoso.example", MESSAGE);
      assertThat(reply).startsWith("250 2.0.0 Queued as ");
      assertThat(log.of(reply).getEnvelope().getReversePath()).isEqualTo(from);
      client.command("NOOP", "250");
      assertThat(client.send(from, "b@contoso.example", MESSAGE)).startsWith("250");
      assertThat(failures.get()).isPositive();
    }
  }

  /** Fails when an accepted message is counted. */
  private static final class FailingRegistry extends SimpleMeterRegistry {
    private final AtomicInteger failures;

    FailingRegistry(AtomicInteger failures) {
      this.failures = failures;
    }

    @Override
    protected Counter newCounter(Meter.Id id) {
      Counter counter = super.newCounter(id);
      if (!id.getName().equals("postern.ingress.messages.accepted")) {
        return counter;
      }
      return new CumulativeCounter(id) {
        @Override
        public void increment(double amount) {
          failures.incrementAndGet();
          throw new IllegalStateException("not counted");
        }
      };
    }
  }

  @Test
  void a_handshake_is_reported_once_a_session_and_connector_and_none_without_TLS()
      throws Exception {
    server.handshakes.clear();
    for (int session = 0; session < 2; session++) {
      try (RawClient client = server.greeted()) {
        client.send("a@anyone.example", "b@contoso.example", MESSAGE);
        client.startTls(null).command("EHLO client.example", "250");
        client.send("a@anyone.example", "b@contoso.example", MESSAGE);
        for (int i = 0; i < 3; i++) {
          client.send("a@tls-partner.example", "b@contoso.example", MESSAGE);
        }
        client.command("NOOP", "250"); // behind the reply the message has been counted
      }
      assertThat(server.handshakes).hasSize(session + 1);
      assertThat(server.handshakes.getLast().getTlsFacts().getVersion())
          .isEqualTo(TlsVersion.TLS_1_3);
    }
  }

  @Test
  void the_reference_says_whether_a_line_of_the_content_begins_with_a_dot() throws Exception {
    Random random = new Random(5);
    String[] lines = {"", "a", "a.", "a.b", ".", "..", ".a", "b".repeat(20_000)};
    try (RawClient client = server.greeted()) {
      for (int i = 0; i < 40; i++) {
        StringBuilder content = new StringBuilder();
        for (int k = 1 + random.nextInt(6); k > 0; k--) {
          String line = lines[random.nextInt(lines.length)];
          content.append(line).append(k > 1 ? "\r\n" : "");
        }
        String stuffed = ("\r\n" + content).replace("\r\n.", "\r\n..").substring(2);
        MessageAccepted message =
            log.of(client.send("a@sender.example", "b@contoso.example", stuffed));
        assertThat(text(message)).endsWith("\r\n" + content + "\r\n");
        assertThat(message.getContent(0).getInline().toStringUtf8()).endsWith("\r\n");
        assertThat(message.getContent(1).getReference().getNoLeadingDot())
            .isEqualTo(!("\r\n" + content).contains("\r\n."));
      }
    }
  }

  @Test
  void the_notifications_that_the_sender_wants_are_in_the_envelope() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@sender.example> RET=FULL ENVID=QQ+2B1", "250");
      client.command(
          "RCPT TO:<b@contoso.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bx@old.example", "250");
      client.command("RCPT TO:<c@contoso.example>", "250");
      client.command("DATA", "354");
      MessageAccepted message = log.of(client.command(MESSAGE + "."));
      assertThat(message.getEnvelope().getRet()).isEqualTo("FULL");
      assertThat(message.getEnvelope().getEnvelopeId()).isEqualTo("QQ+1");
      assertThat(message.getEnvelope().getRecipients(0).getNotifyList())
          .containsExactly("SUCCESS", "DELAY");
      assertThat(message.getEnvelope().getRecipients(0).getOriginalRecipient())
          .isEqualTo("rfc822;b+x@old.example");
      assertThat(message.getEnvelope().getRecipients(1).getNotifyList()).isEmpty();
      assertThat(message.getEnvelope().getRecipients(1).getOriginalRecipient()).isEmpty();
    }
  }

  @Test
  void G10_over_TLS_the_trace_tells_version_and_cipher_and_the_record_the_clients_certificate()
      throws Exception {
    Identity partner = TestServer.CA.issue(Issue.to(TestDirectory.PARTNER_CERTIFICATE));
    try (RawClient client = server.greeted()) {
      client.startTls(partner).command("EHLO client.example", "250");
      MessageAccepted message =
          log.of(client.send("a@partner.example", "b@contoso.example", MESSAGE));
      assertThat(text(message)).contains("with ESMTPS", "TLSv1.3", "TLS_AES");
      assertThat(message.getSession().getTls()).isTrue();
      assertThat(message.getSession().getTlsFacts().getVersion()).isEqualTo(TlsVersion.TLS_1_3);
      assertThat(message.getSession().getTlsFacts().getPeerChainFingerprint().toByteArray())
          .isEqualTo(Fingerprints.chain(partner.der()));
      assertThat(message.getSession().getTlsFacts().getPeerNamesList())
          .contains(TestDirectory.PARTNER_CERTIFICATE);
      RecipientGroup group = message.getGroups(0);
      assertThat(group.getConnector()).isEqualTo("From certified partner");
      assertThat(group.getVerdict()).isEqualTo("good");
      assertThat(group.getVerdictKey().isEmpty()).isFalse();
    }
  }

  @Test
  void recipients_of_two_organizations_are_two_groups_of_one_message() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@sender.example> BODY=8BITMIME", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("RCPT TO:<c@fabrikam.example>", "250");
      client.command("RCPT TO:<x@elsewhere.example>", "550");
      client.command("RCPT TO:<d@contoso.example>", "250");
      client.command("DATA", "354");
      MessageAccepted message = log.of(client.raw(MESSAGE + ".\r\n").expect("250"));
      assertThat(message.getEnvelope().getBody()).isEqualTo(BodyType.BODY_8BITMIME);
      assertThat(message.getGroupsList())
          .extracting(RecipientGroup::getOrganization)
          .containsExactly("contoso", "fabrikam");
      assertThat(message.getGroups(0).getRecipientsList()).containsExactly(0, 2);
      assertThat(message.getGroups(1).getRecipientsList()).containsExactly(1);
      assertThat(message.getGroups(0).getDirection()).isEqualTo(Direction.INCOMING);
      assertThat(message.getGroups(0).getExplanation().getSummary()).isNotEmpty();
      assertThat(text(message)).doesNotContain("for <");
    }
  }

  @Test
  void dots_are_unstuffed_and_long_lines_and_octets_beyond_ASCII_come_through() throws Exception {
    Random random = new Random(7);
    byte[] line = new byte[300_000];
    random.nextBytes(line);
    for (int i = 0; i < line.length; i++) {
      if (line[i] == '\r' || line[i] == '\n') {
        line[i] = 'x';
      }
    }
    String body =
        "Subject: x\r\n\r\n.one\r\n..two\r\n.\r\n"
            + new String(line, StandardCharsets.ISO_8859_1)
            + "\r\n";
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      String stuffed = body.replace("\r\n.", "\r\n..");
      MessageAccepted message = log.of(client.raw(stuffed + ".\r\n").expect("250"));
      assertThat(message.getEnvelope().getReversePath()).isEmpty();
      byte[] content = log.content(message);
      assertThat(Arrays.copyOfRange(content, content.length - body.length(), content.length))
          .isEqualTo(body.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void an_empty_message_is_a_message() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@sender.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      MessageAccepted message = log.of(client.raw(".\r\n").expect("250"));
      assertThat(message.getContent(1).getReference().getSize()).isZero();
    }
  }

  @Test
  void a_pipelined_session_with_two_messages_is_taken_in_one_write_each() throws Exception {
    try (RawClient client = server.greeted()) {
      client.raw("MAIL FROM:<a@sender.example>\r\nRCPT TO:<b@contoso.example>\r\nDATA\r\n");
      client.expect("250 2.1.0");
      client.expect("250 2.1.5");
      client.expect("354");
      client.raw(
          MESSAGE
              + ".\r\nMAIL FROM:<a2@sender.example>\r\nRCPT TO:<c@fabrikam.example>\r\nDATA\r\n");
      MessageAccepted first = log.of(client.expect("250 2.0.0"));
      client.expect("250 2.1.0");
      client.expect("250 2.1.5");
      client.expect("354");
      MessageAccepted second = log.of(client.raw(MESSAGE + ".\r\nQUIT\r\n").expect("250 2.0.0"));
      client.expect("221");
      assertThat(first.getEnvelope().getReversePath()).isEqualTo("a@sender.example");
      assertThat(second.getEnvelope().getReversePath()).isEqualTo("a2@sender.example");
      assertThat(second.getSession().getMailNumber()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "line\n.\nMAIL FROM:<smuggled@x.example>\r\n",
        "line\r\n.\nRCPT TO:<x@contoso.example>\r\n",
        "line\n.\r\nDATA\r\n",
        "line\r.\rDATA\r\n",
        "line\r\n.\rDATA\r\n",
        "line\r.\r\nQUIT\r\n",
        "bare LF\nonly\r\n",
        "bare CR\ronly\r\n",
        "CR CR LF\r\r\n",
      })
  void bare_CR_or_LF_is_refused_after_the_end_of_data_and_smuggles_nothing(String data)
      throws Exception {
    int before = log.read().size();
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@sender.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      client.raw("Subject: x\r\n\r\n" + data + "\r\n.\r\n");
      client.expect("550 5.6.11");
      client.command("NOOP", "250 2.0.0"); // nothing of the data became a command
      assertThat(log.read()).hasSize(before);
    }
  }

  @Test
  void a_message_beyond_the_limit_is_read_to_its_end_and_refused() throws Exception {
    int before = log.read().size();
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@sender.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      byte[] block = ("x".repeat(998) + "\r\n").repeat(100).getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 110; i++) {
        client.raw(block);
      }
      client.raw(".\r\n");
      client.expect("552 5.3.4");
      assertThat(client.send("a@sender.example", "b@contoso.example", MESSAGE)).startsWith("250");
      assertThat(log.read()).hasSize(before + 1);
    }
  }

  @Test
  void a_message_that_never_ends_is_cut_off_after_twice_the_limit() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@sender.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      byte[] block = ("x".repeat(998) + "\r\n").repeat(1000).getBytes(StandardCharsets.US_ASCII);
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  client.raw(block);
                }
              })
          .isInstanceOf(java.io.IOException.class);
    }
  }

  @Test
  void a_message_with_more_than_100_Received_fields_loops() throws Exception {
    int before = log.read().size();
    try (RawClient client = server.greeted()) {
      String field = "Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000\r\n";
      assertThat(
              client.send("a@sender.example", "b@contoso.example", field.repeat(101) + "\r\nBody"))
          .startsWith("554 5.4.6");
      assertThat(log.read()).hasSize(before);
      assertThat(
              client.send(
                  "a@sender.example",
                  "b@contoso.example",
                  field.repeat(TestLimits.DEFAULT.service().receivedFields())
                      + "\r\nReceived: body"))
          .startsWith("250");
    }
  }

  @Test
  void a_header_section_beyond_its_bound_is_refused_however_small_the_message() throws Exception {
    int before = log.read().size();
    try (RawClient client = server.greeted()) {
      String field = "X-Filler: " + "f".repeat(988) + "\r\n";
      int fields = TestLimits.DEFAULT.service().headerBytes() / field.length();
      assertThat(
              client.send(
                  "a@sender.example", "b@contoso.example", field.repeat(fields + 1) + "\r\nBody"))
          .startsWith("552 5.3.4 The header section");
      assertThat(log.read()).hasSize(before);
      assertThat(
              client.send(
                  "a@sender.example",
                  "b@contoso.example",
                  field.repeat(fields) + "\r\n" + field.repeat(fields)))
          .startsWith("250");
    }
  }

  @Test
  void a_client_that_vanishes_in_DATA_leaves_nothing_accepted() throws Exception {
    int before = log.read().size();
    int free = (int) (server.dataMemory / Memory.MESSAGE_BYTES);
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@sender.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      client.raw(MESSAGE.repeat(1000));
      client.vanish();
    }
    Awaitility.await().until(() -> server.memory.freeMessages() == free);
    assertThat(log.read()).hasSize(before);
  }

  @Test
  void when_all_memory_is_taken_DATA_gets_452_before_its_content() throws Exception {
    try (TestServer small =
            TestServer.on(
                broker.bootstrap(),
                s -> {
                  s.directory = directory::current;
                  s.dataMemory = 1;
                  s.limits.memoryPatience = Duration.ofMillis(100);
                });
        RawClient first = small.greeted();
        RawClient second = small.greeted()) {
      for (RawClient client : List.of(first, second)) {
        client.command("MAIL FROM:<a@sender.example>", "250");
        client.command("RCPT TO:<b@contoso.example>", "250");
      }
      first.command("DATA", "354");
      second.command("DATA", "452 4.3.1");
      first.raw(MESSAGE + ".\r\n").expect("250");
      assertThat(second.send("a@sender.example", "b@contoso.example", MESSAGE)).startsWith("250");
    }
  }

  @Test
  void stopping_lets_a_message_under_way_end() throws Exception {
    TestServer own = TestServer.on(broker.bootstrap(), s -> s.directory = directory::current);
    try (RawClient client = own.greeted()) {
      client.command("MAIL FROM:<a@sender.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      client.raw("Subject: x\r\n\r\n");
      Thread stopping = Thread.ofVirtual().start(own::close);
      Awaitility.await().until(() -> !own.listening());
      client.raw("the rest\r\n.\r\n");
      log.of(client.expect("250"));
      client.expect("421 4.3.2");
      assertThat(stopping.join(Duration.ofSeconds(15))).isTrue();
    }
  }

  @Test
  void G6_many_large_messages_at_once_all_come_through() throws Exception {
    String line = "x".repeat(998) + "\r\n";
    byte[] block = line.repeat(1000).getBytes(StandardCharsets.US_ASCII);
    List<java.util.concurrent.Future<String>> replies = new java.util.ArrayList<>();
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        replies.add(
            threads.submit(
                () -> {
                  try (RawClient client = server.greeted()) {
                    client.command("MAIL FROM:<a@sender.example>", "250");
                    client.command("RCPT TO:<b@contoso.example>", "250");
                    client.command("DATA", "354");
                    for (int block1 = 0; block1 < 9; block1++) {
                      client.raw(block);
                    }
                    return client.raw(".\r\n").reply();
                  }
                }));
      }
    }
    for (var reply : replies) {
      MessageAccepted message = log.of(reply.get());
      assertThat(message.getContent(1).getReference().getSize()).isEqualTo(9_000_000);
    }
  }

  @ParameterizedTest(name = "locked down: {0}")
  @ValueSource(booleans = {true, false})
  void G9_a_message_that_a_change_forbids_while_it_is_sent_is_not_accepted(boolean lockedDown)
      throws Exception {
    AtomicReference<Directory> now = new AtomicReference<>(TestDirectory.snapshot());
    try (TestServer changing =
            TestServer.on(
                broker.bootstrap(), s -> s.directory = () -> Optional.ofNullable(now.get()));
        RawClient client = changing.greeted()) {
      client.command("MAIL FROM:<a@sender.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "250");
      client.command("DATA", "354");
      now.set(TestDirectory.next(lockedDown));
      client
          .raw(MESSAGE + ".\r\n")
          .expect(lockedDown ? "451 4.3.0 The configuration changed" : "250");
    }
  }
}
