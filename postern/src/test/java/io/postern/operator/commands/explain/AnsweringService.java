package io.postern.operator.commands.explain;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.operator.api.ServiceApi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A policy-service by HTTP on a free port, which gives the answers that a test has written, each
 * once and the last one again, and keeps what it was asked. Any thread.
 */
public final class AnsweringService implements AutoCloseable {
  record Answer(int status, String body) {}

  public record Asked(String method, String path, String accept, String body) {}

  private final HttpServer server;
  private final Map<String, Deque<Answer>> answers = new HashMap<>();
  private final List<Asked> asked = new ArrayList<>();

  public AnsweringService() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /**
   * @param request such as "GET /api/v1/what-if/7"
   */
  public synchronized AnsweringService on(String request, int status, String body) {
    answers.computeIfAbsent(request, r -> new ArrayDeque<>()).add(new Answer(status, body));
    return this;
  }

  public synchronized List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** A state folder as that of a ./run, with this service alone. */
  public Path state(Path folder) throws IOException {
    Files.writeString(folder.resolve("credentials"), "admin:secret");
    Files.writeString(
        folder.resolve("running.properties"),
        "postern.policy.url=http://127.0.0.1:%d\npostern.policy.credentials-file=%s\n"
            .formatted(server.getAddress().getPort(), folder.resolve("credentials")));
    return folder;
  }

  /** As a command reaches it. */
  ServiceApi api(Path folder) throws IOException {
    return new ServiceApi(
        "policy-service",
        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
        state(folder).resolve("credentials"),
        HttpClient.newHttpClient());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    String accept = exchange.getRequestHeaders().getFirst("Accept");
    String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Answer answer;
    synchronized (this) {
      asked.add(
          new Asked(
              exchange.getRequestMethod(), exchange.getRequestURI().toString(), accept, text));
      Deque<Answer> left = answers.getOrDefault(request, new ArrayDeque<>());
      Answer none = new Answer(404, "{\"status\":404,\"detail\":\"nothing at " + request + "\"}");
      answer = left.size() > 1 ? left.removeFirst() : left.isEmpty() ? none : left.getFirst();
    }
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      if (answer.status() == 404) {
        exchange.getResponseHeaders().add("Content-Type", "application/problem+json");
      }
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Whoever asks from now on is refused the connection. */
  @Override
  public void close() {
    server.stop(0);
  }
}
