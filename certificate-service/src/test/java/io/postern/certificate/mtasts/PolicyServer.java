package io.postern.certificate.mtasts;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.postern.lab.Identity;
import io.postern.lab.LabHttps;
import io.postern.lab.LabProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A policy host of a test, behind a proxy that knows its name. */
final class PolicyServer implements AutoCloseable {
  static final String POLICY =
      "version: STSv1\r\nmode: enforce\r\nmx: mail.fabrikam.example\r\nmx: *.Fabrikam.example\r\n"
          + "max_age: 604800\r\n";

  private final AtomicInteger asked = new AtomicInteger();
  private final LabHttps server;
  private volatile HttpHandler answer = exchange -> send(exchange, POLICY);

  PolicyServer(String domain, Identity identity, LabProxy proxy) {
    server =
        LabHttps.start(
            identity,
            exchange -> {
              asked.incrementAndGet();
              answer.handle(exchange);
            });
    proxy.host("mta-sts." + domain, server.port());
  }

  void answers(HttpHandler handler) {
    answer = handler;
  }

  void answers(String policy) {
    answer = exchange -> send(exchange, policy);
  }

  /** The number of requests so far. */
  int asked() {
    return asked.get();
  }

  static void send(HttpExchange exchange, String policy) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/plain");
    byte[] body = policy.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.close();
  }
}
