package io.postern.ingress.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.v1.MessageRefused;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestServer;
import io.postern.ingress.bounds.SourceBound;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners behind balancers, over real sockets; 127.0.0.1 is the balancer. */
class ProxyProtocolTest {
  private static final String BALANCER = "127.0.0.1";

  private static TestServer server(TestServer.Settings settings) throws Exception {
    return TestServer.withoutLog(
        s -> {
          settings.change(s);
          s.listeners =
              List.of(
                  s.listener("smtp", false, List.of(BALANCER + "/32")),
                  s.listener("smtps", true, List.of(BALANCER)),
                  s.listener("open", false, List.of()));
        });
  }

  private static TestServer server() throws Exception {
    return server(s -> {});
  }

  private static MessageRefused onlyRefusal(TestServer server) {
    await().until(() -> !server.refusals.isEmpty());
    return server.refusals.getFirst();
  }

  @Test
  void the_client_that_a_balancer_names_is_the_client_everywhere() throws Exception {
    try (TestServer server = server();
        RawClient client = new RawClient(server.port("smtp"))) {
      client.raw(ProxySeeds.of("ipv6-checksum-tlvs")).expect("220 ");
      assertThat(client.command("EHLO client.example")).contains("greets 2001:db8:0:0:0:0:0:7");
      client.command("MAIL FROM:<a@stranger.example>", "250");
      client.command("RCPT TO:<x@nowhere.example>", "550 5.7.64");
      MessageRefused refusal = onlyRefusal(server);
      assertThat(refusal.getSession().getClientIp()).isEqualTo("2001:db8:0:0:0:0:0:7");
      assertThat(refusal.getSession().getClientPort()).isEqualTo(50123);
      assertThat(refusal.getSession().getProxiedBy()).isEqualTo(BALANCER);
      assertThat(refusal.getSession().getListener()).isEqualTo("smtp");
    }
  }

  /** A balancer sends the first octets of its client, here a ClientHello, behind its header. */
  @Test
  void a_handshake_may_follow_the_header_at_once() throws Exception {
    try (TestServer server = server();
        RawClient client = new RawClient(server.port("smtps"))) {
      client.raw(ProxySeeds.of("ipv4")).handshake(null);
      client.expect("220 ");
      assertThat(client.command("EHLO client.example"))
          .contains("greets 192.0.2.7")
          .doesNotContain("STARTTLS");
    }
  }

  /** Not one octet of the client's is read with the header, however the octets come. */
  @ParameterizedTest
  @ValueSource(strings = {"ipv4", "ipv4-line", "ipv6-checksum-tlvs", "ipv6-line-longest"})
  void a_ClientHello_in_the_headers_segment_and_headers_in_halves(String header) throws Exception {
    byte[] octets = ProxySeeds.of(header);
    try (TestServer server = server();
        ServerSocket balancer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int half : new int[] {0, 1, 6, 14, 15, 16, 17, octets.length - 1}) {
        Thread passing = Thread.ofVirtual().start(() -> pass(balancer, server, octets, half));
        try (RawClient client = new RawClient(balancer.getLocalPort())) {
          client.handshake(null).expect("220 ");
          assertThat(client.command("EHLO client.example"))
              .contains(header.startsWith("ipv6") ? "greets 2001:db8:0" : "greets 192.0.2.7");
        }
        passing.join();
      }
    }
  }

  /** The header's first octets, and the rest of it in one segment with the ClientHello. */
  private static void pass(ServerSocket balancer, TestServer server, byte[] header, int half) {
    try (Socket client = balancer.accept();
        Socket target = new Socket(InetAddress.getLoopbackAddress(), server.port("smtps"))) {
      target.setTcpNoDelay(true);
      byte[] hello = new byte[16_384];
      int read = client.getInputStream().read(hello);
      target.getOutputStream().write(header, 0, half);
      Thread.sleep(half == 0 ? 0 : 30);
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      rest.write(header, half, header.length - half);
      rest.write(hello, 0, read);
      rest.writeTo(target.getOutputStream());
      Thread back =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      target.getInputStream().transferTo(client.getOutputStream());
                    } catch (IOException closed) {
                      // by the client
                    }
                  });
      client.getInputStream().transferTo(target.getOutputStream());
      target.close();
      back.join();
    } catch (IOException closed) {
      // the test fails by its client
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void input_behind_the_header_is_the_clients_and_came_before_the_greeting() throws Exception {
    try (TestServer server = server();
        RawClient client = new RawClient(server.port("smtp"))) {
      ByteArrayOutputStream both = new ByteArrayOutputStream();
      both.write(ProxySeeds.of("ipv4"));
      both.write("EHLO early.example\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      client.raw(both.toByteArray()).expect("554 5.5.1");
      assertThat(onlyRefusal(server).getSession().getClientIp()).isEqualTo("192.0.2.7");
    }
  }

  /** Whatever header it sends, or none. */
  @Test
  void an_unlisted_source_never_chooses_its_address() throws Exception {
    Random random = new Random(42);
    List<byte[]> seeds = List.copyOf(ProxySeeds.all().values());
    try (TestServer server = server()) {
      for (int i = 0; i < SourceBound.REFUSED_CONNECTIONS.most(); i++) { // further ones are reset
        String source = "127.0." + random.nextInt(3) + "." + (2 + random.nextInt(200));
        String listener = random.nextInt(4) == 0 ? "smtps" : "smtp";
        try (RawClient client = RawClient.from(source, server.port(listener))) {
          client.raw(seeds.get(random.nextInt(seeds.size())));
          if (listener.equals("smtp")) {
            client.expect("421 4.7.1 mx.postern.example Only balancers may connect to this port");
          }
          assertThat(client.atEnd()).isTrue();
        } catch (java.net.SocketException closed) {
          // the server was quicker than our header
        }
      }
      server.refusalCounts.close();
      assertThat(server.refusals)
          .isNotEmpty()
          .allSatisfy(
              refusal -> {
                assertThat(refusal.getRule()).isEqualTo("proxy-protocol");
                assertThat(refusal.getSession().getClientIp()).startsWith("127.0.");
                assertThat(refusal.getSession().getProxiedBy()).isEmpty();
              });
      assertThat(server.count("postern.ingress.connections", "result", "accepted")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bad-line-port",
        "bad-line-endless",
        "bad-checksum",
        "bad-udp",
        "bad-unix",
        "bad-smtp"
      })
  void a_balancer_that_names_no_client_is_refused(String header) throws Exception {
    try (TestServer server = server();
        RawClient client = new RawClient(server.port("smtp"))) {
      client
          .raw(ProxySeeds.of(header))
          .expect("421 4.7.1 mx.postern.example The balancer sent no usable PROXY header");
      MessageRefused refusal = onlyRefusal(server);
      assertThat(refusal.getRule()).isEqualTo("proxy-protocol");
      assertThat(refusal.getSession().getClientIp()).isEqualTo(BALANCER);
      assertThat(server.count("postern.ingress.connections", "result", "no-client")).isOne();
    }
  }

  @Test
  void a_balancer_that_stays_silent_is_refused_in_time_and_gives_its_place_back() throws Exception {
    try (TestServer server = server(s -> s.proxyHeaderTimeout = Duration.ofMillis(300));
        RawClient silent = new RawClient(server.port("smtp"));
        RawClient half = new RawClient(server.port("smtp"))) {
      half.raw(java.util.Arrays.copyOf(ProxySeeds.of("ipv4"), 20));
      silent.expect("421 4.7.1");
      half.expect("421 4.7.1");
      await().until(() -> sessions(server, "smtp") == 0);
    }
  }

  @Test
  void a_balancer_that_only_looks_whether_the_port_is_open_is_no_refusal() throws Exception {
    try (TestServer server = server()) {
      new RawClient(server.port("smtp")).close();
      try (RawClient client = new RawClient(server.port("smtp"))) {
        client.raw(ProxySeeds.of("ipv4")).expect("220 ");
        await().until(() -> sessions(server, "smtp") == 1);
      }
      server.refusalCounts.close();
      assertThat(server.refusals).isEmpty();
    }
  }

  private static double sessions(TestServer server, String listener) {
    return server
        .registry
        .get("postern.ingress.sessions")
        .tag("listener", listener)
        .gauge()
        .value();
  }

  @Test
  void a_health_check_gets_a_short_answer_and_sends_no_mail() throws Exception {
    try (TestServer server = server()) {
      try (RawClient check = new RawClient(server.port("smtp"))) {
        check.raw(ProxySeeds.of("local")).expect("220 ");
        check.command("EHLO balancer.example", "250 ");
        check.command("QUIT", "221 ");
        assertThat(check.atEnd()).isTrue();
      }
      try (RawClient check = new RawClient(server.port("smtp"))) {
        check.raw(ProxySeeds.of("local-line")).expect("220 ");
        check.command("MAIL FROM:<a@b.example>", "421 4.7.1");
      }
      try (RawClient check = new RawClient(server.port("smtp"))) {
        check.raw(ProxySeeds.of("local-with-addresses")).expect("220 ");
        check.command("MAIL FROM:<a@b.example>", "421 4.7.1");
        assertThat(check.atEnd()).isTrue();
      }
      try (RawClient check = new RawClient(server.port("smtps"))) {
        check.raw(ProxySeeds.of("local-checksum")).handshake(null).expect("220 ");
      }
      await().until(() -> sessions(server, "smtp") + sessions(server, "smtps") == 0);
    }
  }

  @Test
  void a_health_check_hears_that_a_replica_takes_no_mail() throws Exception {
    try (TestServer server = server(s -> s.directory = Optional::empty);
        RawClient check = new RawClient(server.port("smtp"))) {
      check.raw(ProxySeeds.of("local")).expect("421 4.3.2");
      assertThat(check.atEnd()).isTrue();
    }
  }

  /** The balancer's own address has no bound: its clients' have. */
  @Test
  void the_bound_of_an_address_is_the_clients() throws Exception {
    List<RawClient> open = new ArrayList<>();
    try (TestServer server =
        server(
            s -> {
              s.mostConnections = 1_000;
              s.mostPerAddress = 2;
            })) {
      for (int client = 1; client <= 5; client++) {
        for (int i = 0; i < 2; i++) {
          RawClient accepted = new RawClient(server.port("smtp"));
          open.add(accepted);
          accepted.raw(ProxySeeds.naming(192, 0, client, 1)).expect("220 ");
        }
        try (RawClient beyond = new RawClient(server.port("smtp"))) {
          beyond.raw(ProxySeeds.naming(192, 0, client, 1)).expect("421 4.3.2");
        }
      }
      assertThat(sessions(server, "smtp")).isEqualTo(10);
      try (RawClient direct = new RawClient(server.port("open"))) {
        direct.expect("220 ");
      }
    } finally {
      for (RawClient client : open) {
        client.close();
      }
    }
  }
}
