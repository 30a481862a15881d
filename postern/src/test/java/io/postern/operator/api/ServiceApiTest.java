package io.postern.operator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.operator.signin.ScriptedHttp;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requests to servers that are not as a service is. */
class ServiceApiTest {
  private static ServiceApi api(URI base) {
    return new ServiceApi("policy-service", base, Credentials.none(), Https.client());
  }

  /** The time-out of a request ends with the answer's head. */
  @Test
  void anAnswerThatHasNoEndEndsWithTheTimeOut() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> closed = threads.submit(() -> stall(server));
      ServiceApi api = api(URI.create("http://127.0.0.1:" + server.getLocalPort()));
      assertThatThrownBy(
              () -> api.send(api.request("/me").timeout(Duration.ofSeconds(1)), Set.of(200)))
          .hasMessageContaining("its response has no end after 1 s");
      assertThat(closed.get(30, TimeUnit.SECONDS)).as("the connection is closed").isTrue();
    }
  }

  private static boolean stall(ServerSocket server) throws Exception {
    try (Socket socket = server.accept();
        OutputStream out = socket.getOutputStream()) {
      socket.setSoTimeout(20_000);
      out.write(
          "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      while (socket.getInputStream().read() >= 0) {
        // the request
      }
      return true;
    }
  }

  @Test
  void aLongBodyIsShownInPart() {
    try (ScriptedHttp server =
        ScriptedHttp.start(request -> new ScriptedHttp.Answer(502, "x".repeat(100_000)))) {
      ServiceApi api = api(server.url());
      assertThatThrownBy(() -> api.send(api.request("/me"), Set.of(200)))
          .hasMessageStartingWith("policy-service returned 502: xxx")
          .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(2_100));
    }
  }
}
