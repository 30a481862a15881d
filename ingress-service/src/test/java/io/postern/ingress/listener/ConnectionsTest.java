package io.postern.ingress.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.ingress.RawClient;
import io.postern.ingress.TestServer;
import io.postern.ingress.bounds.SourceBound;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class ConnectionsTest {

  @Test
  void the_connection_beyond_the_limit_gets_421_and_room_is_made_when_one_ends() throws Exception {
    try (TestServer server = TestServer.withoutLog(s -> s.mostConnections = 2)) {
      RawClient first = server.greeted();
      try (RawClient second = server.greeted();
          RawClient third = new RawClient(server.port())) {
        third.expect("421 4.3.2");
        assertThat(third.atEnd()).isTrue();
        assertThat(server.refusals.getLast().getCommand()).isEqualTo("connect");
        second.command("NOOP", "250");
        first.command("QUIT", "221");
        first.close();
        await().until(() -> server.registry.get("postern.ingress.sessions").gauge().value() == 1);
        try (RawClient fourth = server.greeted()) {
          fourth.command("NOOP", "250");
        }
      }
    }
  }

  @Test
  void one_address_may_have_so_many_connections() throws Exception {
    try (TestServer server = TestServer.withoutLog(s -> s.mostPerAddress = 1);
        RawClient first = server.greeted();
        RawClient second = new RawClient(server.port())) {
      second.expect("421 4.3.2");
      first.command("NOOP", "250");
      assertThat(server.count("postern.ingress.connections", "result", "address-limit"))
          .isEqualTo(1);
    }
  }

  /** The reply is most of the cost of a refused connection. */
  @Test
  void an_address_that_is_refused_again_and_again_is_reset_without_a_reply() throws Exception {
    try (TestServer server =
            TestServer.withoutLog(
                s -> {
                  s.mostConnections = 1_000;
                  s.mostPerAddress = 1;
                });
        RawClient first = server.greeted()) {
      int replies = 0;
      while (replies < 20 * SourceBound.FRUITLESS_SESSIONS.most() && refusedWithReply(server)) {
        replies++;
      }
      assertThat(replies)
          .isBetween(
              SourceBound.FRUITLESS_SESSIONS.most(),
              20 * SourceBound.FRUITLESS_SESSIONS.most() - 1);
      assertThat(server.count("postern.ingress.connections", "result", "address-limit"))
          .isEqualTo(replies + 1);
      assertThat(server.count("postern.ingress.refusals", "code", "421")).isEqualTo(replies);
      first.command("NOOP", "250");
    }
  }

  private static boolean refusedWithReply(TestServer server) throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      return !client.atEnd();
    }
  }

  @Test
  void where_one_address_is_all_clients_each_refused_connection_has_its_reply() throws Exception {
    try (TestServer server = TestServer.withoutLog(s -> s.mostConnections = s.mostPerAddress = 1);
        RawClient first = server.greeted()) {
      for (int i = 0; i <= 2 * SourceBound.FRUITLESS_SESSIONS.most(); i++) {
        assertThat(refusedWithReply(server)).isTrue();
      }
      first.command("NOOP", "250");
    }
  }

  @Test
  void an_IPv6_network_counts_as_one_address() throws Exception {
    ConnectionLimits limits = limits(10, 1);
    ConnectionLimits.Place first = limits.place();
    assertThat(first.enter(InetAddress.getByName("2001:db8::1")))
        .isEqualTo(ConnectionLimits.Admission.ACCEPTED);
    assertThat(limits.place().enter(InetAddress.getByName("2001:db8::2")))
        .isEqualTo(ConnectionLimits.Admission.ADDRESS_LIMIT);
    assertThat(limits.place().enter(InetAddress.getByName("2001:db8:0:1::2")))
        .isEqualTo(ConnectionLimits.Admission.ACCEPTED);
    first.close();
    assertThat(limits.place().enter(InetAddress.getByName("2001:db8::2")))
        .isEqualTo(ConnectionLimits.Admission.ACCEPTED);
  }

  private static ConnectionLimits limits(int all, int perAddress) {
    return new ConnectionLimits(new ConnectionBounds(all, perAddress, all));
  }

  /** Twelve addresses with a hundred each once had all. */
  @Test
  void addresses_that_take_all_the_connections_that_they_can_leave_some_for_others()
      throws Exception {
    ConnectionLimits limits = limits(1_000, 100);
    for (int address = 1; address <= 20; address++) {
      InetAddress attacker = InetAddress.getByName("192.0." + address + ".1");
      while (limits.place().enter(attacker) == ConnectionLimits.Admission.ACCEPTED) {}
    }
    for (int address = 1; address <= 5; address++) {
      InetAddress honest = InetAddress.getByName("198.51." + address + ".1");
      for (int i = 0; i < 2; i++) {
        assertThat(limits.place().enter(honest)).isEqualTo(ConnectionLimits.Admission.ACCEPTED);
      }
    }
  }

  @Test
  void one_address_has_all_its_connections_while_there_is_room() throws Exception {
    ConnectionLimits limits = limits(1_000, 100);
    for (int address = 1; address <= 5; address++) {
      for (int i = 0; i < 100; i++) {
        assertThat(limits.place().enter(InetAddress.getByName("192.0." + address + ".1")))
            .isEqualTo(ConnectionLimits.Admission.ACCEPTED);
      }
    }
  }

  @Test
  void where_one_address_is_all_clients_it_has_all() throws Exception {
    ConnectionLimits limits = limits(10, 10);
    for (int i = 0; i < 10; i++) {
      assertThat(limits.place().enter(InetAddress.getByName("192.0.2.1")))
          .isEqualTo(ConnectionLimits.Admission.ACCEPTED);
    }
  }

  /** Connections without end kept a processor busy; the others of their address wait as well. */
  @Test
  void an_address_whose_sessions_bring_nothing_waits_for_its_greeting() throws Exception {
    try (TestServer server = TestServer.withoutLog(s -> s.mostConnections = 1_000)) {
      Duration longest = Duration.ZERO;
      for (int i = 0; i < 10 * SourceBound.FRUITLESS_SESSIONS.most() && !waited(longest); i++) {
        long from = System.nanoTime();
        try (RawClient client = new RawClient(server.port())) {
          client.expect("220 ");
          longest = Duration.ofNanos(System.nanoTime() - from);
          client.command("QUIT", "221");
        }
      }
      assertThat(waited(longest)).isTrue();
    }
  }

  /** While the directory cannot be read nobody's mail is taken: nobody is slowed down for it. */
  @Test
  void sessions_whose_mail_we_could_not_take_count_for_nothing() throws Exception {
    try (TestServer server =
        TestServer.withoutLog(
            s -> {
              s.mostConnections = 1_000;
              s.directory = Optional::empty;
            })) {
      int late = 0;
      for (int i = 0; i < 2 * SourceBound.FRUITLESS_SESSIONS.most(); i++) {
        long from = System.nanoTime();
        try (RawClient client = new RawClient(server.port())) {
          client.expect("220 ");
          late += waited(Duration.ofNanos(System.nanoTime() - from)) ? 1 : 0;
          client.command("EHLO client.example", "250");
          client.command("MAIL FROM:<a@b.example>", "451 4.3.0");
          client.command("QUIT", "221");
        }
      }
      // Half of those beyond the free ones would wait; a machine may be slow once.
      assertThat(late).isLessThan(5);
    }
  }

  private static boolean waited(Duration greeting) {
    return greeting.compareTo(Reception.LATE_GREETING) >= 0;
  }

  @Test
  void stopping_ends_idle_sessions_with_421_and_takes_no_more() throws Exception {
    TestServer server = TestServer.withoutLog(s -> {});
    try (RawClient idle = server.greeted()) {
      int port = server.port();
      Thread stopping = Thread.ofVirtual().start(server::close);
      idle.expect("421 4.3.2");
      assertThat(stopping.join(Duration.ofSeconds(10))).isTrue();
      Assertions.assertThatThrownBy(() -> new RawClient(port))
          .isInstanceOf(java.io.IOException.class);
    }
  }

  @Test
  void a_session_that_does_not_end_in_time_is_cut_off() throws Exception {
    TestServer server = TestServer.withoutLog(s -> s.shutdownPatience = Duration.ofMillis(500));
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@b.example>", "250");
      client.command("RCPT TO:<a@contoso.example>", "250");
      client.command("DATA", "354");
      Thread stopping = Thread.ofVirtual().start(server::close);
      assertThat(client.atEnd()).isTrue();
      assertThat(stopping.join(Duration.ofSeconds(15))).isTrue();
    }
  }

  @Test
  void a_taken_port_is_named_and_no_listener_is_left_open() throws Exception {
    try (TestServer parts = TestServer.withoutLog(s -> {});
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());
      Listener free = parts.listener("free", false, List.of());
      Listener listener =
          new Listener(
              "postern.ingress",
              "taken",
              List.of(address),
              false,
              Balancers.NONE,
              parts.limits.made(),
              parts.bounds());
      IngressServer second = parts.another(List.of(free, listener));
      Assertions.assertThatThrownBy(second::start)
          .isInstanceOf(ListenException.class)
          .hasMessageStartingWith("postern.ingress.port " + taken.getLocalPort() + " cannot be")
          .hasCauseInstanceOf(BindException.class);
      assertThat(second.listening()).isFalse();
    }
  }
}
