package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.v1.MessageRefused;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 8314 §3: the handshake before the greeting. */
class ImplicitTlsTest {

  private static TestServer server(Duration handshake) throws Exception {
    return TestServer.withoutLog(
        s -> {
          s.limits.handshakeTimeout = handshake;
          s.listeners =
              List.of(s.listener("smtp", false, List.of()), s.listener("smtps", true, List.of()));
        });
  }

  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void the_session_is_encrypted_from_its_greeting_on() throws Exception {
    try (TestServer server = server(LONG);
        RawClient client = new RawClient(server.port("smtps"))) {
      client.handshake(null).expect("220 mx.postern.example ESMTP");
      assertThat(client.command("EHLO client.example"))
          .startsWith("250-")
          .doesNotContain("STARTTLS");
      client.command("STARTTLS", "503 5.5.1");
      client.command("MAIL FROM:<a@stranger.example>", "250");
      client.command("RCPT TO:<x@nowhere.example>", "550");
      await().until(() -> server.refusals.size() == 2);
      assertThat(server.refusals.get(1).getSession().getProtocol()).isEqualTo("ESMTPS");
      assertThat(server.refusals.get(1).getSession().getListener()).isEqualTo("smtps");
      assertThat(server.refusals.get(1).getSession().getTlsFacts().getCipherSuite()).isNotEmpty();
    }
  }

  @Test
  void plaintext_ends_at_once_without_a_reply_and_is_recorded() throws Exception {
    try (TestServer server = server(LONG);
        RawClient client = new RawClient(server.port("smtps"))) {
      client.raw("EHLO client.example\r\n");
      assertThat(client.atEnd()).isTrue();
      handshakeIsRecorded(server, "not TLS");
    }
  }

  @Test
  void a_client_that_waits_for_a_greeting_ends_with_the_time_of_a_handshake() throws Exception {
    try (TestServer server = server(Duration.ofMillis(300));
        RawClient client = new RawClient(server.port("smtps"))) {
      assertThat(client.atEnd()).isTrue();
      handshakeIsRecorded(server, "in time");
    }
  }

  private static void handshakeIsRecorded(TestServer server, String why) {
    await().until(() -> !server.refusals.isEmpty());
    MessageRefused refusal = server.refusals.getFirst();
    assertThat(refusal.getCommand()).isEqualTo("connect");
    assertThat(refusal.getRule()).isEqualTo("handshake");
    assertThat(refusal.getText()).contains(why);
    assertThat(refusal.getSession().getListener()).isEqualTo("smtps");
    assertThat(server.count("postern.ingress.tls.handshakes", "result", "failed")).isOne();
  }

  @Test
  void a_silent_handshake_after_STARTTLS_ends_with_the_same_time() throws Exception {
    try (TestServer server = server(Duration.ofMillis(300));
        RawClient client = server.greeted()) {
      client.command("STARTTLS", "220 ");
      assertThat(client.atEnd()).isTrue();
    }
  }
}
