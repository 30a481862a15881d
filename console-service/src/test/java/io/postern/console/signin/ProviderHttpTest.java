package io.postern.console.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.postern.console.signin.ProviderException.Kind;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A provider that is slow, endless or away holds nobody for long. */
class ProviderHttpTest {
  private static final int PLACES = 16;
  private static final String NETWORK = "198.51.100.1";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch twoCame = new CountDownLatch(2);
  private final CountDownLatch allCame = new CountDownLatch(PLACES);
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(threads);
    server.createContext(
        "/silent",
        exchange -> {
          twoCame.countDown();
          allCame.countDown();
          awaitEnd();
          exchange.close();
        });
    server.createContext(
        "/head-alone",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          awaitEnd();
          exchange.close();
        });
    server.createContext(
        "/large",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(("\"" + "x".repeat(300 << 10) + "\"").getBytes(StandardCharsets.US_ASCII));
          }
        });
    server.createContext(
        "/elsewhere",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/large");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.createContext(
        "/markup",
        exchange -> {
          exchange.sendResponseHeaders(200, 6);
          exchange.getResponseBody().write("<html>".getBytes(StandardCharsets.US_ASCII));
          exchange.close();
        });
    server.start();
  }

  private void awaitEnd() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
    client.close();
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path))
        .build();
  }

  private static Kind kind(Throwable e) {
    return ((ProviderException) e).kind();
  }

  @Test
  void noAnswerInTimeIsSilence() {
    ProviderHttp http = new ProviderHttp(client, Duration.ofMillis(300));

    for (String path : List.of("/silent", "/head-alone")) {
      assertThatThrownBy(() -> http.send(request(path), NETWORK))
          .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.SILENT))
          .hasMessageContaining(path);
    }
  }

  @Test
  void anAnswerIsBoundedAndLeadsNowhere() throws Exception {
    ProviderHttp http = new ProviderHttp(client, Duration.ofSeconds(20));

    assertThatThrownBy(() -> http.send(request("/large"), NETWORK))
        .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.SILENT));
    assertThat(http.send(request("/elsewhere"), NETWORK).status()).isEqualTo(302);
    assertThat(http.send(request("/markup"), NETWORK).body().isMissingNode()).isTrue();
  }

  @Test
  void strangersHoldSixteenPlacesAtMost() throws Exception {
    ProviderHttp http = new ProviderHttp(client, Duration.ofSeconds(20));
    List<Future<ProviderHttp.Answer>> waiting = new ArrayList<>();
    for (int i = 0; i < PLACES; i++) {
      String network = "192.0.2." + i / 2;
      waiting.add(threads.submit(() -> http.send(request("/silent"), network)));
    }
    allCame.await();

    assertThatThrownBy(() -> http.send(request("/markup"), NETWORK))
        .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.CROWDED))
        .hasMessageContaining("16");
    end.countDown();
    for (Future<ProviderHttp.Answer> one : waiting) {
      assertThatThrownBy(one::get).hasCauseInstanceOf(ProviderException.class);
    }
    assertThat(http.send(request("/markup"), NETWORK).status()).isEqualTo(200);
  }

  @Test
  void oneNetworkHoldsTwoPlacesAndLeavesTheOthersToOthers() throws Exception {
    ProviderHttp http = new ProviderHttp(client, Duration.ofSeconds(20));
    for (int i = 0; i < 2; i++) {
      Future<?> unused = threads.submit(() -> http.send(request("/silent"), "192.0.2.1"));
    }
    twoCame.await();

    assertThatThrownBy(() -> http.send(request("/markup"), "192.0.2.1"))
        .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.CROWDED));
    assertThat(http.send(request("/markup"), NETWORK).status()).isEqualTo(200);
  }
}
