package io.postern.console.web.peers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** policy-service and certificate-service as a test wants them to answer, on one address. */
public final class SomePeers implements QuarkusTestResourceLifecycleManager {
  private static final Map<String, Reply> REPLIES = new ConcurrentHashMap<>();
  private static final List<Asked> ASKED = new CopyOnWriteArrayList<>();

  private @Nullable HttpServer server;
  private @Nullable ExecutorService threads;

  /** An answer; of status 0: none ever comes. */
  record Reply(int status, String type, String body) {
    static Reply json(String body) {
      return new Reply(200, "application/json", body);
    }

    static Reply never() {
      return new Reply(0, "", "");
    }
  }

  /** A question as it came. */
  record Asked(String path, String authorization, String type, String body) {}

  /**
   * @param path with its query
   */
  static void answer(String path, Reply reply) {
    REPLIES.put(path, reply);
  }

  static void forget() {
    REPLIES.clear();
    ASKED.clear();
  }

  static List<Asked> asked() {
    return ASKED;
  }

  @Override
  public Map<String, String> start() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/", SomePeers::answer);
    server.start();
    String address = "http://127.0.0.1:" + server.getAddress().getPort();
    return Map.of(
        "postern.console.policy-url", address, "postern.console.certificate-url", address);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    ASKED.add(
        new Asked(
            path,
            String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
            String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type")),
            body));
    Reply reply =
        REPLIES.getOrDefault(
            path,
            new Reply(
                404,
                "application/problem+json",
                "{\"title\":\"Not found\",\"status\":404,\"detail\":\"There is none.\"}"));
    if (reply.status() == 0) {
      return; // the exchange stays open until the server ends
    }
    byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", reply.type());
    exchange.sendResponseHeaders(reply.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void stop() {
    if (server != null) {
      server.stop(0);
    }
    if (threads != null) {
      threads.shutdownNow();
    }
  }
}
