package io.postern.operator.signin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** An HTTP server on loopback that answers by a function, and keeps the requests. Thread-safe. */
public final class ScriptedHttp implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  /**
   * @param path with the query
   * @param authorization empty: none
   * @param precondition If-Match, or If-None-Match; empty: none
   * @param code of a second factor; empty: none
   */
  public record Request(
      String method,
      String path,
      String authorization,
      String precondition,
      String code,
      String body) {}

  /**
   * A status and a JSON body.
   *
   * @param etag empty: none
   * @param passwordShown of a password that needs a code too; empty: none
   */
  public record Answer(int status, String json, String etag, String passwordShown) {
    public Answer(int status, String json, String etag) {
      this(status, json, etag, "");
    }

    public Answer(int status, String json) {
      this(status, json, "");
    }

    public static Answer ok(String json) {
      return new Answer(200, json);
    }
  }

  private ScriptedHttp(HttpServer server) {
    this.server = server;
  }

  public static ScriptedHttp start(Function<Request, Answer> answers) {
    try {
      ScriptedHttp scripted =
          new ScriptedHttp(
              HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16));
      scripted.server.setExecutor(scripted.threads);
      scripted.server.createContext("/", exchange -> scripted.handle(exchange, answers));
      scripted.server.start();
      return scripted;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void handle(HttpExchange exchange, Function<Request, Answer> answers) throws IOException {
    try (exchange) {
      String authorization = field(exchange, "Authorization");
      Request request =
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              authorization,
              field(exchange, "If-Match") + field(exchange, "If-None-Match"),
              field(exchange, "Postern-Code"),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      requests.add(request);
      Answer answer = answers.apply(request);
      byte[] body = answer.json().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", type(answer));
      if (!answer.etag().isEmpty()) {
        exchange.getResponseHeaders().add("ETag", answer.etag());
      }
      if (!answer.passwordShown().isEmpty()) {
        exchange.getResponseHeaders().add("Postern-Password-Shown", answer.passwordShown());
      }
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String field(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  /** A 404 with a body is one of our services, without one a balancer's. */
  private static String type(Answer answer) {
    return answer.status() == 404 && !answer.json().isEmpty()
        ? "application/problem+json"
        : "application/json";
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  public List<Request> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
