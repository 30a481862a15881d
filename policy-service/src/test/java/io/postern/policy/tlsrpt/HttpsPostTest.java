package io.postern.policy.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabHttps;
import java.io.IOException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The POST of a report (RFC 8460 §5.4) to a stranger's address. */
class HttpsPostTest {
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity LOCALHOST = CA.issue(Issue.to("localhost"));
  private static final byte[] REPORT = ReportMailTest.report("https://fabrikam.example/").gzip();

  private final List<String> requests = new CopyOnWriteArrayList<>();

  static SSLSocketFactory trusting(LabCa ca) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("root", ca.root());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context.getSocketFactory();
  }

  private void handle(HttpExchange exchange, int code, byte[] expected) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    requests.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + exchange.getRequestHeaders().getFirst("Content-Type")
            + " "
            + java.util.Arrays.equals(body, expected));
    if (code == 302) {
      exchange.getResponseHeaders().add("Location", "/elsewhere");
    }
    exchange.sendResponseHeaders(code, -1);
  }

  @Test
  void aReportIsPostedAsItTravels() throws Exception {
    try (LabHttps server = LabHttps.start(LOCALHOST, exchange -> handle(exchange, 201, REPORT))) {
      new HttpsPost(trusting(CA), true).post(server.url() + "tls?domain=a", REPORT);
    }
    assertThat(requests).containsExactly("POST /tls?domain=a application/tlsrpt+gzip true");
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 400, 404, 500, 503})
  void anyOtherAnswerIsAFailureAndNoRedirectIsFollowed(int code) throws Exception {
    try (LabHttps server = LabHttps.start(LOCALHOST, exchange -> handle(exchange, code, REPORT))) {
      String address = server.url().toString();
      assertThatThrownBy(() -> new HttpsPost(trusting(CA), true).post(address, REPORT))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the server returned HTTP/1.1 " + code);
    }
    assertThat(requests).hasSize(1);
  }

  @Test
  void aPrivateAddressIsNotDialled() throws Exception {
    try (LabHttps server = LabHttps.start(LOCALHOST, exchange -> handle(exchange, 200, REPORT))) {
      HttpsPost guarded = new HttpsPost(trusting(CA), false);
      String port = ":" + server.url().getPort() + "/";
      for (String host : List.of("localhost", "127.0.0.1", "[::1]", "0x7f000001", "10.0.0.1")) {
        assertThatThrownBy(() -> guarded.post("https://" + host + port, REPORT))
            .as(host)
            .isInstanceOf(IOException.class);
      }
    }
    assertThat(requests).isEmpty();
  }

  @Test
  void aServerThatIsNotTheHostGetsNothing() throws Exception {
    for (Identity wrong :
        List.of(
            CA.issue(Issue.to("other.example")),
            CA.issue(Issue.to("localhost").expired()),
            LabCa.create("Other").issue(Issue.to("localhost")))) {
      try (LabHttps server = LabHttps.start(wrong, exchange -> handle(exchange, 200, REPORT))) {
        String address = server.url().toString();
        assertThatThrownBy(() -> new HttpsPost(trusting(CA), true).post(address, REPORT))
            .isInstanceOf(IOException.class);
      }
    }
    assertThat(requests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost/",
        "https:///x",
        "https://user@localhost/",
        "mailto:a@b.example"
      })
  void anAddressThatIsNoneIsRefused(String address) throws Exception {
    HttpsPost https = new HttpsPost(trusting(CA), true);
    assertThatThrownBy(() -> https.post(address, REPORT)).isInstanceOf(IOException.class);
  }
}
