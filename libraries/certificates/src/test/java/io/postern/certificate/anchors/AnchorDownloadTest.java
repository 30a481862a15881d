package io.postern.certificate.anchors;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.parsed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.anchors.AnchorDownload.Result;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.judging.JudgedServers;
import io.postern.certificate.revocation.lookup.GivenEvidence;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabHttps;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From a real https server. */
@Timeout(60)
class AnchorDownloadTest {
  private static final Made[] ROOTS =
      Stream.of("One", "Two", "Three", "Four").map(name -> ca(name).make()).toArray(Made[]::new);
  private static final LabCa CA = LabCa.create("Bundles");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<LabHttps> servers = new ArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private TrustAnchors inForce = anchors(Distrust.NONE);
  private volatile HttpHandler answer = exchange -> send(exchange, Pem.of(ROOTS));
  private URI url = URI.create("https://localhost/");
  @TempDir Path folder = Path.of("");

  @BeforeEach
  void start() {
    url = server(CA.issue(Issue.to("localhost")));
  }

  @AfterEach
  void stop() {
    end.countDown();
    servers.forEach(LabHttps::close);
  }

  private static TrustAnchors anchors(Distrust distrust) {
    return new TrustAnchors(
        AnchorSetReference.getDefaultInstance(), List.of(parsed(der(CA.root()))), distrust);
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private URI server(Identity identity) {
    LabHttps server = LabHttps.start(identity, exchange -> answer.handle(exchange));
    servers.add(server);
    return server.url().resolve("/roots.pem");
  }

  private static void send(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.ISO_8859_1);
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static void redirect(HttpExchange exchange, String to) throws IOException {
    exchange.getResponseHeaders().set("Location", to);
    exchange.sendResponseHeaders(302, -1);
  }

  private Path copy() {
    return folder.resolve("data").resolve("url.pem");
  }

  private AnchorDownload download(Duration patience) {
    JudgedServers judged =
        new JudgedServers(
            new ChainJudge(new GivenEvidence(List.of(), List.of()), Duration.ofSeconds(1)),
            () -> inForce,
            InstantSource.system());
    return new AnchorDownload(url, copy(), judged::context, patience);
  }

  private List<String> kept() throws BadAnchorFileException {
    AnchorSource source = AnchorSource.url(url, copy());
    source.begin();
    return source.anchors().stream()
        .map(anchor -> anchor.certificate().shown().replaceAll(".*CN=([^,]*).*", "$1"))
        .toList();
  }

  @Test
  void aBundleIsKeptForARestartWithoutNetwork() throws Exception {
    AnchorDownload download = download(PATIENCE);
    assertThat(download.fetch()).isEqualTo(Result.CHANGED);
    assertThat(kept()).containsExactly("One", "Two", "Three", "Four");
    assertThat(download.fetch()).isEqualTo(Result.SAME);
    answer = exchange -> send(exchange, Pem.of(ROOTS) + Pem.of(ca("Five").make()));
    assertThat(download.fetch()).isEqualTo(Result.CHANGED);
    assertThat(kept()).contains("Five");
    stop();
    assertThat(download(PATIENCE).fetch()).isEqualTo(Result.FAILED);
    assertThat(kept()).contains("Five");
  }

  static Stream<Arguments> lies() {
    return Stream.of(
        Arguments.of("nothing", handler(exchange -> send(exchange, ""))),
        Arguments.of("a page", handler(exchange -> send(exchange, "<html>Sign in</html>"))),
        Arguments.of(
            "half a certificate",
            handler(exchange -> send(exchange, Pem.of(ROOTS).substring(0, 900)))),
        Arguments.of(
            "garbage between good ones",
            handler(
                exchange ->
                    send(exchange, Pem.of(ROOTS) + Pem.of(new byte[] {1, 2, 3}) + Pem.of(ROOTS)))),
        Arguments.of(
            "not found",
            handler(
                exchange -> {
                  exchange.sendResponseHeaders(404, -1);
                })),
        Arguments.of(
            "not modified, which was not asked",
            handler(
                exchange -> {
                  exchange.sendResponseHeaders(304, -1);
                })),
        Arguments.of("one of four", handler(exchange -> send(exchange, Pem.of(ROOTS[0])))),
        Arguments.of(
            "four others, of which one was there",
            handler(
                exchange ->
                    send(
                        exchange,
                        Pem.of(ROOTS[0])
                            + Pem.of(ca("Six").make(), ca("Seven").make(), ca("Eight").make())))),
        Arguments.of(
            "less than it says",
            handler(
                exchange -> {
                  exchange.sendResponseHeaders(200, 100_000);
                  exchange.getResponseBody().write(Pem.of(ROOTS).getBytes(StandardCharsets.UTF_8));
                })),
        Arguments.of(
            "a redirect to http",
            handler(exchange -> redirect(exchange, "http://localhost:1/roots.pem"))),
        Arguments.of(
            "a redirect to a file", handler(exchange -> redirect(exchange, "file:///etc/passwd"))),
        Arguments.of("a redirect nowhere", handler(exchange -> redirect(exchange, ":::"))),
        Arguments.of("redirects for ever", handler(exchange -> redirect(exchange, "/again"))));
  }

  private static HttpHandler handler(HttpHandler handler) {
    return handler;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void aLieChangesNothing(String what, HttpHandler lie) throws Exception {
    AnchorDownload download = download(PATIENCE);
    assertThat(download.fetch()).isEqualTo(Result.CHANGED);
    byte[] before = Files.readAllBytes(copy());
    answer = lie;
    assertThat(download.fetch()).isEqualTo(Result.FAILED);
    assertThat(Files.readAllBytes(copy())).isEqualTo(before);
    try (Stream<Path> files = Files.list(copy().getParent())) {
      assertThat(files).containsExactly(copy());
    }
  }

  @Test
  void halfMayGoAndWithoutTheCopyAll() throws Exception {
    AnchorDownload download = download(PATIENCE);
    assertThat(download.fetch()).isEqualTo(Result.CHANGED);
    answer = exchange -> send(exchange, Pem.of(ROOTS[0], ROOTS[1]));
    assertThat(download.fetch()).isEqualTo(Result.CHANGED);
    answer = exchange -> send(exchange, Pem.of(ROOTS[3]));
    assertThat(download.fetch()).isEqualTo(Result.FAILED);
    Files.delete(copy());
    assertThat(download.fetch()).isEqualTo(Result.CHANGED);
    assertThat(kept()).containsExactly("Four");
  }

  @Test
  void aRedirectToAnotherHttpsUrlIsFollowed() throws Exception {
    answer =
        exchange -> {
          if (exchange.getRequestURI().getPath().equals("/roots.pem")) {
            redirect(exchange, "/v2/roots.pem");
          } else {
            send(exchange, Pem.of(ROOTS));
          }
        };
    assertThat(download(PATIENCE).fetch()).isEqualTo(Result.CHANGED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStallEndsInTime(boolean withinTheBody) throws Exception {
    answer =
        exchange -> {
          if (withinTheBody) {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(Pem.of(ROOTS).getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
          }
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    long began = System.nanoTime();
    assertThat(download(Duration.ofSeconds(2)).fetch()).isEqualTo(Result.FAILED);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(10));
    assertThat(copy()).doesNotExist();
  }

  @Test
  void aBodyThatDoesNotEndIsReadNoFurtherThanTheBound() throws Exception {
    AtomicLong sent = new AtomicLong();
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 1L << 30);
          byte[] piece = Pem.of(ROOTS).repeat(20).getBytes(StandardCharsets.UTF_8);
          OutputStream out = exchange.getResponseBody();
          while (sent.get() < 1L << 30) {
            out.write(piece);
            sent.addAndGet(piece.length);
          }
        };
    assertThat(download(PATIENCE).fetch()).isEqualTo(Result.FAILED);
    // What fits into the sockets' buffers has gone out too.
    assertThat(sent.get()).isLessThan(64L << 20);
    assertThat(copy()).doesNotExist();
  }

  @Test
  void aServerIsJudgedByTheAnchorsInForce() throws Exception {
    AnchorDownload download = download(PATIENCE);
    inForce = new TrustAnchors(AnchorSetReference.getDefaultInstance(), List.of());
    assertThat(download.fetch()).as("no anchor of it").isEqualTo(Result.FAILED);
    for (X509Certificate distrusted : List.of(CA.root(), CA.intermediate())) {
      inForce =
          anchors(
              Distrust.of(
                  List.of(ByteString.copyFrom(parsed(der(distrusted)).fingerprint())), "test"));
      assertThat(download.fetch()).as("distrusted").isEqualTo(Result.FAILED);
    }
    inForce = anchors(Distrust.NONE);
    assertThat(download.fetch()).isEqualTo(Result.CHANGED);
  }

  @Test
  void aServerOfAnotherNameOrPastItsTimeIsNotBelieved() throws Exception {
    for (Identity identity :
        List.of(
            CA.issue(Issue.to("other.example")),
            CA.issue(Issue.to("localhost").expired()),
            CA.issue(Issue.to("localhost").clientOnly()),
            LabCa.selfSigned(Issue.to("localhost")))) {
      url = server(identity);
      assertThat(download(PATIENCE).fetch()).isEqualTo(Result.FAILED);
      assertThat(copy()).doesNotExist();
    }
  }

  @Test
  void aDiskThatTakesNothingChangesNothing() throws Exception {
    Files.writeString(folder.resolve("data"), "no folder");
    assertThat(download(PATIENCE).fetch()).isEqualTo(Result.FAILED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://pki.example/roots.pem",
        "file:///etc/roots.pem",
        "roots.pem",
        "https:///roots.pem",
        "https://user:secret@pki.example/roots.pem"
      })
  void onlyAnHttpsUrlIsTaken(String text) {
    assertThatThrownBy(
            () ->
                new AnchorDownload(
                    URI.create(text),
                    copy(),
                    () -> {
                      throw new AssertionError();
                    },
                    PATIENCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("postern.anchors.url")
        .hasMessageNotContaining("secret");
  }
}
