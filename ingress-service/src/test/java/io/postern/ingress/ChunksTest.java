package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Deployment;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.topics.TopicsSetup;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** RFC 3030: content that comes in chunks stands in the log as it was sent. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChunksTest {
  private static final String ENVELOPE =
      "MAIL FROM:<a@sender.example>%s\r\nRCPT TO:<b@contoso.example>\r\n";

  private TestServer server;
  private AcceptedLog log;

  @BeforeAll
  void start() throws Exception {
    String bootstrap = SharedBroker.empty().bootstrap();
    LogSettings settings = new LogSettings(Map.of("bootstrap.servers", bootstrap));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    server = TestServer.on(bootstrap, s -> {});
    log = new AcceptedLog(settings);
  }

  @AfterAll
  void stop() {
    server.close();
    log.close();
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private byte[] sentContent(MessageAccepted message) throws Exception {
    byte[] all = log.content(message);
    return Arrays.copyOfRange(all, message.getContent(0).getInline().size(), all.length);
  }

  private String envelope(RawClient client, String parameters) throws Exception {
    client.raw(ENVELOPE.formatted(parameters));
    client.expect("250");
    return client.expect("250");
  }

  /** Lines, some of them with dots and such as look like commands. */
  private static byte[] text(Random random, int lines) {
    String[] kinds = {"", ".", "..", ".x", "RSET", "BDAT 5 LAST", "QUIT", "A: b", "x".repeat(2000)};
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      text.append(kinds[random.nextInt(kinds.length)]).append("\r\n");
    }
    return latin1(text.toString());
  }

  @Test
  void the_same_content_by_DATA_by_one_chunk_and_cut_anywhere_is_the_same_message()
      throws Exception {
    Random random = new Random(30300);
    try (RawClient client = server.greeted()) {
      for (int run = 0; run < 25; run++) {
        byte[] content = text(random, random.nextInt(run % 5 == 0 ? 600 : 12));
        envelope(client, "");
        client.command("DATA", "354");
        String stuffed =
            ("\r\n" + new String(content, StandardCharsets.ISO_8859_1)).replace("\r\n.", "\r\n..");
        MessageAccepted data = log.of(client.raw(stuffed.substring(2) + ".\r\n").expect("250"));
        envelope(client, "");
        client.raw("BDAT " + content.length + " LAST\r\n");
        MessageAccepted one = log.of(client.raw(content).expect("250 2.0.0 Queued"));
        envelope(client, "");
        MessageAccepted many = log.of(sendCut(client, content, random));
        for (MessageAccepted message : new MessageAccepted[] {data, one, many}) {
          assertThat(sentContent(message)).isEqualTo(content);
          assertThat(message.getHeaderBlock()).isEqualTo(data.getHeaderBlock());
          assertThat(message.getContent(1).getReference().getSha256())
              .isEqualTo(data.getContent(1).getReference().getSha256());
          assertThat(message.getContent(1).getReference().getNoLeadingDot())
              .isEqualTo(data.getContent(1).getReference().getNoLeadingDot());
        }
      }
    }
  }

  /** At most 150 chunks, all at once, in writes that end anywhere: the reply to the last one. */
  private static String sendCut(RawClient client, byte[] content, Random random) throws Exception {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    int chunks = 0;
    int from = 0;
    while (from < content.length && chunks < 149) {
      int most = random.nextInt(4) == 0 ? 2 : 1 + content.length / 20;
      int count = Math.min(content.length - from, random.nextInt(most + 1));
      wire.writeBytes(latin1("BDAT " + count + "\r\n"));
      wire.write(content, from, count);
      from += count;
      chunks++;
    }
    int rest = random.nextBoolean() ? content.length - from : 0;
    if (rest < content.length - from) {
      wire.writeBytes(latin1("BDAT " + (content.length - from) + "\r\n"));
      wire.write(content, from, content.length - from);
      chunks++;
      rest = 0;
      from = content.length;
    }
    wire.writeBytes(latin1("BDAT " + rest + " LAST\r\n"));
    wire.write(content, from, rest);
    byte[] octets = wire.toByteArray();
    for (int at = 0; at < octets.length; ) {
      int count = Math.min(octets.length - at, 1 + random.nextInt(30_000));
      client.raw(Arrays.copyOfRange(octets, at, at + count));
      at += count;
    }
    for (int i = 0; i < chunks; i++) {
      client.expect("250 2.0.0 ");
    }
    return client.expect("250 2.0.0 Queued");
  }

  @Test
  void binary_content_of_any_octets_comes_through() throws Exception {
    Random random = new Random(3030);
    byte[] body = new byte[300_000];
    random.nextBytes(body);
    byte[] content =
        latin1(
            "Subject: x\r\n\r\n" + new String(body, StandardCharsets.ISO_8859_1) + "\r\n.\r\n\r");
    try (RawClient client = server.greeted()) {
      envelope(client, " BODY=BINARYMIME");
      MessageAccepted message = log.of(sendCut(client, content, random));
      assertThat(message.getEnvelope().getBody()).isEqualTo(BodyType.BODY_BINARYMIME);
      assertThat(sentContent(message)).isEqualTo(content);
      assertThat(message.getHeaderBlock().toStringUtf8()).isEqualTo("Subject: x\r\n\r\n");
      // A header is text in any message, and goes into DSNs, which go by DATA.
      envelope(client, " BODY=BINARYMIME");
      client.raw("BDAT 19 LAST\r\nSubject: x\nA: b\r\n\r\n").expect("550 5.6.11");
    }
  }

  @Test
  void content_without_a_line_end_and_no_content_at_all_are_messages() throws Exception {
    try (RawClient client = server.greeted()) {
      envelope(client, " BODY=8BITMIME");
      MessageAccepted cut = log.of(client.raw("BDAT 7 LAST\r\nA: b\r\n.").expect("250"));
      assertThat(sentContent(cut)).isEqualTo(latin1("A: b\r\n."));
      assertThat(cut.getContent(1).getReference().getNoLeadingDot()).isFalse();
      envelope(client, "");
      MessageAccepted empty = log.of(client.raw("BDAT 0 LAST\r\n").expect("250"));
      assertThat(empty.getContent(1).getReference().getSize()).isZero();
      client.command("BDAT 0 LAST", "503 5.5.1"); // it is accepted once
    }
  }

  @Test
  void a_message_by_chunks_with_more_than_100_Received_fields_loops() throws Exception {
    String fields =
        "Received: from a by b\r\n".repeat(TestLimits.DEFAULT.service().receivedFields() + 1);
    try (RawClient client = server.greeted()) {
      envelope(client, "");
      client.raw("BDAT " + fields.length() + " LAST\r\n" + fields).expect("554 5.4.6");
    }
  }

  /** What a dialogue must lead to, by the RFC: codes, and messages with their content. */
  private static final class Model {
    private final Random random;
    private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
    private final java.util.List<Integer> codes = new java.util.ArrayList<>();
    private final java.util.Map<Integer, String> accepted = new java.util.LinkedHashMap<>();
    private boolean mail;
    private int taken;
    private int refused;
    private int failed; // code of all chunks from here on
    private StringBuilder content = new StringBuilder();
    private boolean chunks;
    private int bad;

    Model(Random random) {
      this.random = random;
    }

    private void reset() {
      mail = false;
      taken = 0;
      refused = 0;
      failed = 0;
      content = new StringBuilder();
      chunks = false;
    }

    private void say(String line, int code) {
      wire.writeBytes(latin1(line + "\r\n"));
      codes.add(code);
    }

    private int bad(int code) {
      bad++;
      return code;
    }

    void step() {
      switch (random.nextInt(12)) {
        case 0, 1 -> {
          say("MAIL FROM:<a@sender.example>", mail ? bad(503) : 250);
          if (!mail) {
            reset();
            mail = true;
          }
        }
        case 2, 3 -> rcpt("b@contoso.example", 250);
        case 4 -> rcpt("b@nowhere.example", 550);
        case 5 -> {
          say("RSET", 250);
          reset();
        }
        case 6 -> say("NOOP", 250);
        case 7 -> data();
        default -> bdat(random.nextInt(3) == 0);
      }
    }

    private void rcpt(String to, int code) {
      boolean now = mail && !chunks;
      say("RCPT TO:<" + to + ">", now ? code : bad(503));
      taken += now && code == 250 ? 1 : 0;
      refused += now && code != 250 ? 1 : 0;
    }

    private void data() {
      if (!mail || chunks || taken == 0) {
        boolean onlyRefusals = mail && !chunks && refused > 0;
        say("DATA", onlyRefusals ? 554 : bad(503));
        return;
      }
      say("DATA", 354);
      wire.writeBytes(latin1("A: b\r\n.\r\n"));
      accepted.put(codes.size(), "A: b\r\n");
      codes.add(250);
      reset();
    }

    private void bdat(boolean last) {
      String[] pieces = {"", "a", "\r\n", "RSET\r\n", "BDAT 3\r\n", ".\r\n", "\r", "\n", "bc"};
      StringBuilder chunk = new StringBuilder();
      for (int i = random.nextInt(4); i > 0; i--) {
        chunk.append(pieces[random.nextInt(random.nextInt(6) == 0 ? pieces.length : 6)]);
      }
      if (!chunks) {
        failed = !mail ? 503 : taken > 0 ? 0 : refused > 0 ? 554 : 503;
        chunks = true;
      }
      content.append(chunk);
      if (failed == 0 && bare(content, last)) {
        failed = 550;
      }
      wire.writeBytes(latin1("BDAT " + chunk.length() + (last ? " LAST" : "") + "\r\n" + chunk));
      if (failed == 0 && last) {
        accepted.put(codes.size(), content.toString());
      }
      codes.add(failed == 0 ? 250 : failed);
      if (last) {
        reset();
      }
    }

    private static boolean bare(CharSequence content, boolean last) {
      String rest = content.toString().replace("\r\n", "");
      if (!last && rest.endsWith("\r") && content.charAt(content.length() - 1) == '\r') {
        rest = rest.substring(0, rest.length() - 1);
      }
      return rest.indexOf('\r') >= 0 || rest.indexOf('\n') >= 0;
    }
  }

  /**
   * No octet of a chunk becomes a command, and no message is accepted twice or with others' octets.
   */
  @Test
  void any_dialogue_gets_the_replies_of_the_RFC_and_the_log_has_what_was_accepted()
      throws Exception {
    Random random = new Random(8080);
    int before = log.read().size();
    int accepted = 0;
    for (int run = 0; run < 120; run++) {
      Model model = new Model(random);
      for (int step = 0;
          step < 40 && model.bad < TestLimits.DEFAULT.service().badCommands() - 2;
          step++) {
        model.step();
      }
      try (RawClient client = server.greeted()) {
        byte[] wire = model.wire.toByteArray();
        int cut = random.nextInt(wire.length + 1);
        client.raw(Arrays.copyOf(wire, cut));
        client.raw(Arrays.copyOfRange(wire, cut, wire.length));
        for (int i = 0; i < model.codes.size(); i++) {
          String reply = client.expect(model.codes.get(i) + " ");
          String content = model.accepted.get(i);
          if (content != null) {
            assertThat(sentContent(log.of(reply))).isEqualTo(latin1(content));
            accepted++;
          }
        }
        client.command("QUIT", "221");
      }
    }
    assertThat(log.read()).hasSize(before + accepted);
    assertThat(accepted).isGreaterThan(50);
  }

  /**
   * RFC 9422: the limit that is announced. Refused ones count, and a message now and then keeps the
   * commands from having to wait.
   */
  @Test
  void the_MAIL_beyond_the_limit_of_a_session_ends_it() throws Exception {
    try (RawClient client = server.greeted()) {
      for (int sent = 0; sent < TestLimits.DEFAULT.messages(); sent++) {
        if (sent % 150 == 0) {
          envelope(client, "");
          client.raw("BDAT 1 LAST\r\nx").expect("250");
        } else {
          client.command("MAIL FROM:<a@sender.example> SIZE=99999999", "552");
        }
      }
      client.command("MAIL FROM:<a@sender.example>", "421 4.5.3 1000 messages");
      assertThat(client.atEnd()).isTrue();
      assertThat(server.refusals.getLast().getRule()).isEqualTo("messages");
    }
  }
}
