package io.postern.console.web.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.postern.api.ProblemException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The time of a page's questions, and what it keeps of their answers. */
class PageCallsTest {
  private static final Duration LONG = Duration.ofHours(1);

  @Test
  void aReadingQuestionLeavesTimeForAnotherService() {
    PageCalls calls = new PageCalls(LONG, Duration.ofSeconds(15), false);

    assertThat(calls.readingTime("policy-service")).isEqualTo(Duration.ofSeconds(15));
    assertThat(calls.time("policy-service", LONG)).isBetween(LONG.minusMinutes(1), LONG);
  }

  @Test
  void nothingIsAskedWhenTheTimeIsOver() {
    PageCalls calls = new PageCalls(Duration.ZERO, LONG, false);

    assertThatThrownBy(() -> calls.readingTime("policy-service"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("policy-service does not respond");
  }

  /** The server takes connections and says nothing. */
  @Test
  void aServiceThatDidNotAnswerIsNotAskedAgain() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        HttpClient http = HttpClient.newHttpClient()) {
      PageCalls calls = new PageCalls(LONG, Duration.ofMillis(200), false);
      URI at = URI.create("http://127.0.0.1:" + silent.getLocalPort());
      Peer.Reader reader = new Peer.Reader("", null);
      Peer peer = new Peer("certificate-service", Optional.of(at), http, reader, calls);
      List<String> notes = new ArrayList<>();

      assertThat(Asked.of(peer, "/one").get(notes)).isEmpty();
      assertThat(Asked.of(peer, "/two").get(notes)).isEmpty();

      assertThat(notes).containsExactly("certificate-service does not respond: try again.");
      assertThatThrownBy(() -> calls.readingTime("certificate-service"))
          .isInstanceOf(ProblemException.class);
      assertThat(calls.readingTime("policy-service")).isPositive();
    }
  }

  /** By whose network policy-service slows wrong passwords, such as of a change of the own one. */
  @Test
  void theServiceLearnsTheReadersAddress() throws Exception {
    List<String> addresses = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext(
        "/",
        exchange -> {
          addresses.add(exchange.getRequestHeaders().getFirst("X-Forwarded-For"));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI at = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
      Peer.Reader reader = new Peer.Reader("Bearer token", "192.0.2.7");
      PageCalls calls = new PageCalls(LONG, LONG, false);
      Peer peer = new Peer("policy-service", Optional.of(at), http, reader, calls);
      peer.put("/me/password", Map.of(), null);
      peer.text("/text");
    } finally {
      server.stop(0);
    }
    assertThat(addresses).containsExactly("192.0.2.7", "192.0.2.7");
  }

  @Test
  void oneAnswerIsAsItCameAndSeveralHaveTheirPaths() throws Exception {
    PageCalls calls = new PageCalls(LONG, LONG, true);
    calls.keep("policy-service/api/v1/me", "{\"a\":  1}", true);
    assertThat(calls.json()).isEqualTo("{\"a\":  1}");

    calls.keep("policy-service/api/v1/text?x=\"", "a \"line\"\n", false);
    JsonNode both = new ObjectMapper().readTree(calls.json());
    assertThat(both.path("policy-service/api/v1/me").path("a").asInt()).isEqualTo(1);
    assertThat(both.path("policy-service/api/v1/text?x=\"").asText()).isEqualTo("a \"line\"\n");
  }

  @Test
  void whatIsWantedAsPageIsNotKept() {
    PageCalls calls = new PageCalls(LONG, LONG, false);
    calls.keep("policy-service/api/v1/me", "{\"a\": 1}", true);

    assertThat(calls.isWantedAsJson()).isFalse();
    assertThat(calls.json()).isEqualTo("{\n}\n");
  }

  @Test
  void moreThan16MegabytesAreRefused() {
    PageCalls calls = new PageCalls(LONG, LONG, true);
    String half = "\"" + "x".repeat(9 << 20) + "\"";
    calls.keep("one", half, true);
    assertThat(calls.json()).hasSize(half.length());

    calls.keep("two", half, true);
    assertThatThrownBy(calls::json)
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().status()).isEqualTo(413));
  }
}
