package io.postern.certificate.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.certificate.revocation.Patience;
import io.postern.certificate.revocation.TestSettings;
import io.postern.certificate.revocation.crl.Crl;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.certificate.revocation.store.PublicationStore;
import io.postern.lab.SilentPort;
import io.postern.programs.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fetches through a proxy, real and broken ones. */
public class HttpProxyTest {
  @TempDir Path folder = Path.of("");
  private final RawServer server = new RawServer();

  @AfterEach
  void close() {
    server.close();
  }

  /** A proxy for GET and POST (RFC 9112 §3.2.2), which takes any name for loopback. */
  private static final class RealProxy implements AutoCloseable {
    private final ServerSocket listener =
        new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    final AtomicInteger passed = new AtomicInteger();

    RealProxy() throws IOException {
      Thread.ofVirtual().start(this::accept);
    }

    int port() {
      return listener.getLocalPort();
    }

    private void accept() {
      while (!listener.isClosed()) {
        try {
          Socket client = listener.accept();
          Thread.ofVirtual().start(() -> pass(client));
        } catch (IOException e) {
          return;
        }
      }
    }

    private void pass(Socket client) {
      try (client) {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
          head.append((char) client.getInputStream().read());
        }
        String[] line = head.substring(0, head.indexOf("\r\n")).split(" ", 3);
        java.net.URI uri = java.net.URI.create(line[1]);
        if (!"http".equals(uri.getScheme())) {
          client
              .getOutputStream()
              .write("HTTP/1.1 400 no proxy request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          return;
        }
        passed.incrementAndGet();
        try (Socket server = new Socket(InetAddress.ofLiteral("127.0.0.1"), uri.getPort())) {
          String origin = line[0] + " " + uri.getRawPath() + " " + line[2];
          server
              .getOutputStream()
              .write(
                  (origin + head.substring(head.indexOf("\r\n")))
                      .getBytes(StandardCharsets.US_ASCII));
          server.getInputStream().transferTo(client.getOutputStream());
        }
      } catch (IOException e) {
        // One of the two has gone.
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  public record Proxied(TestSettings plain, String proxy, boolean allowPrivateTargets)
      implements FetchSettings {
    @Override
    public Optional<String> httpProxy() {
      return Optional.of(proxy);
    }

    @Override
    public Duration connectTimeout() {
      return plain.connectTimeout();
    }

    @Override
    public Duration fetchTimeout() {
      return plain.fetchTimeout();
    }

    @Override
    public long maxBytes() {
      return plain.maxBytes();
    }

    @Override
    public int maxRedirects() {
      return plain.maxRedirects();
    }

    @Override
    public int concurrentFetches() {
      return plain.concurrentFetches();
    }

    @Override
    public int concurrentFetchesPerHost() {
      return plain.concurrentFetchesPerHost();
    }
  }

  private FetchSettings by(int port, boolean allowPrivate) {
    return new Proxied(TestSettings.in(folder), "127.0.0.1:" + port, allowPrivate);
  }

  private FetchSettings impatientlyBy(int port) {
    return new Proxied(TestSettings.impatient(folder), "127.0.0.1:" + port, false);
  }

  private static HttpFetch.Request list() {
    return HttpFetch.Request.list(1 << 20);
  }

  private FetchException failure(FetchSettings settings, String url) {
    try (HttpFetch http = new HttpFetch(settings)) {
      return Objects.requireNonNull(
          catchThrowableOfType(
              FetchException.class, () -> http.fetch(url, list(), ByteArrayOutputStream::new)),
          "a failure");
    }
  }

  @Test
  void theProxyResolvesTheNameAndIsToldTheWholeUrl() throws Exception {
    server.answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (RealProxy proxy = new RealProxy();
        HttpFetch http = new HttpFetch(by(proxy.port(), false))) {
      FetchTrace trace =
          http.fetch(
              "http://only-the-proxy-knows.example:" + server.port() + "/a?b=c",
              list(),
              () -> body);
      assertThat(body).hasToString("hello");
      assertThat(proxy.passed).hasValue(1);
      assertThat(server.requests().getFirst())
          .contains("Host: only-the-proxy-knows.example:" + server.port() + "\r\n");
      assertThat(trace.hops())
          .singleElement()
          .satisfies(
              hop -> {
                assertThat(hop.proxy()).isTrue();
                assertThat(hop.port()).isEqualTo(proxy.port());
              });
    }
  }

  @Test
  void theRequestHasTheAbsoluteForm() throws Exception {
    server.answers("HTTP/1.1 200 OK\r\n\r\nx");
    try (HttpFetch http = new HttpFetch(by(server.port(), false))) {
      http.fetch("http://crl.example/a.crl?x", list(), ByteArrayOutputStream::new);
      http.fetch("http://crl.example", list(), ByteArrayOutputStream::new);
    }
    assertThat(server.requests().get(0))
        .startsWith("GET http://crl.example/a.crl?x HTTP/1.1\r\nHost: crl.example\r\n");
    assertThat(server.requests().get(1)).startsWith("GET http://crl.example/ HTTP/1.1\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fe80::1]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://x.localhost/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://012.0.0.1/",
        "http://8.8.8.010/",
        "http://8.8.2056/",
        "http://a.0x7f/"
      })
  void whatTheUrlItselfSaysIsPrivateIsRefusedBeforeTheProxyHearsOfIt(String url) {
    FetchException e = failure(by(server.port(), false), url);
    assertThat(e.kind()).isIn(Kind.BLOCKED_ADDRESS, Kind.NOT_FOLLOWED);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aRedirectIsCheckedAlike() {
    server.answers("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n");
    assertThat(failure(by(server.port(), false), "http://crl.example/").kind())
        .isEqualTo(Kind.BLOCKED_ADDRESS);
    server.answers("HTTP/1.1 302 Found\r\nLocation: https://crl.example/\r\n\r\n");
    assertThat(failure(by(server.port(), false), "http://crl.example/").kind())
        .isEqualTo(Kind.NOT_FOLLOWED);
    server.answers("HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n");
    FetchException e = failure(by(server.port(), false), "http://crl.example/");
    assertThat(e.kind()).isEqualTo(Kind.HTTP);
    assertThat(server.requests()).hasSize(6);
  }

  @ParameterizedTest
  @CsvSource({
    "403, the proxy, or the server",
    "407, requires a user and a password",
    "502, the proxy, or the server",
    "504, the proxy, or the server"
  })
  void whatTheProxyRefusesIsTold(int status, String words) {
    server.answers("HTTP/1.1 " + status + " no\r\n\r\n");
    FetchException e = failure(by(server.port(), false), "http://crl.example/");
    assertThat(e.kind()).isEqualTo(Kind.HTTP);
    assertThat(e.status()).isEqualTo(status);
    assertThat(e).hasMessageContaining("the proxy").hasMessageContaining(words);
  }

  @Test
  void aProxyThatStallsIsGoneOrIsSilentCostsTheTimeoutAtMost() {
    server.saysNothing();
    long began = System.nanoTime();
    assertThat(failure(impatientlyBy(server.port()), "http://crl.example/").kind())
        .isEqualTo(Kind.TIMEOUT);
    FetchException gone = failure(by(FreePorts.next(), false), "http://crl.example/");
    assertThat(gone.kind()).isEqualTo(Kind.REFUSED);
    assertThat(gone).hasMessageContaining("postern.revocation.http-proxy");
    assertThat(gone.ours()).as("no endpoint has failed").isTrue();
    try (SilentPort silent = new SilentPort()) {
      assertThat(failure(impatientlyBy(silent.port()), "http://crl.example/").kind())
          .isEqualTo(Kind.SILENT);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(6));
  }

  /** Each list would rest for minutes when the proxy is there again. */
  @Test
  void aProxyThatIsAwayIsNoFailureOfTheEndpoints() throws Exception {
    int port = FreePorts.next();
    Made ca = CertificateMaker.ca("CA").make();
    Endpoints endpoints = new Endpoints(TestSettings.in(folder), InstantSource.system());
    try (HttpFetch http = new HttpFetch(by(port, false))) {
      CrlStore lists =
          new CrlStore(
              TestSettings.in(folder), http, endpoints, InstantSource.system(), result -> {});
      Instant now = Instant.now();
      var failed =
          (PublicationStore.Failure<Crl>)
              lists.current(
                  "http://crl.example/a.crl",
                  ca.certificate(),
                  Patience.of(now, Duration.ofSeconds(20)));
      assertThat(failed.detail()).contains("postern.revocation.http-proxy");
      assertThat(failed.retryAt()).isBeforeOrEqualTo(Instant.now().plusSeconds(1));
    }
    assertThat(endpoints.failing()).isZero();
  }

  @Test
  void aProxyThatSendsTooMuchIsCutOff() {
    server.answers("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat((1 << 20) + 1));
    assertThat(failure(by(server.port(), false), "http://crl.example/").kind())
        .isEqualTo(Kind.TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "proxy",
        "proxy:",
        ":3128",
        "proxy:0",
        "proxy:65536",
        "http://proxy:3128",
        "user:pw@proxy:3128",
        "proxy:3128/",
        "::1:3128"
      })
  void aProxyThatIsNoneIsToldWithTheCure(String proxy) {
    Proxied settings = new Proxied(TestSettings.in(folder), proxy, false);
    assertThatThrownBy(() -> new HttpFetch(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("postern.revocation.http-proxy")
        .hasMessageContaining("host:port");
  }
}
