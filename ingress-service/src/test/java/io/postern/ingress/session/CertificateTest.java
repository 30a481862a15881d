package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.v1.HandshakeFailure;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestDirectory;
import io.postern.ingress.TestServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import java.io.IOException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The client's certificate: asked for, never required, judged only where a connector depends on it.
 */
class CertificateTest {
  private static final Identity PARTNER =
      TestServer.CA.issue(Issue.to(TestDirectory.PARTNER_CERTIFICATE));
  private static final Identity ON_PREMISES =
      TestServer.CA.issue(Issue.to(TestDirectory.ON_PREMISES_CERTIFICATE));
  private static final Identity STRANGER = TestServer.CA.issue(Issue.to("mail.stranger.example"));

  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    server = TestServer.withoutLog(s -> {});
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String rcpt(@Nullable Identity identity, String from, String to) throws Exception {
    try (RawClient client = server.greeted()) {
      client.startTls(identity).command("EHLO client.example", "250");
      client.command("MAIL FROM:<" + from + ">", "250");
      return client.command("RCPT TO:<" + to + ">");
    }
  }

  @Test
  void the_partner_with_its_good_certificate_is_accepted() throws Exception {
    assertThat(rcpt(PARTNER, "a@partner.example", "b@contoso.example")).startsWith("250");
    assertThat(server.verdicts.asked()).isEqualTo(1);
  }

  @Test
  void the_partners_name_counts_however_many_names_stand_before_it() throws Exception {
    Identity hosted =
        hosted(215); // more than the trace keeps, and as much as two session tickets hold
    assertThat(rcpt(hosted, "a@partner.example", "b@contoso.example")).startsWith("250");
  }

  @Test
  void a_chain_beyond_20_KiB_fails_the_handshake_and_is_told() throws Exception {
    try (RawClient client = server.greeted()) {
      client.startTls(hosted(300));
      assertThat(client.atEnd()).isTrue();
    } catch (IOException refused) { // an alert or a reset, whichever it sees first
    }
    Awaitility.await().until(() -> !server.refusals.isEmpty());
    assertThat(server.refusals.getLast().getRule()).isEqualTo("handshake");
    assertThat(server.refusals.getLast().getHandshakeFailure())
        .isEqualTo(HandshakeFailure.HANDSHAKE_CLIENT_CERTIFICATE);
    assertThat(server.count("postern.ingress.tls.failures", "cause", "client-certificate"))
        .isEqualTo(1);
  }

  @Test
  void each_cause_of_a_failed_handshake_is_a_record_of_its_own() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (RawClient client = server.greeted()) {
        client.command("EHLO lost.example", "250");
        client.command("STARTTLS", "220 ");
        client.raw("EHLO no.tls.example\r\n");
        assertThat(client.atEnd()).isTrue();
      }
    }
    try (RawClient client = server.greeted()) {
      client.command("STARTTLS", "220 ");
    }
    Awaitility.await().until(() -> server.refusals.size() == 2);
    assertThat(server.refusals)
        .extracting(MessageRefused::getHandshakeFailure, r -> r.getSession().getGreeting())
        .containsExactly(
            tuple(HandshakeFailure.HANDSHAKE_NOT_TLS, "lost.example"),
            tuple(HandshakeFailure.HANDSHAKE_CLOSED, "client.example"));
    assertThat(server.count("postern.ingress.tls.failures", "cause", "not-tls")).isEqualTo(3);
    assertThat(server.count("postern.ingress.tls.handshakes", "result", "failed")).isEqualTo(4);
    server.refusalCounts.close();
    assertThat(server.refusals.getLast().getHandshakeFailure())
        .isEqualTo(HandshakeFailure.HANDSHAKE_NOT_TLS);
    assertThat(server.refusals.getLast().getCount()).isEqualTo(2);
  }

  /** A certificate for the partner, behind so many other names. */
  private static Identity hosted(int others) {
    String[] names = new String[others + 1];
    for (int i = 0; i < others; i++) {
      names[i] = "filler-" + i + "." + "x".repeat(60) + ".example";
    }
    names[others] = TestDirectory.PARTNER_CERTIFICATE;
    return TestServer.CA.issue(Issue.to(names));
  }

  @Test
  void the_partner_with_a_wrong_name_or_none_is_refused() throws Exception {
    assertThat(rcpt(STRANGER, "a@partner.example", "b@contoso.example")).startsWith("550 5.7.51");
    assertThat(rcpt(null, "a@partner.example", "b@contoso.example")).startsWith("550 5.7.51");
  }

  @Test
  void a_revoked_certificate_is_refused() throws Exception {
    server.verdicts.answer(VerdictResult.BAD, VerdictReason.REVOKED);
    assertThat(rcpt(PARTNER, "a@partner.example", "b@contoso.example")).startsWith("454 4.7.0");
    assertThat(server.refusals.getLast().getVerdict()).isEqualTo("bad/revoked");
  }

  @Test
  void G4_an_unknown_verdict_means_try_again_later_and_is_asked_for_once_a_transaction()
      throws Exception {
    server.verdicts.answer(VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE);
    try (RawClient client = server.greeted()) {
      client.startTls(PARTNER).command("EHLO client.example", "250");
      client.command("MAIL FROM:<a@partner.example>", "250");
      client.command("RCPT TO:<b@contoso.example>", "45");
      client.command("RCPT TO:<c@contoso.example>", "45");
      assertThat(server.verdicts.asked()).isEqualTo(1);
    }
  }

  @Test
  void a_strangers_certificate_costs_no_question() throws Exception {
    assertThat(rcpt(STRANGER, "a@elsewhere.example", "b@contoso.example")).startsWith("250");
    assertThat(server.verdicts.asked()).isZero();
  }

  @Test
  void our_own_server_may_relay_by_certificate_and_nobody_else() throws Exception {
    assertThat(rcpt(ON_PREMISES, "a@contoso.example", "b@elsewhere.example")).startsWith("250");
    assertThat(rcpt(STRANGER, "a@contoso.example", "b@elsewhere.example")).startsWith("550 5.7.64");
    assertThat(rcpt(null, "a@contoso.example", "b@elsewhere.example")).startsWith("550");
  }
}
