package io.postern.certificate.fetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.certificate.fetch.FetchException.Kind;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabProxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SNIHostName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over TLS, with servers that say, octet for octet, what a test wants. */
class HttpsFetchTest {
  private static final String HOST = "mta-sts.fabrikam.example";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Identity IDENTITY = LabCa.create("Policies").issue(Issue.to(HOST));
  private static final String POLICY =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nversion: STSv1\n";

  private final RawServer server = RawServer.overTls(IDENTITY);
  private final List<TlsClient.Shown> judged = new ArrayList<>();

  @AfterEach
  void close() {
    server.close();
  }

  private record Bounds(boolean allowPrivateTargets, Duration fetchTimeout, String proxy)
      implements FetchSettings {
    @Override
    public Optional<String> httpProxy() {
      return proxy.isEmpty() ? Optional.empty() : Optional.of(proxy);
    }

    @Override
    public Duration connectTimeout() {
      return fetchTimeout;
    }

    @Override
    public long maxBytes() {
      return 1000;
    }

    @Override
    public int maxRedirects() {
      return 0;
    }

    @Override
    public int concurrentFetches() {
      return 4;
    }

    @Override
    public int concurrentFetchesPerHost() {
      return 1;
    }
  }

  private static final Bounds USUAL = new Bounds(true, PATIENCE, "");
  private static final Bounds IMPATIENT = new Bounds(true, Duration.ofSeconds(1), "");

  private HttpFetch http(Bounds bounds, ServerCheck check) {
    Resolver resolver =
        new Resolver(_ -> new InetAddress[] {InetAddress.getLoopbackAddress()}, Resolver.THREADS);
    return new HttpFetch(bounds, resolver, check);
  }

  private HttpFetch http(Bounds bounds) {
    return http(bounds, (_, shown) -> judged.add(shown));
  }

  private static String fetch(HttpFetch http, String url) throws Exception {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (http) {
      http.fetch(url, new HttpFetch.Request("text/plain", null, null, 1000, false), () -> body);
    }
    return body.toString(ISO_8859_1);
  }

  private static FetchException failed(HttpFetch http, String url) {
    return requireNonNull(
        catchThrowableOfType(FetchException.class, () -> fetch(http, url)), "a failure");
  }

  private String url() {
    return "https://" + HOST + ":" + server.port() + "/.well-known/mta-sts.txt";
  }

  @Test
  void theServerIsNamedAndJudgedByWhatItShows() throws Exception {
    server.answers(POLICY);
    assertThat(fetch(http(USUAL), url())).isEqualTo("version: STSv1\n");
    assertThat(server.requests().getFirst())
        .startsWith("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: " + HOST + ":")
        .contains("Accept: text/plain\r\n");
    assertThat(server.names()).containsExactly(new SNIHostName(HOST));
    assertThat(judged).hasSize(1);
    assertThat(judged.getFirst().chain()).containsExactlyElementsOf(IDENTITY.der());
  }

  @Test
  void nothingIsSentToAServerThatIsNotTrusted() {
    server.answers(POLICY);
    FetchException e =
        failed(
            http(
                USUAL,
                (host, _) -> {
                  throw new FetchException(Kind.UNTRUSTED, host);
                }),
            url());
    assertThat(e.kind()).isEqualTo(Kind.UNTRUSTED);
    assertThat(e).hasMessage(HOST);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void anAddressThatIsNotPublicIsNotDialled() {
    server.answers(POLICY);
    assertThat(failed(http(new Bounds(false, PATIENCE, "")), url()).kind())
        .isEqualTo(Kind.BLOCKED_ADDRESS);
    assertThat(judged).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1/", "ftp://127.0.0.1/", "https://u@127.0.0.1/", "x"})
  void httpsAloneIsFollowed(String url) {
    assertThat(failed(http(USUAL), url).kind()).isEqualTo(Kind.NOT_FOLLOWED);
  }

  @Test
  void aRedirectIsNotFollowed() {
    server.answers("HTTP/1.1 301 Moved\r\nLocation: " + url() + "\r\n\r\n");
    FetchException e = failed(http(USUAL), url());
    assertThat(e.kind()).isEqualTo(Kind.HTTP);
    assertThat(e).hasMessageContaining("redirects (301)");
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Content-Type: text/html\r\n", "Content-Type: text/plainer\r\n"})
  void anotherMediaTypeIsRefused(String field) {
    server.answers("HTTP/1.1 200 OK\r\n" + field + "\r\nversion: STSv1\n");
    assertThat(failed(http(USUAL), url()).kind()).isEqualTo(Kind.GARBAGE);
  }

  @Test
  void anEndlessHeadAndBodyAreCutOff() {
    server.answers("HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(5000));
    assertThat(failed(http(USUAL), url()).kind()).isEqualTo(Kind.HTTP);
    server.answers(POLICY + "x".repeat(1000));
    assertThat(failed(http(USUAL), url()).kind()).isEqualTo(Kind.TOO_LARGE);
  }

  @Test
  void aServerWithoutTlsIsTold() throws Exception {
    try (RawServer plain = new RawServer();
        ServerSocket closing = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket client = closing.accept()) {
                  client.getOutputStream().write("220 mail\r\n".getBytes(ISO_8859_1));
                } catch (IOException e) {
                  // The client has gone.
                }
              });
      String url = "https://" + HOST + ":" + closing.getLocalPort() + "/";
      assertThat(failed(http(USUAL), url).kind()).isEqualTo(Kind.TLS);
      String silent = "https://" + HOST + ":" + plain.port() + "/";
      assertThat(failed(http(IMPATIENT), silent).kind()).isEqualTo(Kind.TIMEOUT);
    }
  }

  /** One read of TLS is many of the socket's, and each octet would give it its time again. */
  @Test
  void aServerThatDripsItsHandshakeGainsNoTime() throws Exception {
    try (ServerSocket dripping = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> drip(dripping));
      String url = "https://" + HOST + ":" + dripping.getLocalPort() + "/";
      long began = System.nanoTime();
      assertThat(failed(http(IMPATIENT), url).kind()).isEqualTo(Kind.TIMEOUT);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
    }
  }

  // A record of 16 KiB, in fourteen minutes.
  private static void drip(ServerSocket listener) {
    try (Socket client = listener.accept()) {
      client.getOutputStream().write(new byte[] {22, 3, 3, 64, 0, 2});
      for (int i = 0; i < 1 << 14; i++) {
        client.getOutputStream().write(0);
        LockSupport.parkNanos(50_000_000);
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  @Test
  void aServerThatDripsItsAnswerGainsNoTime() {
    server.drips();
    server.answers(POLICY + "x".repeat(900)); // in 50 seconds
    long began = System.nanoTime();
    assertThat(failed(http(IMPATIENT), url()).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
  }

  @Test
  void aProxyThatBreaksOffOrWantsAPasswordIsOurs() {
    try (RawServer proxy = new RawServer()) {
      Bounds bounds = new Bounds(false, PATIENCE, "127.0.0.1:" + proxy.port());
      String url = "https://" + HOST + "/";
      FetchException broken = failed(http(bounds), url); // it ends without an answer
      assertThat(broken.kind()).isEqualTo(Kind.DISCONNECTED);
      assertThat(broken).hasMessageContaining("postern.revocation.http-proxy");
      assertThat(broken.ours()).isTrue();
      proxy.answers("HTTP/1.1 407 Who are you\r\n\r\n");
      FetchException password = failed(http(bounds), url);
      assertThat(password).hasMessageContaining("407");
      assertThat(password.ours()).isTrue();
      proxy.answers("HTTP/1.1 504 Nobody there\r\n\r\n");
      assertThat(failed(http(bounds), url).ours()).isFalse();
    }
  }

  @Test
  void aProxyIsAskedForATunnel() throws Exception {
    server.answers(POLICY);
    try (LabProxy proxy = LabProxy.start()) {
      proxy.host(HOST, server.port());
      Bounds bounds = new Bounds(false, PATIENCE, proxy.address());
      String url = "https://" + HOST + "/.well-known/mta-sts.txt";
      assertThat(fetch(http(bounds), url)).isEqualTo("version: STSv1\n");
      assertThat(proxy.asked()).containsExactly("CONNECT " + HOST + ":443 HTTP/1.1");
      assertThat(server.requests().getFirst())
          .startsWith("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: " + HOST + "\r\n");
      FetchException refused = failed(http(bounds), "https://mta-sts.other.example/");
      assertThat(refused.kind()).isEqualTo(Kind.HTTP);
      assertThat(refused.status()).isEqualTo(502);
      FetchException inside = failed(http(bounds), "https://127.0.0.1/");
      assertThat(inside.kind()).isEqualTo(Kind.BLOCKED_ADDRESS);
      assertThat(proxy.asked()).hasSize(2);
    }
  }
}
