package io.postern.operator.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabHttps;
import io.postern.operator.api.Https;
import io.postern.operator.signin.ScriptedHttp.Answer;
import io.postern.operator.signin.ScriptedHttp.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The device flow with a provider that answers as each test says, over real HTTP. */
class DeviceFlowTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String TOKEN =
      "{\"access_token\": \"at.1\", \"token_type\": \"bearer\", \"expires_in\": 300,"
          + " \"refresh_token\": \"rt.1\"}";

  @TempDir private Path folder;

  private final Deque<Answer> polls = new ArrayDeque<>();
  private final VirtualTime time = new VirtualTime();
  private final List<DeviceCode> shown = new ArrayList<>();
  private final ScriptedHttp provider = ScriptedHttp.start(this::answer);
  private String discovery = "";
  private Answer code = codeAnswer("");

  @AfterEach
  void stop() {
    provider.close();
  }

  private String issuer() {
    return provider.url() + "/realm";
  }

  private Answer answer(Request request) {
    return switch (request.path()) {
      case "/realm/.well-known/openid-configuration" ->
          Answer.ok(discovery.isEmpty() ? usualDiscovery() : discovery);
      case "/realm/device" -> code;
      case "/realm/token" -> Objects.requireNonNull(polls.pollFirst());
      default -> new Answer(404, "{}");
    };
  }

  private String usualDiscovery() {
    return """
        {"issuer": "%1$s", "token_endpoint": "%1$s/token",
         "device_authorization_endpoint": "%1$s/device"}
        """
        .formatted(issuer());
  }

  private static Answer codeAnswer(String more) {
    return Answer.ok(
        """
        {"device_code": "secret-1", "user_code": "WDJB-MJHT", "expires_in": 60,
         "verification_uri": "https://login.example/device" %s}
        """
            .formatted(more));
  }

  private static Answer error(String error) {
    return new Answer(400, "{\"error\": \"" + error + "\"}");
  }

  private Grant grant() throws Exception {
    ProviderHttp http = new ProviderHttp(Https.client(), PATIENCE);
    return new DeviceFlow(Provider.discover(http, issuer()), time)
        .grant("postern-cli", "openid mail", shown::add);
  }

  @Test
  void itWaitsUntilTheUserHasAgreed() throws Exception {
    code = codeAnswer(", \"verification_uri_complete\": \"https://login.example/device?c=WDJB\"");
    polls.add(error("authorization_pending"));
    polls.add(error("slow_down"));
    polls.add(error("authorization_pending"));
    polls.add(Answer.ok(TOKEN));

    Grant grant = grant();

    assertThat(grant).isEqualTo(new Grant("at.1", Instant.parse("2026-11-28T10:05:30Z"), "rt.1"));
    assertThat(time.pauses()).as("RFC 8628 §3.5").containsExactly(5L, 5L, 10L, 10L);
    assertThat(shown).hasSize(1);
    assertThat(shown.getFirst().userCode()).isEqualTo("WDJB-MJHT");
    assertThat(shown.getFirst().address()).isEqualTo("https://login.example/device");
    assertThat(shown.getFirst().completeAddress()).isEqualTo("https://login.example/device?c=WDJB");
    List<Request> requests = provider.requests();
    assertThat(requests.get(1).body()).contains("client_id=postern-cli", "scope=openid+mail");
    assertThat(requests.get(2).body())
        .contains(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code",
            "device_code=secret-1", "client_id=postern-cli");
    assertThat(grant.toString() + shown).doesNotContain("at.1", "rt.1", "secret-1");
  }

  @Test
  void itAsksAsSeldomAsTheProviderSays() throws Exception {
    code = codeAnswer(", \"interval\": 12");
    polls.add(error("authorization_pending"));
    polls.add(Answer.ok(TOKEN));
    grant();
    assertThat(time.pauses()).containsExactly(12L, 12L);
  }

  @ParameterizedTest
  @CsvSource({
    "access_denied, the user refused",
    "expired_token, the code expired before it was confirmed",
    "invalid_grant, returned 400: invalid_grant",
    "'x\\u001b[2J', returned 400: x?[2J"
  })
  void otherErrorsEndIt(String error, String message) {
    polls.add(error(error));
    assertThatThrownBy(this::grant).isInstanceOf(IOException.class).hasMessageContaining(message);
    assertThat(time.pauses()).hasSize(1);
  }

  @Test
  void aCodeThatNobodyEntersEndsByItself() {
    for (int i = 0; i < 20; i++) {
      polls.add(error("authorization_pending"));
    }
    assertThatThrownBy(this::grant).hasMessageContaining("start again with postern sign-in");
    assertThat(time.pauses()).as("60 s at 5 s").hasSize(12);
  }

  @Test
  void aProviderInTroubleIsAskedLessAndLessOften() throws Exception {
    polls.add(new Answer(503, "<html>"));
    polls.add(new Answer(429, "{}"));
    polls.add(Answer.ok(TOKEN));
    grant();
    assertThat(time.pauses()).containsExactly(5L, 10L, 20L);
  }

  @Test
  void itsTroubleIsToldWhereTheCodeEndsMeanwhile() {
    for (int i = 0; i < 20; i++) {
      polls.add(new Answer(503, ""));
    }
    assertThatThrownBy(this::grant).hasMessageContaining("/token returned 503");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "not json",
        "{\"access_token\": \"at\"}",
        "{\"access_token\": \"a\\r\\nb\", \"token_type\": \"Bearer\"}",
        "{\"access_token\": \"at\", \"token_type\": \"mac\"}"
      })
  void anAnswerWithoutABearerTokenIsNone(String answer) {
    polls.add(Answer.ok(answer));
    assertThatThrownBy(this::grant).hasMessageContaining("no bearer token");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"device_code\": \"s\", \"user_code\": \"a\\u001b[2J\", \"verification_uri\": \"https://a.example\"}",
        "{\"device_code\": \"s\", \"user_code\": \"A\", \"verification_uri\": \"javascript:alert(1)\"}",
        "{\"device_code\": \"s\", \"user_code\": \"A\", \"verification_uri\": \"http://a.example/\"}",
        "{\"device_code\": \"s\", \"user_code\": \"A\"}"
      })
  void aCodeThatCannotBeShownSafelyIsNotShown(String answer) {
    code = Answer.ok(answer);
    assertThatThrownBy(this::grant).isInstanceOf(IOException.class);
    assertThat(shown).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"issuer": "https://evil.example"}                                         | names another issuer
          {"issuer": "ISSUER"}                                                       | has no token_endpoint
          {"issuer": "ISSUER", "token_endpoint": "http://evil.example/"}             | use https
          {"issuer": "ISSUER", "token_endpoint": "https://a.example/"}               | no device_authorization_endpoint
          nothing                                                                    | instead of a discovery document
          """)
  void aDiscoveryDocumentIsNotBelievedBlindly(String document, String message) {
    discovery = document.replace("ISSUER", issuer());
    assertThatThrownBy(this::grant).hasMessageContaining(message);
    assertThat(provider.requests()).hasSize(1);
  }

  @Test
  void anIssuerInPlaintextIsNotAsked() {
    ProviderHttp http = new ProviderHttp(Https.client(), PATIENCE);
    assertThatThrownBy(() -> Provider.discover(http, "http://login.example/realm"))
        .hasMessageContaining("use https");
    assertThatThrownBy(() -> Provider.discover(http, "https://a b"))
        .hasMessageContaining("is not a valid URL");
  }

  @Test
  void anAnswerThatIsTooLargeIsRefusedAtOnce() {
    polls.add(Answer.ok("{\"x\": \"" + "a".repeat(300_000) + "\"}"));
    assertThatThrownBy(this::grant).hasMessageContaining("more than 262144 bytes");
  }

  /** The client's own time-out would wait for ever: the answer has begun. */
  @Test
  void aBodyThatDoesNotEndIsGivenUp() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    LabCa ca = LabCa.create("Provider");
    try (LabHttps slow =
        LabHttps.start(
            ca.issue(Issue.to("localhost")),
            exchange -> {
              exchange.sendResponseHeaders(200, 100);
              exchange.getResponseBody().write("{".getBytes(StandardCharsets.US_ASCII));
              exchange.getResponseBody().flush();
              try {
                over.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            })) {
      Path authority = Files.writeString(folder.resolve("authority.pem"), ca.rootPem());
      ProviderHttp http = new ProviderHttp(Https.client(authority), Duration.ofSeconds(3));
      String issuer = slow.url().toString();
      assertThatThrownBy(() -> Provider.discover(http, issuer))
          .hasMessageContaining("did not respond within 3 s");
    } finally {
      over.countDown();
    }
  }

  @Test
  void whoHasNoCertificateOfATrustedAuthorityIsNotAsked() throws Exception {
    LabCa ca = LabCa.create("Strangers");
    try (LabHttps stranger =
        LabHttps.start(
            ca.issue(Issue.to("localhost")), exchange -> exchange.sendResponseHeaders(200, -1))) {
      ProviderHttp http = new ProviderHttp(Https.client(), PATIENCE);
      assertThatThrownBy(() -> Provider.discover(http, stranger.url().toString()))
          .hasMessageContaining("postern.oidc.authority-file");
    }
  }
}
