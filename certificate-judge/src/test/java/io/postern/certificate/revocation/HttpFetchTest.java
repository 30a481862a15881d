package io.postern.certificate.revocation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.certificate.revocation.FetchException.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that says, octet for octet, what a test wants. */
class HttpFetchTest {
  @TempDir Path folder = Path.of("");
  private final ServerSocket listener;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private volatile String answer = "";
  private volatile boolean drip;

  HttpFetchTest() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @BeforeEach
  void serve() {
    Thread.ofVirtual().start(this::accept);
  }

  @AfterEach
  void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> talk(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void talk(Socket socket) {
    try (socket) {
      StringBuilder request = new StringBuilder();
      while (request.indexOf("\r\n\r\n") < 0) {
        request.append((char) socket.getInputStream().read());
      }
      requests.add(request.toString());
      byte[] bytes = answer.getBytes(ISO_8859_1);
      for (int i = 0; drip && i < bytes.length; i++) {
        socket.getOutputStream().write(bytes, i, 1);
        java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
      }
      if (!drip) {
        socket.getOutputStream().write(bytes);
      }
    } catch (IOException e) {
      // The client has gone.
      requests.add("gone");
    }
  }

  private String url(String path) {
    return "http://127.0.0.1:" + listener.getLocalPort() + path;
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
    FetchException e = catchThrowableOfType(FetchException.class, () -> fetch(url));
    assertThat(e).as("a failure").isNotNull();
    return requireNonNull(e).kind();
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
    answer = response;
    assertThat(fetch(url("/a?b=c"))).isEqualTo("hello");
    assertThat(requests.getFirst())
        .startsWith("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + listener.getLocalPort() + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SMTP ready\r\n\r\n",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 404 Not Found\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 302 Found\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: ht tp:\r\n\r\n"
      })
  void refusesWhatIsNoAnswer(String response) {
    answer = response;
    assertThat(failure(url("/"))).isEqualTo(Kind.HTTP);
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
    assertThat(failure(url)).isEqualTo(Kind.REFUSED);
  }

  @Test
  void followsARedirectAndItsChecks() throws Exception {
    answer = "HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/\r\n\r\n";
    assertThat(failure(url("/"))).isEqualTo(Kind.REFUSED);
    answer = "HTTP/1.1 301 Moved\r\nLocation: file:///etc/passwd\r\n\r\n";
    assertThat(failure(url("/"))).isEqualTo(Kind.REFUSED);
  }

  @Test
  void threeRedirectsAreTheMost() {
    answer = "HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n";
    assertThat(failure(url("/"))).isEqualTo(Kind.HTTP);
    assertThat(requests).hasSize(4);
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1", "localhost", "[::1]", "2130706433", "0.0.0.0", "[::ffff:127.0.0.1]"})
  void privateTargetsAreNotConnectedTo(String host) throws Exception {
    TestSettings strict = new TestSettings(folder, false, 1 << 20, Duration.ofSeconds(1));
    try (HttpFetch http = new HttpFetch(strict)) {
      FetchException e =
          catchThrowableOfType(
              FetchException.class,
              () ->
                  http.fetch(
                      "http://" + host + ":" + listener.getLocalPort() + "/",
                      list(),
                      () -> Files.newOutputStream(folder.resolve("x"))));
      assertThat(requireNonNull(e).kind())
          .isIn(Kind.REFUSED, Kind.UNRESOLVED, Kind.UNREACHABLE, Kind.TIMEOUT);
    }
    assertThat(requests).isEmpty();
  }

  @Test
  void aPortThatIsNoneIsRefused() {
    assertThat(failure("http://127.0.0.1:70000/")).isEqualTo(Kind.REFUSED);
  }

  @Test
  void aServerThatDripsGainsNoTime() {
    drip = true;
    answer = "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(1000);
    long began = System.nanoTime();
    assertThat(failure(url("/"))).isEqualTo(Kind.TIMEOUT);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void anEndlessHeadAndABodyTooLargeAreCutOff() {
    answer = "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(5000);
    assertThat(failure(url("/"))).isEqualTo(Kind.HTTP);
    answer = "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat((1 << 20) + 1);
    assertThat(failure(url("/"))).isEqualTo(Kind.TOO_LARGE);
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n";
    assertThat(failure(url("/"))).isEqualTo(Kind.TOO_LARGE);
    answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n";
    assertThat(failure(url("/"))).isEqualTo(Kind.TOO_LARGE);
  }

  @Test
  void moreThanFourAtATimeFromOneHostAreTooMany() throws Exception {
    drip = true;
    answer = "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(1000);
    List<Kind> kinds = new CopyOnWriteArrayList<>();
    try (HttpFetch http = new HttpFetch(TestSettings.in(folder))) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Path file = folder.resolve("body" + i);
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      FetchException e =
                          catchThrowableOfType(
                              FetchException.class,
                              () ->
                                  http.fetch(url("/"), list(), () -> Files.newOutputStream(file)));
                      kinds.add(requireNonNull(e).kind());
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(kinds).filteredOn(k -> k == Kind.BUSY).hasSize(4);
    assertThat(kinds).filteredOn(k -> k == Kind.TIMEOUT).hasSize(4);
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
        assertThat(e.kind()).isIn(Kind.HTTP, Kind.TOO_LARGE);
      }
      assertThat(out.size()).isLessThanOrEqualTo(100);
    }
    assertThat(read).isPositive();
  }
}
