package io.postern.transport;

import static io.postern.transport.Wire.get;
import static io.postern.transport.Wire.hear;
import static io.postern.transport.Wire.say;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.TlsVersion;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransferTest {
  private static final int SIZE = 50 * 1024 * 1024;
  private Wire wire;

  enum Link {
    PLAIN,
    TLS_1_2,
    TLS_1_3
  }

  @BeforeEach
  void open() throws Exception {
    wire = new Wire();
  }

  @AfterEach
  void close() throws Exception {
    wire.close();
  }

  private static byte[] send(SmtpConnection connection, long seed) throws Exception {
    Random random = new Random(seed);
    MessageDigest digest = Fingerprints.digest();
    for (int sent = 0; sent < SIZE; ) {
      byte[] piece = new byte[Math.min(SIZE - sent, 1 + random.nextInt(100_000))];
      random.nextBytes(piece);
      digest.update(piece);
      connection.write(
          random.nextBoolean()
              ? ByteBuffer.wrap(piece)
              : ByteBuffer.allocateDirect(piece.length).put(piece).flip());
      sent += piece.length;
    }
    connection.flush();
    return digest.digest();
  }

  private static byte[] receive(SmtpConnection connection) throws Exception {
    MessageDigest digest = Fingerprints.digest();
    for (int got = 0; got < SIZE; ) {
      assertThat(connection.fill()).isPositive();
      got += connection.input().remaining();
      digest.update(connection.input());
    }
    return digest.digest();
  }

  @ParameterizedTest
  @EnumSource
  void fiftyMegabytesEachWayArriveAsTheyWere(Link link) throws Exception {
    TlsVersion version = link == Link.TLS_1_2 ? TlsVersion.TLS_1_2 : TlsVersion.TLS_1_3;
    TlsServer server =
        wire.closing(
            new TlsServer(TlsServerOptions.DEFAULT.withVersions(version, version), TestCa.EC));
    TlsClient client = wire.closing(new TlsClient(null, TlsVersion.TLS_1_2));
    Future<List<byte[]>> accepted =
        wire.accept(
            c -> {
              if (link != Link.PLAIN) {
                assertThat(c.startTls(server).getVersion()).isEqualTo(version);
              }
              byte[] got = receive(c);
              return List.of(got, send(c, 2));
            });
    Future<List<byte[]>> connected =
        wire.connect(
            c -> {
              if (link != Link.PLAIN) {
                c.startTls(client, "mx.example");
              }
              byte[] sent = send(c, 1);
              return List.of(sent, receive(c));
            });
    assertThat(get(accepted)).containsExactlyElementsOf(get(connected));
  }

  @ParameterizedTest
  @EnumSource
  void everySplitOfTheStreamIsTheSameConversation(Proxy.Manner manner) throws Exception {
    TlsServer server = wire.closing(new TlsServer(TestCa.EC));
    TlsClient client = wire.closing(new TlsClient(TestCa.CLIENT_EC, TlsVersion.TLS_1_2));
    Proxy proxy = wire.closing(new Proxy(wire.address(), manner));
    Future<List<String>> accepted =
        wire.accept(
            c -> {
              List<String> heard = new ArrayList<>();
              heard.add(hear(c));
              c.discardInput();
              say(c, "220 go on");
              c.startTls(server);
              assertThat(c.peerChain()).hasSize(2);
              say(c, "220 again"); // with the tickets of TLS 1.3, perhaps in one packet
              for (int i = 0; i < 20; i++) {
                heard.add(hear(c));
                say(c, "250 " + i);
              }
              return heard;
            });
    Future<List<String>> connected =
        wire.connect(
            proxy.address(),
            c -> {
              say(c, "STARTTLS");
              List<String> heard = new ArrayList<>(List.of(hear(c)));
              c.startTls(client, "mx.example");
              for (int i = 0; i < 20; i++) {
                c.write(("NOOP " + i + "\r\n").getBytes(StandardCharsets.US_ASCII));
              }
              c.flush(); // at once, perhaps in one packet with our Finished
              for (int i = 0; i < 21; i++) {
                heard.add(hear(c));
              }
              return heard;
            });
    assertThat(get(accepted)).hasSize(21).startsWith("STARTTLS", "NOOP 0").endsWith("NOOP 19");
    assertThat(get(connected))
        .hasSize(22)
        .startsWith("220 go on", "220 again", "250 0")
        .endsWith("250 19");
  }

  /** Those that find no large buffer take a small one. */
  @Test
  void moreContentsAtOnceThanThereAreLargeBuffers() throws Exception {
    int count = 50;
    byte[] content = new byte[400_000];
    new Random(3).nextBytes(content);
    TlsServer server = wire.closing(new TlsServer(TestCa.EC));
    TlsClient client = wire.closing(new TlsClient(null, TlsVersion.TLS_1_2));
    CountDownLatch all = new CountDownLatch(count);
    List<Future<byte[]>> received = new ArrayList<>();
    List<Future<byte[]>> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      received.add(
          wire.accept(
              c -> {
                c.startTls(server);
                c.expectContent();
                ByteBuffer got = ByteBuffer.allocate(content.length);
                while (got.hasRemaining()) {
                  assertThat(c.fill()).isPositive();
                  got.put(c.input());
                }
                say(c, "250 all of it");
                return got.array();
              }));
      sent.add(
          wire.connect(
              c -> {
                c.startTls(client, "mx.example");
                c.write(ByteBuffer.wrap(content, 0, 40_000));
                all.countDown();
                assertThat(all.await(50, TimeUnit.SECONDS)).isTrue(); // all hold a buffer now
                c.write(ByteBuffer.wrap(content, 40_000, content.length - 40_000));
                c.flush();
                assertThat(hear(c)).isEqualTo("250 all of it");
                return content;
              }));
    }
    for (int i = 0; i < count; i++) {
      assertThat(get(sent.get(i))).isSameAs(content);
      assertThat(get(received.get(i))).isEqualTo(content);
    }
  }

  @Test
  void theFirstReadOfContentTakesAllThatIsThere() throws Exception {
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch read = new CountDownLatch(1);
    Future<Integer> accepted =
        wire.accept(
            c -> {
              say(c, "354 go on");
              c.expectContent();
              assertThat(written.await(20, TimeUnit.SECONDS)).isTrue();
              int first = c.fill();
              read.countDown();
              return first;
            });
    Future<Boolean> connected =
        wire.connect(
            c -> {
              hear(c);
              c.write(new byte[10_000]);
              c.flush();
              written.countDown();
              return read.await(20, TimeUnit.SECONDS);
            });
    assertThat(get(accepted)).isEqualTo(10_000);
    assertThat(get(connected)).isTrue();
  }

  @Test
  void theLastWordsComeWithTheEndOfTheSession() throws Exception {
    TlsServer server = wire.closing(new TlsServer(TestCa.EC));
    TlsClient client = wire.closing(new TlsClient(null, TlsVersion.TLS_1_2));
    CountDownLatch heard = new CountDownLatch(1);
    Future<Boolean> accepted =
        wire.accept(
            c -> {
              c.startTls(server);
              c.write("221 bye\r\n".getBytes(StandardCharsets.US_ASCII));
              c.end();
              return heard.await(20, TimeUnit.SECONDS); // the socket is still open
            });
    Future<String> connected =
        wire.connect(
            c -> {
              c.startTls(client, "mx.example");
              String line = hear(c);
              assertThat(c.fill()).isEqualTo(-1);
              heard.countDown();
              return line;
            });
    assertThat(get(connected)).isEqualTo("221 bye");
    assertThat(get(accepted)).isTrue();
  }

  @Test
  void fiveHundredSessionsAtOnce() throws Exception {
    int count = 500;
    TlsServer server = wire.closing(new TlsServer(TestCa.EC, TestCa.RSA));
    TlsClient client = wire.closing(new TlsClient(TestCa.CLIENT_EC, TlsVersion.TLS_1_2));
    CountDownLatch all = new CountDownLatch(count);
    List<Future<String>> sides = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sides.add(
          wire.accept(
              c -> {
                c.startTls(server);
                String line = hear(c);
                say(c, line);
                return line;
              }));
    }
    for (int i = 0; i < count; i++) {
      String line = "NOOP " + i;
      sides.add(
          wire.connect(
              c -> {
                c.startTls(client, "mx.example");
                all.countDown();
                assertThat(all.await(50, TimeUnit.SECONDS)).isTrue(); // all are open now
                say(c, line);
                assertThat(hear(c)).isEqualTo(line);
                return line;
              }));
    }
    List<String> lines = new ArrayList<>();
    for (Future<String> side : sides) {
      lines.add(get(side));
    }
    assertThat(lines).hasSize(2 * count);
    assertThat(lines.subList(0, count))
        .containsExactlyInAnyOrderElementsOf(lines.subList(count, 2 * count));
  }
}
