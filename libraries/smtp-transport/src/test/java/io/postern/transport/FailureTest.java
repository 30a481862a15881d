package io.postern.transport;

import static io.postern.transport.Wire.get;
import static io.postern.transport.Wire.hear;
import static io.postern.transport.Wire.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {
  private Wire wire;
  private TlsServer server;
  private TlsClient client;

  @BeforeEach
  void open() throws Exception {
    wire = new Wire();
    server = wire.closing(new TlsServer(TestCa.EC));
    client = wire.closing(new TlsClient(null, TlsVersion.TLS_1_2));
  }

  @AfterEach
  void close() throws Exception {
    wire.close();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void plaintextBehindStartTlsIsDropped() throws Exception {
    Future<String> accepted =
        wire.accept(
            c -> {
              assertThat(hear(c)).isEqualTo("STARTTLS");
              assertThat(c.inputBuffered()).isTrue();
              c.discardInput();
              assertThat(c.inputBuffered()).isFalse();
              say(c, "220 go on");
              c.startTls(server);
              return hear(c);
            });
    Future<Boolean> connected =
        wire.connect(
            c -> {
              c.write(ascii("STARTTLS\r\nMAIL FROM:<injected@evil.example>\r\n"));
              c.flush();
              hear(c);
              c.startTls(client, "mx.example");
              say(c, "EHLO honest.example");
              return true;
            });
    get(connected);
    assertThat(get(accepted)).isEqualTo("EHLO honest.example");
  }

  @Test
  void plaintextThatTheServerSendsBehindIts220IsDropped() throws Exception {
    Future<String> accepted =
        wire.accept(
            c -> {
              hear(c);
              say(c, "220 go on\r\n250 injected");
              c.startTls(server);
              say(c, "250 honest");
              return hear(c);
            });
    Future<String> connected =
        wire.connect(
            c -> {
              say(c, "STARTTLS");
              hear(c);
              c.startTls(client, "mx.example");
              String heard = hear(c);
              say(c, "QUIT");
              return heard;
            });
    assertThat(get(connected)).isEqualTo("250 honest");
    get(accepted);
  }

  @Test
  void closeNotifyInDataIsTheEnd() throws Exception {
    Future<Integer> accepted =
        wire.accept(
            c -> {
              c.startTls(server);
              assertThat(hear(c)).isEqualTo("half a message");
              assertThatThrownBy(() -> c.readLine(2048)).isInstanceOf(EOFException.class);
              return c.fill();
            });
    get(
        wire.connect(
            c -> {
              c.startTls(client, "mx.example");
              say(c, "half a message");
              return true;
            }));
    assertThat(get(accepted)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionCutInDataEndsTheRead(boolean reset) throws Exception {
    Future<Integer> accepted =
        wire.accept(
            c -> {
              c.startTls(server);
              assertThat(hear(c)).isEqualTo("half a message");
              say(c, "go");
              return c.fill();
            });
    Future<Boolean> connected =
        wire.run(
            () -> {
              SocketChannel channel = SocketChannel.open(wire.address());
              try (SmtpConnection c = SmtpConnection.accepted(channel)) {
                c.startTls(client, "mx.example");
                say(c, "half a message");
                assertThat(hear(c)).isEqualTo("go");
                if (reset) {
                  channel.setOption(java.net.StandardSocketOptions.SO_LINGER, 0); // close sends RST
                }
                c.abort(); // no close_notify
              }
              return true;
            });
    get(connected);
    if (reset) {
      assertThatThrownBy(() -> get(accepted))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reset");
    } else {
      assertThat(get(accepted)).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, 80", "false, 80", "true, 1100", "false, 1100"})
  void aSilentPeerEndsTheReadInTimeAndHearsWhy(boolean tls, long millis) throws Exception {
    CountDownLatch silent = new CountDownLatch(1);
    Future<Boolean> accepted =
        wire.accept(
            c -> {
              if (tls) {
                c.startTls(server);
              }
              c.readTimeout(Duration.ofMillis(millis));
              long from = System.nanoTime();
              assertThatThrownBy(() -> c.readLine(2048)).isInstanceOf(SocketTimeoutException.class);
              c.readTimeout(Wire.PATIENCE);
              assertThatThrownBy(c::fill).isInstanceOf(SocketTimeoutException.class);
              assertThatThrownBy(() -> c.readLine(2048)).isInstanceOf(SocketTimeoutException.class);
              assertThat(Duration.ofNanos(System.nanoTime() - from))
                  .isBetween(Duration.ofMillis(millis), Wire.PATIENCE.dividedBy(2));
              say(c, "421 too slow");
              silent.countDown();
              return true;
            });
    Future<String> connected =
        wire.connect(
            c -> {
              if (tls) {
                c.startTls(client, "mx.example");
              }
              silent.await();
              String heard = hear(c);
              assertThat(c.fill()).isEqualTo(-1);
              return heard;
            });
    assertThat(get(connected)).isEqualTo("421 too slow");
    assertThat(get(accepted)).isTrue();
  }

  @Test
  void aWaitThatIsOverEndsBeforeItsTimeOutAndThePeerHearsWhy() throws Exception {
    Future<Boolean> accepted =
        wire.accept(
            c -> {
              c.startTls(server);
              AtomicInteger asked = new AtomicInteger();
              assertThatThrownBy(() -> c.fill(() -> asked.incrementAndGet() == 3))
                  .isInstanceOf(SocketTimeoutException.class);
              assertThat(asked).hasValue(3);
              say(c, "421 stopping");
              return true;
            });
    Future<String> connected =
        wire.connect(
            c -> {
              c.startTls(client, "mx.example");
              return hear(c);
            });
    assertThat(get(connected)).isEqualTo("421 stopping");
    assertThat(get(accepted)).isTrue();
  }

  @Test
  void aPeerThatSpeaksWhileItsWaitIsFoundOverWasInTime() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch heard = new CountDownLatch(1);
    Future<String> accepted =
        wire.accept(
            c -> {
              int n =
                  c.fill(
                      () -> {
                        asked.countDown();
                        return done(heard);
                      });
              assertThat(n).isPositive();
              heard.countDown();
              assertThat(hear(c)).isEqualTo("in time");
              say(c, "go on");
              return hear(c);
            });
    Future<Boolean> connected =
        wire.connect(
            c -> {
              asked.await();
              say(c, "in time");
              assertThat(hear(c)).isEqualTo("go on");
              say(c, "and on");
              return true;
            });
    assertThat(get(accepted)).isEqualTo("and on");
    assertThat(get(connected)).isTrue();
  }

  private static boolean done(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFaultInTheQuestionWhetherAWaitIsOverEndsThatConnectionAndNoOther() throws Exception {
    Future<Integer> accepted =
        wire.accept(
            c ->
                c.fill(
                    () -> {
                      throw new IllegalStateException("a fault");
                    }));
    Future<Integer> connected = wire.connect(c -> c.fill());
    assertThat(get(connected)).isEqualTo(-1);
    assertThatThrownBy(() -> get(accepted))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(SocketTimeoutException.class);
    aWaitThatIsOverEndsBeforeItsTimeOutAndThePeerHearsWhy(); // the watch lives on
  }

  @ParameterizedTest
  @ValueSource(longs = {300, 1200})
  void aLineThatDripsIsOverWhenTheTimeIs(long millis) throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    Future<byte[]> accepted =
        wire.accept(
            c -> {
              c.readTimeout(Duration.ofMillis(millis));
              try {
                return c.readLine(2048);
              } finally {
                over.countDown();
              }
            });
    Future<Boolean> connected =
        wire.connect(
            c -> {
              do {
                c.write(ascii("x"));
                c.flush();
              } while (!over.await(50, TimeUnit.MILLISECONDS));
              return true;
            });
    assertThatThrownBy(() -> get(accepted)).isInstanceOf(SocketTimeoutException.class);
    assertThat(get(connected)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPeerThatStopsReadingHoldsNoWriterForEver(boolean tls) throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    Future<Boolean> accepted =
        wire.accept(
            c -> {
              if (tls) {
                c.startTls(server);
              }
              over.await();
              return true;
            });
    Future<Boolean> connected =
        wire.connect(
            c -> {
              if (tls) {
                c.startTls(client, "mx.example");
              }
              c.writeTimeout(Duration.ofMillis(300));
              byte[] much = new byte[1024 * 1024];
              try {
                for (int i = 0; i < 1000; i++) {
                  c.write(much);
                }
                return false;
              } finally {
                over.countDown();
                assertThatThrownBy(() -> c.write(much))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("broken");
              }
            });
    assertThatThrownBy(() -> get(connected))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage("the peer stopped reading");
    assertThat(get(accepted)).isTrue();
  }

  @Test
  void aReadAfterAStalledWriteEndsAtOnce() throws Exception {
    try (ServerSocketChannel listener =
            ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        SocketChannel deaf = SocketChannel.open(listener.getLocalAddress())) {
      TimedSocket socket = new TimedSocket(listener.accept());
      assertThatThrownBy(() -> socket.write(ByteBuffer.allocate(64 << 20), Duration.ofMillis(200)))
          .isInstanceOf(SocketTimeoutException.class);
      long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
      assertThatThrownBy(() -> socket.read(new byte[1], 0, 1, deadline))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(SocketTimeoutException.class); // a loop around time-outs would spin
      socket.close();
    }
  }

  @Test
  void abortFromAnotherThreadWakesTheReader() throws Exception {
    Future<Integer> accepted =
        wire.accept(
            c -> {
              c.startTls(server);
              var unused =
                  wire.run(
                      () -> {
                        c.abort();
                        return true;
                      });
              return c.fill();
            });
    Future<Integer> connected =
        wire.connect(
            c -> {
              c.startTls(client, "mx.example");
              return c.fill();
            });
    assertThatThrownBy(() -> get(accepted)).isInstanceOf(IOException.class);
    assertThat(get(connected)).isEqualTo(-1);
  }

  @Test
  void aSilentHandshakeIsOverInTimeAndSaysSo() throws Exception {
    Future<TlsFacts> accepted =
        wire.accept(
            c -> {
              c.readTimeout(Duration.ofMillis(100));
              return c.startTls(server);
            });
    Future<Integer> connected = wire.connect(c -> c.fill());
    assertThatThrownBy(() -> get(accepted))
        .isInstanceOf(TlsHandshakeException.class)
        .hasMessage("the peer did not respond in time during the TLS handshake");
    get(connected);
  }

  @Test
  void garbageInsteadOfAHandshakeNeverHangs() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      byte[] garbage = new byte[random.nextInt(600)];
      random.nextBytes(garbage);
      if (garbage.length > 5 && i % 2 == 0) { // a record that looks right
        System.arraycopy(new byte[] {22, 3, 1, 0, (byte) random.nextInt(200), 1}, 0, garbage, 0, 6);
      }
      Future<TlsFacts> accepted = wire.accept(c -> c.startTls(server));
      get(
          wire.connect(
              c -> {
                c.write(garbage);
                return true;
              }));
      assertThatThrownBy(() -> get(accepted)).isInstanceOf(TlsHandshakeException.class);
    }
  }

  /** RFC 5321 §3.8: 421 may come with the reply before it, in a record of its own. */
  @Test
  void aReplyThatWasNotAskedForIsSeenAlthoughItCameWithAnother() throws Exception {
    CountDownLatch said = new CountDownLatch(1);
    CountDownLatch read = new CountDownLatch(1);
    Future<Boolean> accepted =
        wire.accept(
            c -> {
              c.startTls(server);
              assertThat(hear(c)).isEqualTo(".");
              say(c, "250 taken");
              say(c, "421 closing");
              said.countDown();
              return read.await(60, TimeUnit.SECONDS);
            });
    Future<Boolean> connected =
        wire.connect(
            c -> {
              c.startTls(client, "mx.example");
              assertThat(c.inputArrived()).isFalse();
              say(c, ".");
              assertThat(said.await(60, TimeUnit.SECONDS)).isTrue();
              assertThat(hear(c)).isEqualTo("250 taken");
              boolean arrived = c.inputArrived();
              read.countDown();
              return arrived;
            });
    assertThat(get(connected)).isTrue();
    assertThat(get(accepted)).isTrue();
  }

  @Test
  void linesAreBoundedAndTheConnectionStaysInStep() throws Exception {
    Future<Boolean> accepted =
        wire.accept(
            c -> {
              assertThat(c.readLine(12)).hasSize(10);
              assertThatThrownBy(() -> c.readLine(12)).isInstanceOf(LineTooLongException.class);
              assertThatThrownBy(() -> c.readLine(12)).isInstanceOf(LineTooLongException.class);
              assertThat(hear(c)).isEqualTo("bare\n");
              assertThat(hear(c)).isEqualTo("a\rb");
              assertThat(hear(c)).isEmpty();
              assertThat(c.inputBuffered()).isTrue();
              assertThat(hear(c)).isEqualTo("next");
              assertThatThrownBy(() -> c.readLine(2048)).isInstanceOf(EOFException.class);
              return true;
            });
    get(
        wire.connect(
            c -> {
              c.write(
                  ascii(
                      "1234567890\r\n"
                          + "12345678901\r\n"
                          + "x".repeat(100_000)
                          + "\r\nbare\na\rb\r\n\r\nnext\r\nhalf"));
              c.flush();
              return true;
            }));
    assertThat(get(accepted)).isTrue();
  }

  @Test
  void theLastReplyArrivesThoughTheClientHadSentMore() throws Exception {
    CountDownLatch sent = new CountDownLatch(1);
    Future<Boolean> accepted =
        wire.accept(
            c -> {
              sent.await();
              assertThat(hear(c)).isEqualTo("first");
              say(c, "421 closing"); // and close over 100 KB unread
              return true;
            });
    Future<String> connected =
        wire.connect(
            c -> {
              say(c, "first\r\n" + "x".repeat(100_000));
              sent.countDown();
              get(accepted);
              return hear(c);
            });
    assertThat(get(connected)).isEqualTo("421 closing");
  }

  @Test
  void aConnectionRefusedOrUnansweredIsSaidInTime() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    assertThatThrownBy(
            () ->
                SmtpConnection.connect(
                    new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    null,
                    Duration.ofSeconds(5)))
        .isInstanceOf(java.net.ConnectException.class);
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Socket[] queue = new Socket[2];
      try {
        for (int i = 0; i < queue.length; i++) { // fills the backlog: the next SYN is dropped
          queue[i] = new Socket(InetAddress.getLoopbackAddress(), full.getLocalPort());
        }
        assertThatThrownBy(
                () ->
                    SmtpConnection.connect(
                        (java.net.InetSocketAddress) full.getLocalSocketAddress(),
                        null,
                        Duration.ofMillis(200)))
            .isInstanceOf(SocketTimeoutException.class);
      } finally {
        for (Socket socket : queue) {
          if (socket != null) {
            socket.close();
          }
        }
      }
    }
  }
}
