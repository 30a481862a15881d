package io.postern.delivery.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.route.ClientIdentity;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.route.Target;
import io.postern.smtp.Capabilities;
import io.postern.transport.SmtpConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ServerSocket listener = listener();
  private final SessionKey key =
      new SessionKey(
          new Target("mx.example", (InetSocketAddress) listener.getLocalSocketAddress()),
          HopProtocol.SMTP,
          new ClientIdentity("relay.example", List.of(), ""),
          TlsRequirement.getDefaultInstance(),
          HostDemand.NONE);
  private final Connections connections =
      new Connections(10, 100, Duration.ofMinutes(5), Duration.ofSeconds(5));

  private static ServerSocket listener() {
    try {
      return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void close() throws IOException {
    connections.close();
    listener.close();
  }

  private Session session(SmtpConnection connection) {
    TlsGate.Channel plain = new TlsGate.Channel.Plaintext(TlsGate.PlaintextReason.NOT_OFFERED);
    return new Session(
        key, new Establishment(plain, 0, 0, ""), new Dialogue(connection), Capabilities.NONE);
  }

  private SmtpConnection connect() throws IOException {
    return SmtpConnection.connect(key.target().address(), null, PATIENCE);
  }

  /** RFC 5321 §3.8: it cost a MAIL, the content's reading and a part of the attempt's evidence. */
  @Test
  void aSessionThatItsHostHasEndedIsNotTaken() throws Exception {
    SmtpConnection kept = connect();
    try (Socket host = listener.accept()) {
      connections.keep(session(kept), 0);
      say(host, "421 4.4.2 mx.example idle for too long\r\n");
      Awaitility.await().atMost(PATIENCE).until(kept::inputArrived);

      assertThat(connections.take(key, 0)).isNull();
      assertThat(connections.idle()).isZero();
      assertThat(new String(host.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo("QUIT\r\n");
    }
  }

  @Test
  void theNextOneIsTaken() throws Exception {
    Session silent = session(connect());
    try (Socket first = listener.accept()) {
      connections.keep(silent, 0);
      SmtpConnection later = connect();
      try (Socket second = listener.accept()) {
        connections.keep(session(later), 0);
        say(second, "421 4.3.2 shutting down\r\n");
        Awaitility.await().atMost(PATIENCE).until(later::inputArrived);

        assertThat(connections.take(key, 0)).isSameAs(silent);
        assertThat(connections.take(key, 0)).isNull();
        assertThat(first.getInputStream().available()).as("no QUIT").isZero();
      }
    } finally {
      silent.abort();
    }
  }

  private static void say(Socket host, String line) throws IOException {
    host.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
    host.getOutputStream().flush();
  }
}
