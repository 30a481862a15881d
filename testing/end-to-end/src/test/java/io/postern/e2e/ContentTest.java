package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.NotRun;
import io.postern.lab.PeerMessage;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import io.postern.stack.Service;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** G10, G6: content arrives byte for byte behind one Received header, small and large. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContentTest {
  private static final Pattern TRUSTED_FIELD =
      Pattern.compile(
          "(?im)^X-MS-Exchange-(Organization|CrossPremises|Forest)-[^\r\n]*\r\n([ \t][^\r\n]*\r\n)*");
  private static final Duration DELIVERY = Duration.ofMinutes(3);
  private static final int LARGE = 40 * 1024 * 1024;
  private static final long RESIDENT_LIMIT_KB = 480 * 1024;

  private TestStack stack;
  private TestOrganization organization;
  private ScriptedPeer partner;
  private String domain;

  @BeforeAll
  void partner() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("content");
    domain = organization.id() + "-partner.example";
    partner =
        organization.peer(
            ScriptedPeer.named("mx." + domain)
                .identity(organization.identity("mx." + domain))
                .capabilities(
                    "PIPELINING",
                    "SIZE 157286400",
                    "8BITMIME",
                    "SMTPUTF8",
                    "ENHANCEDSTATUSCODES",
                    "CHUNKING",
                    "BINARYMIME"));
    organization.outboundTo(partner, domain, "tlsSettings: encryptionOnly").apply();
  }

  @AfterAll
  void close() {
    organization.close();
  }

  private static void arrivedByteForByte(PeerMessage received, byte[] sent) {
    arrivedByteForByte(received, sent, "ESMTPS");
  }

  private static void arrivedByteForByte(PeerMessage received, byte[] sent, String protocol) {
    byte[] arrived = received.content();
    int header = arrived.length - sent.length;
    assertThat(header).as("bytes in front").isPositive();
    assertThat(new String(arrived, 0, header, StandardCharsets.UTF_8))
        .startsWith("Received: from ")
        .contains("with " + protocol + "\r\n")
        .contains("TLSv1.3")
        .endsWith("\r\n")
        .doesNotContain("\r\n\r\n");
    assertThat(Arrays.equals(sent, 0, sent.length, arrived, header, arrived.length))
        .as("content is the same")
        .isTrue();
  }

  /** On a busy machine a large one is open for so long that this is recorded before. */
  private void awaitDelivered(QueueId queueId, String recipient) {
    Awaitility.await()
        .atMost(DELIVERY)
        .pollInterval(Duration.ofMillis(300))
        .untilAsserted(
            () -> assertThat(organization.outcome(queueId, recipient)).startsWith("delivered"));
  }

  @Test
  void aSmallMessageArrivesByteForByte() throws Exception {
    byte[] sent = Messages.small("byte for byte");
    String recipient = "small@" + domain;
    awaitDelivered(organization.relayed(List.of(recipient), sent), recipient);
    PeerMessage received =
        partner.messages().stream()
            .filter(m -> m.recipients().contains(recipient))
            .findFirst()
            .orElseThrow();
    arrivedByteForByte(received, sent);
  }

  /** RFC 3030: in by two chunks, out by BDAT, octets that have no lines among them. */
  @Test
  void aBinaryMessageInChunksArrivesByteForByte() throws Exception {
    byte[] body = new byte[200_000];
    new Random(3030).nextBytes(body);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(Messages.small("binary"));
    all.writeBytes(body);
    all.writeBytes("\r\n.\r\nQUIT\n\r".getBytes(StandardCharsets.US_ASCII));
    byte[] sent = all.toByteArray();
    String recipient = "binary@" + domain;
    try (SmtpClient client = organization.connectTls(organization.ownServer())) {
      begin(client, " BODY=BINARYMIME", recipient);
      chunk(client, sent, 0, 70_001, "");
      assertThat(client.reply().code()).isEqualTo(250);
      chunk(client, sent, 70_001, sent.length, " LAST");
      awaitDelivered(TestOrganization.queueId(client.reply()), recipient);
    }
    PeerMessage received = receivedBy(recipient);
    assertThat(received.mailParameters()).contains("BODY=BINARYMIME");
    arrivedByteForByte(received, sent);
  }

  /** RFC 6531: the address and a header field are in UTF-8 on both legs. */
  @Test
  void anInternationalizedMessageArrivesByteForByte() throws Exception {
    byte[] sent =
        ("Subject: gr\u00fc\u00dfe\r\n" + new String(Messages.small("x"), StandardCharsets.UTF_8))
            .getBytes(StandardCharsets.UTF_8);
    String recipient = "j\u00f6rg@" + domain;
    try (SmtpClient client = organization.connectTls(organization.ownServer())) {
      begin(client, " BODY=8BITMIME SMTPUTF8", recipient);
      chunk(client, sent, 0, sent.length, " LAST");
      awaitDelivered(TestOrganization.queueId(client.reply()), recipient);
    }
    PeerMessage received = receivedBy(recipient);
    assertThat(received.mailParameters()).contains("SMTPUTF8");
    assertThat(new String(received.content(), StandardCharsets.UTF_8))
        .contains("\tfor <" + recipient + ">");
    arrivedByteForByte(received, sent, "UTF8SMTPS");
  }

  private void begin(SmtpClient client, String parameters, String recipient) throws Exception {
    String mail = "MAIL FROM:<sender@" + organization.domain() + ">" + parameters;
    assertThat(client.command(mail).code()).isEqualTo(250);
    assertThat(client.command("RCPT TO:<" + recipient + ">").code()).isEqualTo(250);
  }

  private static void chunk(SmtpClient client, byte[] content, int from, int to, String last)
      throws IOException {
    client.raw("BDAT " + (to - from) + last + "\r\n");
    client.raw(Arrays.copyOfRange(content, from, to));
  }

  @Test
  void aMessageOf40MegabytesStreamsThroughSmallHeaps() throws Exception {
    byte[] sent = Messages.large(LARGE, 40);
    String recipient = "large@" + domain;
    awaitDelivered(organization.relayed(List.of(recipient), sent), recipient);
    PeerMessage received =
        partner.messages().stream()
            .filter(m -> m.recipients().contains(recipient))
            .findFirst()
            .orElseThrow();
    arrivedByteForByte(received, sent);
    for (Service service : Service.OF_MAIL) {
      assertThat(peakResidentKb(stack.processes().process(service).pid()))
          .as("peak resident memory of " + service.module() + " in kB")
          .isBetween(1L, RESIDENT_LIMIT_KB);
    }
  }

  private static long peakResidentKb(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** Registered only where the real messages are. */
  @TestFactory
  Stream<DynamicTest> realMessagesArriveByteForByte() throws Exception {
    Path corpus = Project.corpus();
    if (!Files.isDirectory(corpus)) {
      NotRun.data(ContentTest.class, corpus); // property postern.corpus
      return Stream.empty();
    }
    Map<String, Path> files = new HashMap<>();
    for (Path file : Project.walk(corpus)) {
      String name = corpus.relativize(file).toString();
      if (name.endsWith(".eml") || name.startsWith("spamassassin")) {
        files.put("real" + files.size() + "@" + domain, file);
      }
    }
    Map<String, byte[]> sent = sendAll(files);
    partner.awaitMessages(sent.size(), Duration.ofSeconds(60));
    return sent.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    corpus.relativize(files.get(entry.getKey())).toString(),
                    () ->
                        arrivedByteForByte(
                            receivedBy(entry.getKey()), withoutTrustedFields(entry.getValue()))));
  }

  /** The header firewall takes these from everybody's mail (docs/reference/message-changes.md). */
  private static byte[] withoutTrustedFields(byte[] message) {
    String text = new String(message, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    int header = end < 0 ? text.length() : end + 2;
    String kept = TRUSTED_FIELD.matcher(text.substring(0, header)).replaceAll("");
    return (kept + text.substring(header)).getBytes(StandardCharsets.ISO_8859_1);
  }

  private PeerMessage receivedBy(String recipient) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() < end) {
      List<PeerMessage> known = partner.messages();
      for (PeerMessage message : known) {
        if (message.recipients().contains(recipient)) {
          return message;
        }
      }
      partner.awaitMessages(known.size() + 1, Duration.ofSeconds(30));
    }
    throw new AssertionError("nothing arrived for " + recipient);
  }

  private Map<String, byte[]> sendAll(Map<String, Path> files) throws Exception {
    Map<String, byte[]> sent = new HashMap<>();
    List<String> refused = new ArrayList<>();
    try (SmtpClient client = organization.connectTls(organization.ownServer())) {
      for (Map.Entry<String, Path> file : files.entrySet()) {
        byte[] content = crlf(Files.readAllBytes(file.getValue()));
        Reply reply = client.send("sender@" + organization.domain(), file.getKey(), content);
        if (reply.code() == 250) {
          sent.put(file.getKey(), content);
        } else {
          refused.add(file.getValue() + ": " + reply.text());
        }
      }
    }
    assertThat(refused).isEmpty();
    return sent;
  }

  /**
   * Files on disk have their system's line ends; on the wire there is only CRLF (RFC 5321 §2.3.8).
   */
  private static byte[] crlf(byte[] content) {
    String text = new String(content, StandardCharsets.ISO_8859_1).replaceAll("\r\n|\r|\n", "\r\n");
    return (text.endsWith("\r\n") ? text : text + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }
}
