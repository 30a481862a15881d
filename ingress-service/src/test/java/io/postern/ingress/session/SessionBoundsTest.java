package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.RawClient;
import io.postern.ingress.TestLimits;
import io.postern.ingress.TestServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The bounds of a session that are settings. */
class SessionBoundsTest {

  private static TestServer server(Duration lifetime) throws Exception {
    return TestServer.withoutLog(s -> s.limits.lifetime = lifetime);
  }

  private static TestServer server(int messages, int recipients) throws Exception {
    return TestServer.withoutLog(
        s -> {
          s.limits.messages = messages;
          s.limits.recipients = recipients;
        });
  }

  @Test
  void so_many_mails_and_the_session_ends() throws Exception {
    try (TestServer server = server(2, 100);
        RawClient client = server.greeted()) {
      assertThat(client.command("EHLO client.example")).contains("LIMITS RCPTMAX=100 MAILMAX=2");
      for (int i = 0; i < 2; i++) {
        client.command("MAIL FROM:<a@b.example>", "250");
        client.command("RSET", "250");
      }
      client.command("MAIL FROM:<a@b.example>", "421 4.5.3");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void so_many_recipients_and_the_next_gets_452() throws Exception {
    try (TestServer server = server(1_000, 100);
        RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@b.example>", "250");
      for (int i = 0; i < 100; i++) {
        client.command("RCPT TO:<r" + i + "@contoso.example>", "250");
      }
      client.command("RCPT TO:<beyond@contoso.example>", "452 4.5.3 More than 100");
    }
  }

  @Test
  void a_session_beyond_its_lifetime_hears_so_at_its_next_command() throws Exception {
    try (TestServer server = server(Duration.ofNanos(1))) {
      try (RawClient client = new RawClient(server.port())) {
        client.expect("220 ");
        client.command("NOOP", "421 4.4.2");
        assertThat(client.atEnd()).isTrue();
      }
      try (RawClient client = new RawClient(server.port())) {
        client.expect("220 ");
        client.command("QUIT", "221");
      }
    }
  }

  /** Its own deadline ends it. On a busy machine a longer lifetime lets the mail begin. */
  @Test
  void a_mail_that_was_begun_is_not_cut_off_by_the_lifetime() throws Exception {
    Duration lifetime = Duration.ofSeconds(1);
    while (!livesOnWithin(lifetime)) {
      lifetime = lifetime.multipliedBy(2);
    }
  }

  /** False when the lifetime was over before a mail had begun. */
  private static boolean livesOnWithin(Duration lifetime) throws Exception {
    try (TestServer server = server(lifetime);
        RawClient client = new RawClient(server.port())) {
      long began = System.nanoTime();
      client.expect("220 ");
      if (client.command("EHLO client.example").startsWith("421")
          || client.command("MAIL FROM:<a@b.example>").startsWith("421")) {
        return false;
      }
      while (System.nanoTime() - began < lifetime.multipliedBy(2).toNanos()) {
        client.command("NOOP", "250"); // 100 ms each, once they are many
      }
      client.command("RCPT TO:<a@contoso.example>", "250");
      client.command("RSET", "250");
      client.command("NOOP", "421 4.4.2");
      return true;
    }
  }

  @Test
  void the_least_rate_counts_without_stress_where_it_is_set() {
    assertThat(tooSlow(0, false, 1)).isFalse();
    assertThat(tooSlow(100, false, 99)).isTrue();
    assertThat(tooSlow(100, false, 101)).isFalse();
    assertThat(tooSlow(100, true, 101)).isTrue();
    assertThat(tooSlow(100, true, 1025)).isFalse();
  }

  /** A minute of waits with so many octets a second. */
  private static boolean tooSlow(int leastRate, boolean stressed, int rate) {
    Load load =
        new Load() {
          @Override
          public boolean stressed() {
            return stressed;
          }

          @Override
          public boolean stopping() {
            return false;
          }
        };
    TestLimits limits = new TestLimits();
    limits.leastRate = leastRate;
    DataPace pace = new DataPace(load, limits.made().service());
    for (int second = 0; second < 60; second++) {
      if (pace.tooSlow(1_000_000_000, rate)) {
        return true;
      }
    }
    return false;
  }
}
