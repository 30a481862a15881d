package io.postern.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.operator.signin.EmergencyToken;
import io.postern.stack.Service;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Tokens of policy-service at another service: their ends, and what works without policy-service.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionsTest {
  private static final Duration PROMISED = Duration.ofSeconds(2);

  /** Longer than a service waits for policy-service's slow hash of a password. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private TestStack stack;

  @BeforeAll
  void start() throws Exception {
    stack = TestStack.shared();
  }

  private HttpResponse<String> call(Service service, String method, String path, String credentials)
      throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + stack.processes().apiPort(service) + path))
            .timeout(PATIENCE)
            .header("Authorization", credentials)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private int me(Service service, String credentials) throws Exception {
    return call(service, "GET", "/api/v1/me", credentials).statusCode();
  }

  private String basic() throws IOException {
    return "Basic " + Base64.getEncoder().encodeToString(stack.credentials().getBytes(UTF_8));
  }

  private String token() throws Exception {
    HttpResponse<String> answer = call(Service.POLICY, "POST", "/api/v1/tokens?minutes=5", basic());
    assertThat(answer.statusCode()).isEqualTo(200);
    return "Bearer " + new ObjectMapper().readTree(answer.body()).path("token").asText();
  }

  @Test
  void anEndedSessionEndsInAnotherServiceWithinTwoSeconds() throws Exception {
    String ended = token();
    String other = token();
    await().atMost(PROMISED).until(() -> me(Service.CERTIFICATE, ended) == 200);

    assertThat(call(Service.POLICY, "DELETE", "/api/v1/me/sessions/current", ended).statusCode())
        .isEqualTo(204);
    await().atMost(PROMISED).until(() -> me(Service.CERTIFICATE, ended) == 401);
    assertThat(me(Service.CERTIFICATE, other)).isEqualTo(200);

    assertThat(call(Service.POLICY, "DELETE", "/api/v1/me/sessions", other).statusCode())
        .isEqualTo(204);
    await().atMost(PROMISED).until(() -> me(Service.CERTIFICATE, other) == 401);
    // A password stands for a new session.
    assertThat(me(Service.CERTIFICATE, basic())).isEqualTo(200);
    assertThat(
            me(
                Service.CERTIFICATE,
                "Basic " + Base64.getEncoder().encodeToString("admin:no".getBytes(UTF_8))))
        .isEqualTo(401);
  }

  @Test
  void withoutPolicyServiceTokensAndTheEmergencyKeyWork() throws Exception {
    String token = token();
    Instant now = Instant.now();
    String emergency =
        "Bearer "
            + EmergencyToken.signed(
                TestStack.emergencyKey(), "ops.anna", now, now.plusSeconds(600));
    await().atMost(PROMISED).until(() -> me(Service.CERTIFICATE, token) == 200);
    assertThat(me(Service.POLICY, emergency)).as("no key is configured there").isEqualTo(401);

    long pid = stack.processes().process(Service.POLICY).pid();
    signal("-STOP", pid);
    try {
      assertThat(me(Service.CERTIFICATE, token)).isEqualTo(200);
      HttpResponse<String> me = call(Service.CERTIFICATE, "GET", "/api/v1/me", emergency);
      assertThat(me.statusCode()).isEqualTo(200);
      assertThat(me.body()).contains("ops.anna by emergency key", "\"operator\":true");
    } finally {
      signal("-CONT", pid);
    }
  }

  private static void signal(String signal, long pid) throws Exception {
    Process kill = new ProcessBuilder("kill", signal, Long.toString(pid)).start();
    assertThat(kill.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }
}
