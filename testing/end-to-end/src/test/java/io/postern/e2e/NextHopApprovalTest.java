package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.QueueId;
import io.postern.lab.ScriptedPeer;
import io.postern.operator.api.UsersClient;
import io.postern.operator.trace.MailTrace.LastOutcome;
import io.postern.stack.Service;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * An administrator who scans the inner network with connectors, against running services: the hosts
 * count the connections.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NextHopApprovalTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "a password of a scanner";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private TestStack stack;
  private TestOrganization scanning;
  private TestOrganization scanned;
  private String anna = "";
  private String operator = "";
  private HttpClient http;

  @BeforeAll
  void organizations() throws Exception {
    stack = TestStack.shared();
    http = HttpClient.newHttpClient();
    scanning = stack.organization("scanning").apply();
    scanned = stack.organization("scanned").apply();
    String user = "anna-of-" + scanning.id();
    var unused =
        new UsersClient(stack.processes().api(Service.POLICY))
            .set(
                user,
                Optional.empty(),
                List.of("administrator:" + scanning.id()),
                PASSWORD,
                () -> "shown by each request");
    anna = basic(user + ":" + PASSWORD);
    operator = basic(stack.credentials());
  }

  @AfterAll
  void close() {
    http.close();
    scanning.close();
    scanned.close();
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private HttpResponse<String> call(
      String as, String method, String path, String body, String... header)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + stack.processes().apiPort(Service.POLICY)
                        + "/api/v1/organizations/"
                        + scanning.id()
                        + path))
            .header("Authorization", as)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (header.length > 0) {
      request.headers(header);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** A host at a port that is not one of mail. */
  private ScriptedPeer host(String name) {
    String host = name + "." + domain();
    return scanning.peer(ScriptedPeer.named(host).identity(scanning.identity(host)));
  }

  private String domain() {
    return scanning.id() + "-partner.example";
  }

  private String connector(String host) {
    return """
        {"connectorType": "partner", "recipientDomains": ["%s"], "useMXRecord": false,
         "tlsSettings": "encryptionOnly", "smartHosts": ["%s"]}"""
        .formatted(domain(), host);
  }

  @Test
  void noHostOfAScanIsConnectedTo() throws Exception {
    ScriptedPeer inner = host("scanned");
    for (String host :
        List.of(
            "127.0.0.1:" + inner.port(),
            "127.0.0.1",
            "10.0.0.5",
            "kafka:9092",
            inner.hostName() + ":" + inner.port(),
            scanned.mailbox().hostName())) {
      HttpResponse<String> stored =
          call(anna, "PUT", "/outbound-connectors/Scan", connector(host), "If-None-Match", "*");
      assertThat(stored.statusCode()).as(host).isEqualTo(422);
      assertThat(stored.body()).contains("needs an operator's approval");
      HttpResponse<String> validated =
          call(
              anna,
              "POST",
              "/validations",
              "{\"connector\": "
                  + connector(host).replaceFirst("\\{", "{\"name\": \"Scan\", ")
                  + "}");
      assertThat(validated.statusCode()).as(host).isEqualTo(422);
    }
    assertThat(inner.sessions()).isEmpty();
    assertThat(scanned.mailbox().sessions()).isEmpty();
  }

  @Test
  void mailToAHostWaitsWithASentenceUntilAnOperatorApprovesIt() throws Exception {
    ScriptedPeer inner = host("inner");
    String host = inner.hostName() + ":" + inner.port();
    String approval =
        "/outbound-connectors/To%20inside/approval?value="
            + URLEncoder.encode(host, StandardCharsets.UTF_8);
    assertThat(
            call(
                    operator,
                    "PUT",
                    "/outbound-connectors/To%20inside",
                    connector(host),
                    "If-None-Match",
                    "*")
                .statusCode())
        .isEqualTo(201);
    changed(call(operator, "DELETE", approval, "", "If-Match", "*"));
    validationConnectsToNothing();
    assertThat(inner.sessions()).isEmpty();

    String ann = "ann@" + domain();
    QueueId queueId = scanning.relayed(List.of(ann), Messages.small("to a host inside"));
    Awaitility.await().atMost(PATIENCE).until(() -> !stack.trace(queueId).lastOutcomes().isEmpty());
    LastOutcome waiting = Objects.requireNonNull(stack.trace(queueId).lastOutcomes().get(ann));
    assertThat(waiting.text()).startsWith("deferred").contains("next-hop-not-approved");
    assertThat(waiting.recipient().getDetail())
        .contains(
            "port " + inner.port(), "an operator must approve it (postern next-hops approve)");
    assertThat(inner.sessions()).isEmpty();

    assertThat(call(anna, "PUT", approval, "", "If-Match", "*").statusCode()).isEqualTo(403);
    assertThat(call(operator, "PUT", approval, "").statusCode()).isEqualTo(428);
    changed(call(operator, "PUT", approval, "", "If-Match", "*"));
    stack.queue().flush("smart:" + host);
    assertThat(inner.awaitMessages(1, PATIENCE)).hasSize(1);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> scanning.outcome(queueId, ann).startsWith("delivered"));
    assertThat(inner.sessions()).hasSize(1);
  }

  private void validationConnectsToNothing() throws Exception {
    HttpResponse<String> begun =
        call(anna, "POST", "/outbound-connectors/To%20inside/validations", "{}");
    assertThat(begun.statusCode()).isEqualTo(202);
    String id = JSON.readTree(begun.body()).path("id").asText();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                call(anna, "GET", "/validations/" + id, "")
                    .body()
                    .contains("next-hop-not-approved"));
  }

  private void changed(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode change = JSON.readTree(answer.body());
    assertThat(change.path("applied").asBoolean()).isTrue();
    stack.processes().awaitDirectory(change.path("version").asLong(), PATIENCE);
  }
}
