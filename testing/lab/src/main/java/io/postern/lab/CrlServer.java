package io.postern.lab;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.postern.programs.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server, on 127.0.0.1 unless an address is named, that serves CRLs and OCSP answers,
 * signed anew at each fetch, and counts the fetches. It can be stopped and started on the same
 * port, and made to misbehave: answer nothing, answer other bytes, answer an error. Thread-safe.
 */
public final class CrlServer implements AutoCloseable {
  private static final int LONGEST_STALL_SECONDS = 120;
  private static final int LONGEST_REQUEST = 8 * 1024;

  private sealed interface Manner {
    record Truthful() implements Manner {}

    record Stalling(CountDownLatch end) implements Manner {}

    record Lying(byte[] body) implements Manner {}

    record Failing(int status) implements Manner {}
  }

  private final InetSocketAddress address;
  private final URI url;
  private final Map<String, Supplier<byte[]>> lists = new ConcurrentHashMap<>();
  private final Map<String, UnaryOperator<byte[]>> responders = new ConcurrentHashMap<>();
  private final Map<String, Integer> fetches = new ConcurrentHashMap<>();
  private volatile Manner manner = new Manner.Truthful();
  private @Nullable HttpServer server;
  private @Nullable ExecutorService threads;

  private CrlServer(InetSocketAddress address, URI url) {
    this.address = address;
    this.url = url;
  }

  /** A running server on a free port. */
  public static CrlServer create() {
    return on(FreePorts.next());
  }

  /** A running server on that port; throws when the port is taken. */
  public static CrlServer on(int port) {
    return at(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        URI.create("http://127.0.0.1:" + port + "/"));
  }

  /**
   * A running server for other hosts.
   *
   * @param url under which they reach it, with a slash at its end
   */
  public static CrlServer at(InetSocketAddress address, URI url) {
    CrlServer server = new CrlServer(address, url);
    server.start();
    return server;
  }

  /** Starts again after {@link #stop()}, on the same port; nothing when it runs. */
  public synchronized void start() {
    if (server != null) {
      return;
    }
    try {
      HttpServer starting = HttpServer.create(address, 64);
      threads = Executors.newVirtualThreadPerTaskExecutor();
      starting.setExecutor(threads);
      starting.createContext("/", this::answer);
      starting.start();
      server = starting;
    } catch (IOException failed) {
      throw new UncheckedIOException("CRL server cannot listen on port " + port(), failed);
    }
  }

  /** Nobody listens any more: a fetch is refused. */
  public synchronized void stop() {
    truthful();
    if (server != null) {
      server.stop(0);
      server = null;
    }
    if (threads != null) {
      threads.shutdownNow();
      threads = null;
    }
  }

  @Override
  public void close() {
    stop();
  }

  public int port() {
    return address.getPort();
  }

  public URI url() {
    return url;
  }

  /** Serves both CRLs of the authority, and answers as its OCSP responder. */
  public void serve(LabCa ca) {
    responders.put(ca.ocspPath(), ca::ocsp);
    serve(ca.crlPath(), ca::crl);
    serve(ca.rootCrlPath(), ca::rootCrl);
  }

  public void serve(String path, Supplier<byte[]> content) {
    lists.put(path, content);
  }

  /** Where the authority's OCSP responder is. */
  public String responder(LabCa ca) {
    return url().resolve(ca.ocspPath()).toString();
  }

  /** Takes requests and answers none, until {@link #truthful()} or {@link #stop()}. */
  public void stall() {
    behave(new Manner.Stalling(new CountDownLatch(1)));
  }

  /** Answers every request with these bytes. */
  public void lie(byte[] body) {
    behave(new Manner.Lying(body.clone()));
  }

  /** Answers every request with this HTTP status. */
  public void fail(int status) {
    behave(new Manner.Failing(status));
  }

  /** Serves the lists again. */
  public void truthful() {
    behave(new Manner.Truthful());
  }

  private synchronized void behave(Manner next) {
    Manner last = manner;
    manner = next; // first, as a released request looks at it
    if (last instanceof Manner.Stalling(CountDownLatch end)) {
      end.countDown();
    }
  }

  /** Requests so far, of any answer. */
  public int fetches() {
    return fetches.values().stream().mapToInt(Integer::intValue).sum();
  }

  public int fetches(String path) {
    return fetches.getOrDefault(path, 0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      fetches.merge(path, 1, Integer::sum);
      Manner now = manner;
      if (now instanceof Manner.Stalling(CountDownLatch end)) {
        if (!end.await(LONGEST_STALL_SECONDS, TimeUnit.SECONDS)) {
          return;
        }
        now = manner;
      }
      Supplier<byte[]> list = lists.get(path);
      UnaryOperator<byte[]> responder = responders.get(path);
      switch (now) {
        case Manner.Lying(byte[] body) -> send(exchange, "application/pkix-crl", body);
        case Manner.Failing(int status) -> exchange.sendResponseHeaders(status, -1);
        case Manner.Truthful() when list != null ->
            send(exchange, "application/pkix-crl", list.get()); // RFC 2585 §4.2
        case Manner.Truthful() when responder != null ->
            send( // RFC 6960 §A.2
                exchange,
                "application/ocsp-response",
                responder.apply(exchange.getRequestBody().readNBytes(LONGEST_REQUEST)));
        case Manner.Truthful() -> exchange.sendResponseHeaders(404, -1);
        case Manner.Stalling stalledAgain -> {} // the connection closes without an answer
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, String type, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }
}
