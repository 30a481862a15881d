package io.postern.ingress.session;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentChunk;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.fuzzing.FuzzTest;
import io.postern.ingress.TestServer;
import io.postern.smtp.Reply;
import io.postern.smtp.ReplyParser;
import io.postern.transport.SmtpConnection;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * A whole session over a socket, with commands, DATA and BDAT in any order: each reply belongs to a
 * command, the log has the messages that were accepted and no others, each with the octets that its
 * client sent as content, and all memory is given back. An input is all that the client says behind
 * EHLO; then it closes its side.
 */
final class SessionFuzzTest extends FuzzTest {
  private static final int MOST_INPUT = 2_000;
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

  private static @Nullable Parts shared;

  /** Made once: a server, which listens in vain, and its log in memory. */
  private static final class Parts implements AutoCloseable {
    final MockProducer<String, byte[]> log =
        new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    final TestServer server = TestServer.on(log, Parts::unhurried);
    final ServerSocketChannel listener =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    Parts() throws Exception {}

    /** Commands have not to wait, and a message may have 4,096 octets. */
    private static void unhurried(TestServer server) {
      server.limits.maxMessageBytes = 4_096;
      server.limits.promptCommands = 1_000_000;
      server.limits.leastRateUnderStress = 0;
    }

    @Override
    public void close() {
      server.close();
    }
  }

  SessionFuzzTest() {
    super(
        "MAIL FROM:<a@sender.example>\r\n",
        "MAIL FROM:<a@sender.example> BODY=BINARYMIME\r\n",
        "RCPT TO:<b@contoso.example>\r\n",
        "RCPT TO:<b@nowhere.example>\r\n",
        "BDAT 0\r\n",
        "BDAT 1\r\n",
        "BDAT 5\r\n",
        "BDAT 0 LAST\r\n",
        "BDAT 3 LAST\r\n",
        "BDAT 4097\r\n",
        "DATA\r\n",
        "RSET\r\n",
        "NOOP\r\n",
        "QUIT\r\n",
        "EHLO x\r\n",
        "HELO x\r\n",
        "STARTTLS\r\n",
        ".\r\n",
        "\r\n.\r\n",
        "\n.\n",
        "\r\n",
        "\r",
        "\n",
        "Received: x\r\n",
        "\r\n\r\n",
        ".",
        "..",
        "\0");
  }

  @Override
  protected int inputs() {
    return 10_000;
  }

  @AfterAll
  static synchronized void stop() {
    if (shared != null) {
      shared.close();
      shared = null;
    }
  }

  private static synchronized Parts parts() throws Exception {
    if (shared == null) {
      shared = new Parts();
    }
    return shared;
  }

  @Override
  protected void take(byte[] input) throws Exception {
    var unused = accepted(input);
  }

  @Test
  void most_of_the_kept_inputs_have_messages_that_are_accepted() throws Exception {
    int accepted = 0;
    for (byte[] input : corpus().values()) {
      accepted += accepted(input);
    }
    holds(accepted >= 9, "messages are accepted: " + accepted);
  }

  private static int accepted(byte[] input) throws Exception {
    byte[] sent = Arrays.copyOf(input, Math.min(input.length, MOST_INPUT));
    Parts parts = parts();
    parts.log.clear();
    long free = parts.server.memory.freeMessages();
    List<String> replies = talk(parts, sent);
    List<ClientView.Promised> promised =
        ClientView.promised(new String(sent, StandardCharsets.ISO_8859_1), replies);
    Map<String, byte[]> kept = kept(parts.log.history());
    same(
        promised.stream().map(ClientView.Promised::queueId).toList(),
        List.copyOf(kept.keySet()),
        "the log has the messages that replies promise, and no others");
    for (ClientView.Promised message : promised) {
      same(
          message.content(),
          new String(
              kept.getOrDefault(message.queueId(), new byte[0]), StandardCharsets.ISO_8859_1),
          "the log has the octets that the client sent as content");
    }
    same(free, parts.server.memory.freeMessages(), "the memory for messages is given back");
    return promised.size();
  }

  /** The last lines of all replies behind that to EHLO. */
  private static List<String> talk(Parts parts, byte[] sent) throws Exception {
    try (Socket client =
            new Socket(InetAddress.getLoopbackAddress(), parts.listener.socket().getLocalPort());
        SocketChannel accepted = parts.listener.accept()) {
      client.setSoTimeout(40_000);
      client.setTcpNoDelay(true);
      SmtpConnection connection = SmtpConnection.accepted(accepted);
      Arrival arrival = new Arrival("smtp", false, connection.remote(), null);
      Thread session =
          Thread.ofVirtual()
              .start(
                  new SmtpSession(
                      connection, arrival, parts.server.limits.made(), parts.server.parts(), LOAD));
      try {
        return dialogue(client, sent);
      } finally {
        client.close();
        session.join();
      }
    }
  }

  private static List<String> dialogue(Socket client, byte[] sent) throws Exception {
    InputStream in = new BufferedInputStream(client.getInputStream());
    holds(String.valueOf(reply(in)).startsWith("220 "), "there is a greeting");
    client.getOutputStream().write(ClientView.octets("EHLO client.example\r\n"));
    holds(String.valueOf(reply(in)).startsWith("250 "), "EHLO is taken");
    int cut = sent.length == 0 ? 0 : Math.floorMod(Arrays.hashCode(sent), sent.length);
    try {
      client.getOutputStream().write(sent, 0, cut);
      client.getOutputStream().write(sent, cut, sent.length - cut);
      client.shutdownOutput();
    } catch (IOException closed) {
      // The session has ended before it read all; its replies are there, or were lost with it.
    }
    List<String> replies = new ArrayList<>();
    try {
      for (String reply = reply(in); reply != null; reply = reply(in)) {
        replies.add(reply);
      }
    } catch (java.net.SocketException reset) {
      // The same.
    }
    return replies;
  }

  /** The last line of the next one; null: the server has closed. */
  private static @Nullable String reply(InputStream in) throws Exception {
    ReplyParser parser = new ReplyParser();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int octet = in.read();
      if (octet < 0) {
        holds(line.size() == 0, "the last reply is whole");
        return null;
      }
      if (octet != '\n') {
        line.write(octet);
        continue;
      }
      String text = line.toString(StandardCharsets.ISO_8859_1);
      holds(text.endsWith("\r"), "a reply's line ends with CRLF");
      line.reset();
      Reply whole = parser.line(ClientView.octets(text.substring(0, text.length() - 1)));
      if (whole != null) {
        return text.substring(0, text.length() - 1);
      }
    }
  }

  /** The content of each accepted message, without the fields in front of it, by its queue id. */
  private static Map<String, byte[]> kept(List<ProducerRecord<String, byte[]>> records)
      throws InvalidProtocolBufferException {
    Map<String, ByteArrayOutputStream> contents = new LinkedHashMap<>();
    Map<String, byte[]> kept = new LinkedHashMap<>();
    for (ProducerRecord<String, byte[]> record : records) {
      if (record.topic().equals(Topics.MAIL_CONTENT)) {
        contents
            .computeIfAbsent(record.key(), id -> new ByteArrayOutputStream())
            .writeBytes(ContentChunk.parseFrom(record.value()).getData().toByteArray());
      } else if (record.topic().equals(Topics.MAIL_ACCEPTED)) {
        MessageAccepted message = MessageAccepted.parseFrom(record.value());
        byte[] content =
            contents.getOrDefault(record.key(), new ByteArrayOutputStream()).toByteArray();
        same(
            (long) content.length,
            message.getContent(1).getReference().getSize(),
            "the envelope has the content's size");
        kept.put(message.getQueueId(), content);
      }
    }
    return kept;
  }
}
