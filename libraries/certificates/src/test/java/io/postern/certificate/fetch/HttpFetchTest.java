package io.postern.certificate.fetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.certificate.revocation.TestSettings;
import io.postern.certificate.revocation.store.RevocationSettings;
import io.postern.lab.SilentPort;
import io.postern.programs.FreePorts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that says, octet for octet, what a test wants. */
class HttpFetchTest {
  @TempDir Path folder = Path.of("");
  private final RawServer server = new RawServer();

  @AfterEach
  void close() {
    server.close();
  }

  private String url(String path) {
    return server.url(path);
  }

  private HttpFetch.Request list() {
    return HttpFetch.Request.list(TestSettings.in(folder).maxBytes());
  }

  private String fetch(String url) throws Exception {
    Path file = folder.resolve("body");
    try (HttpFetch http = new HttpFetch(TestSettings.in(folder))) {
      http.fetch(url, list(), () -> Files.newOutputStream(file));
      return Files.readString(file, ISO_8859_1);
    }
  }

  private Kind failure(String url) {
    return failed(url, TestSettings.in(folder)).kind();
  }

  private Kind failureInASecond(String url) {
    return failed(url, TestSettings.impatient(folder)).kind();
  }

  private FetchException failed(String url, RevocationSettings settings) {
    Path file = folder.resolve("body");
    try (HttpFetch http = new HttpFetch(settings)) {
      FetchException e =
          catchThrowableOfType(
              FetchException.class,
              () -> http.fetch(url, list(), () -> Files.newOutputStream(file)));
      assertThat(e).as("a failure").isNotNull();
      return requireNonNull(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello and more",
        "HTTP/1.0 200 OK\r\n\r\nhello",
        "HTTP/1.1 200\r\n\r\nhello",
        "HTTP/1.1 200 OK\nConnection: close\n\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n"
      })
  void readsEachFraming(String response) throws Exception {
    server.answers(response);
    assertThat(fetch(url("/a?b=c"))).isEqualTo("hello");
    assertThat(server.requests().getFirst())
        .startsWith("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SMTP ready\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 302 Found\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: ht tp:\r\n\r\n"
      })
  void refusesWhatIsNoAnswer(String response) {
    server.answers(response);
    assertThat(failure(url("/"))).isEqualTo(Kind.HTTP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"
      })
  void tellsAConnectionThatEndedTooEarly(String response) {
    server.answers(response);
    assertThat(failure(url("/"))).isEqualTo(Kind.DISCONNECTED);
  }

  @Test
  void tellsHowFarItCame() throws Exception {
    int closed = FreePorts.next();
    assertThat(failure("http://127.0.0.1:" + closed + "/")).isEqualTo(Kind.REFUSED);
    try (SilentPort silent = new SilentPort()) {
      assertThat(failureInASecond("http://127.0.0.1:" + silent.port() + "/"))
          .isEqualTo(Kind.SILENT);
    }
    // No resolver asks for a label this long.
    assertThat(failure("http://" + "a".repeat(64) + ".example/")).isEqualTo(Kind.UNRESOLVED);
    server.saysNothing();
    assertThat(failureInASecond(url("/"))).isEqualTo(Kind.TIMEOUT);
  }

  @Test
  void tellsWhomItAskedAndWhatTheyAnswered() throws Exception {
    try (RawServer second = new RawServer()) {
      second.answers("HTTP/1.1 404 Not Found\r\n\r\n");
      server.answers("HTTP/1.1 302 Found\r\nLocation: " + second.url("/x") + "\r\n\r\n");
      FetchException e = failed(url("/"), TestSettings.in(folder));
      assertThat(e.status()).isEqualTo(404);
      assertThat(e.trace().hops())
          .extracting(FetchTrace.Hop::port)
          .containsExactly(server.port(), second.port());
      assertThat(e.trace().hops())
          .allSatisfy(
              hop -> {
                assertThat(hop.addresses()).containsExactly(InetAddress.ofLiteral("127.0.0.1"));
                assertThat(hop.proxy()).isFalse();
              });
      assertThat(e.trace().took()).isPositive().isLessThan(Duration.ofSeconds(20));
    }
  }

  @Test
  void aSinkThatFailsIsNotTheServersFault() throws Exception {
    server.answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    try (HttpFetch http = new HttpFetch(TestSettings.in(folder))) {
      FetchException e =
          catchThrowableOfType(
              FetchException.class,
              () ->
                  http.fetch(
                      url("/"),
                      list(),
                      () -> {
                        throw new IOException("disk full");
                      }));
      assertThat(requireNonNull(e).kind()).isEqualTo(Kind.NOT_STORED);
      assertThat(e).hasMessageContaining("stored");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://127.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://user@127.0.0.1/",
        "http:///nohost",
        "http://a b/",
        "http://127.0.0.1/\r\nX: y",
        "http://\u00e4.example/",
        "no url"
      })
  void refusesWhatIsNoPlainHttpUrl(String url) {
    assertThat(failure(url)).isEqualTo(Kind.NOT_FOLLOWED);
  }

  @Test
  void followsARedirectAndItsChecks() throws Exception {
    server.answers("HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/\r\n\r\n");
    assertThat(failure(url("/"))).isEqualTo(Kind.NOT_FOLLOWED);
    server.answers("HTTP/1.1 301 Moved\r\nLocation: file:///etc/passwd\r\n\r\n");
    assertThat(failure(url("/"))).isEqualTo(Kind.NOT_FOLLOWED);
  }

  @Test
  void threeRedirectsAreTheMost() {
    server.answers("HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n");
    assertThat(failure(url("/"))).isEqualTo(Kind.HTTP);
    assertThat(server.requests()).hasSize(4);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, BLOCKED_ADDRESS",
    "localhost, BLOCKED_ADDRESS",
    "[::1], BLOCKED_ADDRESS",
    "0.0.0.0, BLOCKED_ADDRESS",
    "[::ffff:127.0.0.1], BLOCKED_ADDRESS",
    "2130706433, BLOCKED_ADDRESS"
  })
  void privateTargetsAreNotConnectedTo(String host, Kind kind) throws Exception {
    TestSettings strict = new TestSettings(folder, false, 1 << 20, Duration.ofSeconds(20));
    FetchException e = failed("http://" + host + ":" + server.port() + "/", strict);
    assertThat(e.kind()).isEqualTo(kind);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aPortThatIsNoneIsRefused() {
    assertThat(failure("http://127.0.0.1:70000/")).isEqualTo(Kind.NOT_FOLLOWED);
  }

  @Test
  void aServerThatDripsGainsNoTime() {
    server.drips();
    server.answers("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(1000)); // in 50 seconds
    long began = System.nanoTime();
    assertThat(failureInASecond(url("/"))).isEqualTo(Kind.TIMEOUT);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void anEndlessHeadAndABodyTooLargeAreCutOff() {
    server.answers("HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(5000));
    assertThat(failure(url("/"))).isEqualTo(Kind.HTTP);
    server.answers("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat((1 << 20) + 1));
    assertThat(failure(url("/"))).isEqualTo(Kind.TOO_LARGE);
    server.answers("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n");
    assertThat(failure(url("/"))).isEqualTo(Kind.TOO_LARGE);
    server.answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n");
    assertThat(failure(url("/"))).isEqualTo(Kind.TOO_LARGE);
  }

  /** A rush of certificates of one authority is no reason to defer their mail. */
  @Test
  void moreThanFourAtATimeFromOneHostWaitForTheirTurn() throws Exception {
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    server.answers(
        _ -> {
          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
          LockSupport.parkNanos(50_000_000); // a server's time
          atOnce.decrementAndGet();
          return RawServer.response(200, new byte[5]);
        });
    List<Future<FetchTrace>> fetches = new ArrayList<>();
    try (HttpFetch http = new HttpFetch(TestSettings.in(folder));
        ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 10; i++) {
        fetches.add(
            side.submit(() -> http.fetch(url("/"), list(), OutputStream::nullOutputStream)));
      }
      for (Future<FetchTrace> fetch : fetches) {
        assertThat(fetch.get().hops()).hasSize(1);
      }
    }
    assertThat(server.requests()).hasSize(10);
    assertThat(most.get()).isBetween(1, 4);
  }

  /** Those behind four slow fetches have their whole time when they come to it. */
  @Test
  void waitingForATurnCostsNoneOfAFetchsTime() throws Exception {
    // Twice a server's time is more than a fetch has.
    TestSettings settings = TestSettings.in(folder).within(Duration.ofSeconds(10));
    long serversTime = settings.fetchTimeout().toNanos() * 60 / 100;
    server.answers(
        _ -> {
          long end = System.nanoTime() + serversTime;
          while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
          }
          return RawServer.response(200, new byte[5]);
        });
    List<Future<FetchTrace>> fetches = new ArrayList<>();
    try (HttpFetch http = new HttpFetch(settings);
        ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        fetches.add(
            side.submit(() -> http.fetch(url("/"), list(), OutputStream::nullOutputStream)));
      }
      int waited = 0;
      for (Future<FetchTrace> fetch : fetches) {
        FetchTrace trace = fetch.get();
        assertThat(trace.hops()).hasSize(1);
        waited += trace.took().compareTo(settings.fetchTimeout()) > 0 ? 1 : 0;
      }
      assertThat(waited).as("took longer than a fetch may").isPositive();
    }
  }

  @Test
  void hostileResponsesAreRefusedOrRead() throws Exception {
    Random random = new Random(911);
    String[] seeds = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
      "HTTP/1.1 302 Found\r\nLocation: http://a.example/\r\n\r\n"
    };
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = seeds[i % seeds.length].getBytes(ISO_8859_1);
      for (int n = random.nextInt(4); n > 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      ByteArrayInputStream in =
          new ByteArrayInputStream(bytes, 0, random.nextInt(bytes.length + 1));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try {
        HttpResponse response = HttpResponse.read(in);
        if (response.redirect()) {
          assertThat(response.location()).isNotNull();
        } else {
          response.copyBody(in, out, 100);
        }
        read++;
      } catch (FetchException e) {
        assertThat(e.kind()).isIn(Kind.HTTP, Kind.TOO_LARGE, Kind.DISCONNECTED);
      }
      assertThat(out.size()).isLessThanOrEqualTo(100);
    }
    assertThat(read).isPositive();
  }
}
