package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.RawClient;
import io.postern.ingress.TestLimits;
import io.postern.ingress.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Time-outs, stress and deadlines, with short ones. */
class TimeTest {

  private static void limits(TestServer of, Duration idle, Duration stress, Duration deadline) {
    of.limits.idleTimeout = idle;
    of.limits.stressTimeout = stress;
    of.limits.messageDeadline = deadline;
  }

  private static final Duration LONG = Duration.ofMinutes(5);

  /** All in one write: the server's time-outs do not run while the test reads the replies. */
  private static void beginMessage(RawClient client, String content) throws Exception {
    client.expect("220 ");
    client.raw(
        "EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\nDATA\r\n"
            + content);
    for (String reply : List.of("250", "250", "250", "354")) {
      client.expect(reply);
    }
  }

  @Test
  void a_silent_client_gets_421() throws Exception {
    try (TestServer server =
            TestServer.withoutLog(
                s -> limits(s, Duration.ofMillis(300), Duration.ofMillis(300), LONG));
        RawClient client = new RawClient(server.port())) {
      client.expect("220 ");
      client.expect("421 4.4.2");
      assertThat(client.atEnd()).isTrue();
      assertThat(server.refusals.getLast().getRule()).isEqualTo("timeout");
    }
  }

  @Test
  void a_client_silent_for_long_gets_421_when_its_time_is_over() throws Exception {
    Duration idle = Duration.ofMillis(1200);
    try (TestServer server = TestServer.withoutLog(s -> limits(s, idle, LONG, LONG));
        RawClient client = new RawClient(server.port())) {
      client.expect("220 ");
      long from = System.nanoTime();
      client.command("NOOP", "250");
      client.expect("421 4.4.2");
      assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThanOrEqualTo(idle);
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void a_silent_client_hears_at_once_that_the_server_stops() throws Exception {
    TestServer server =
        TestServer.withoutLog(
            s -> {
              limits(s, LONG, LONG, LONG);
              s.shutdownPatience = LONG;
            });
    Thread stopping = Thread.ofVirtual().unstarted(server::close);
    try (RawClient client = server.greeted()) {
      stopping.start();
      client.expect("421 4.3.2");
      assertThat(client.atEnd()).isTrue();
      assertThat(stopping.join(LONG)).isTrue();
    }
  }

  @Test
  void a_client_that_stays_silent_in_DATA_gets_421_and_is_closed() throws Exception {
    try (TestServer server =
            TestServer.withoutLog(
                s -> limits(s, Duration.ofMillis(500), Duration.ofMillis(500), LONG));
        RawClient client = new RawClient(server.port())) {
      beginMessage(client, "Subject: never ends\r\n");
      client.expect("421 4.4.2");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void when_sessions_are_nearly_all_taken_idle_ones_get_the_stress_timeout() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try (TestServer server =
        TestServer.withoutLog(
            s -> {
              limits(s, LONG, Duration.ofMillis(300), LONG);
              s.mostConnections = 5;
            })) {
      for (int i = 0; i < 3; i++) {
        clients.add(server.greeted());
      }
      for (int i = 0; i < 3; i++) {
        clients.get(i).command("NOOP", "250"); // three of five: nobody is pressed
      }
      for (int i = 0; i < 2; i++) {
        RawClient client = new RawClient(server.port());
        clients.add(client);
        client.expect("220 "); // says nothing: these two may be the ones that have to go
      }
      Awaitility.await() // two of the silent ones have to go, until three are left
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  server.count("postern.ingress.refusals", "code", "421", "enhanced", "4.4.2")
                      >= 2);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private static final Duration STRESS = Duration.ofMillis(500);

  /** A server on which one session, or one message under way, is stress. */
  private static TestServer stressed(boolean sessions, boolean memory) throws Exception {
    return TestServer.withoutLog(
        s -> {
          limits(s, LONG, STRESS, LONG);
          s.mostConnections = sessions ? 1 : 100;
          s.dataMemory = memory ? 1 : s.dataMemory;
        });
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, true"})
  void G6_a_client_that_drips_its_message_is_ended_while_sessions_or_memory_are_nearly_all_taken(
      boolean sessions, boolean memory) throws Exception {
    try (TestServer server = stressed(sessions, memory);
        RawClient client = new RawClient(server.port())) {
      beginMessage(client, "");
      drip(client, "x");
      client.expect("421 4.4.2");
      assertThat(client.atEnd()).isTrue();
      Awaitility.await().until(() -> !server.memory.scarce());
    }
  }

  @Test
  void a_client_that_only_says_NOOP_is_ended_while_sessions_are_nearly_all_taken()
      throws Exception {
    try (TestServer server = stressed(true, false);
        RawClient client = new RawClient(server.port())) {
      client.expect("220 ");
      drip(client, "NOOP\r\n");
      String reply = client.reply();
      while (reply.startsWith("250")) {
        reply = client.reply();
      }
      assertThat(reply).startsWith("421 4.4.2");
    }
  }

  /** Sends it again and again, faster than any time-out, until the other side has gone. */
  private static void drip(RawClient client, String text) {
    CountDownLatch never = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (!never.await(50, TimeUnit.MILLISECONDS)) {
                  client.raw(text);
                }
              } catch (java.io.IOException | InterruptedException gone) {
                never.countDown();
              }
            });
  }

  @Test
  void a_client_that_drips_octets_is_ended_by_the_message_deadline() throws Exception {
    try (TestServer server =
            TestServer.withoutLog(s -> limits(s, LONG, LONG, Duration.ofSeconds(2)));
        RawClient client = new RawClient(server.port())) {
      beginMessage(client, "");
      drip(client, "x");
      client.expect("421 4.4.2");
    }
  }

  /** Between two chunks it waits for a command, and holds what a message holds. */
  @ParameterizedTest
  @CsvSource({"true, false", "false, true"})
  void G6_a_client_silent_between_two_chunks_is_ended_while_sessions_or_memory_are_nearly_all_taken(
      boolean sessions, boolean memory) throws Exception {
    try (TestServer server = stressed(sessions, memory);
        RawClient client = new RawClient(server.port())) {
      client.expect("220 ");
      client.raw(
          "EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\n"
              + "BDAT 3\r\nabc");
      for (int i = 0; i < 4; i++) {
        client.expect("250");
      }
      client.expect("421 4.4.2");
      assertThat(client.atEnd()).isTrue();
      Awaitility.await().until(() -> !server.memory.scarce());
    }
  }

  /** Else a client that sends one chunk after the other uses its waits up, however fast it is. */
  @Test
  void under_stress_the_octets_of_chunks_pay_for_waits_at_the_least_rate() {
    Load stress =
        new Load() {
          @Override
          public boolean stressed() {
            return true;
          }

          @Override
          public boolean stopping() {
            return false;
          }
        };
    Duration patience = Duration.ofMinutes(10);
    TestLimits limits = new TestLimits();
    limits.stressTimeout = patience;
    SessionLimits of = limits.made();
    Duration budget = patience.multipliedBy(ServiceLimits.STRESS_WAITS);
    SessionClock clock = new SessionClock(of, stress);
    clock.addWait(System.nanoTime() - budget.toNanos());
    assertThat(clock.commandLeft(System.nanoTime())).isNegative();
    long half = budget.toSeconds() / 2 * of.service().leastRateUnderStress();
    clock.paid(half);
    assertThat(clock.commandLeft(System.nanoTime())).isPositive();
    clock.addWait(System.nanoTime() - budget.dividedBy(2).toNanos());
    assertThat(clock.commandLeft(System.nanoTime())).isNegative();
    clock.paid(10 * half); // nothing is saved for later
    clock.addWait(System.nanoTime() - budget.toNanos());
    assertThat(clock.commandLeft(System.nanoTime())).isNegative();
  }
}
