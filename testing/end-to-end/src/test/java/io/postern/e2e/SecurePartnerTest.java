package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.QueueId;
import io.postern.lab.Issue;
import io.postern.lab.PeerTranscript;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import io.postern.stack.Service;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * docs/guides/forced-tls-with-a-partner.md over the running services: what a validation says is
 * what a delivery does, and a pair forces TLS.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecurePartnerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final HttpClient http = HttpClient.newHttpClient();
  private TestStack stack;
  private TestOrganization organization;
  private ScriptedPeer good;
  private ScriptedPeer revoked;

  @BeforeAll
  void start() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("secured");
    good =
        organization.peer(
            ScriptedPeer.named("mail." + partner("good"))
                .identity(stack.ca().issue(Issue.to("mail." + partner("good")))));
    revoked =
        organization.peer(
            ScriptedPeer.named("mail." + partner("revoked"))
                .identity(stack.revoked("mail." + partner("revoked"))));
    organization
        .outbound(connector("To good", "good", good) + ", enabled: false")
        .outbound(connector("To revoked", "revoked", revoked))
        .apply();
  }

  @AfterAll
  void stop() {
    organization.close();
  }

  private String partner(String kind) {
    return kind + "-" + organization.id() + "-partner.example";
  }

  private String connector(String name, String kind, ScriptedPeer peer) {
    return "name: %s, connectorType: partner, recipientDomains: [%s], smartHosts: [\"%s:%d\"], tlsSettings: domainValidation, tlsDomain: %s"
        .formatted(name, partner(kind), peer.hostName(), peer.port(), peer.hostName());
  }

  private JsonNode call(String method, String path, String body, int status) throws Exception {
    return call(
        request(path)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body)),
        method + " " + path,
        status);
  }

  private HttpRequest.Builder request(String path) throws IOException {
    return HttpRequest.newBuilder(
            URI.create(
                "http://127.0.0.1:"
                    + stack.processes().apiPort(Service.POLICY)
                    + "/api/v1/organizations/"
                    + organization.id()
                    + path.replace(" ", "%20")))
        .header(
            "Authorization",
            "Basic "
                + Base64.getEncoder()
                    .encodeToString(stack.credentials().getBytes(StandardCharsets.UTF_8)));
  }

  private JsonNode call(HttpRequest.Builder request, String what, int status) throws Exception {
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(what + ": " + answer.body()).isEqualTo(status);
    return answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body());
  }

  private JsonNode validated(String connector, String body) throws Exception {
    String here = "/outbound-connectors/" + connector + "/validations";
    String id = call("POST", here, body, 202).get("id").asText();
    return Awaitility.await("the validation of " + connector)
        .atMost(PATIENCE)
        .until(
            () -> call("GET", "/validations/" + id, "", 200),
            view -> !List.of("asked", "running").contains(view.get("state").asText()));
  }

  private static JsonNode step(JsonNode validation, String name) {
    for (JsonNode step : validation.get("steps")) {
      if (step.get("step").asText().equals(name)) {
        return step;
      }
    }
    throw new AssertionError("no step " + name + " in " + validation);
  }

  @Test
  void aGoodHostIsValidatedToTheEndOfATestMessageBeforeItsConnectorIsOn() throws Exception {
    JsonNode view = validated("To good", "{\"recipients\":[\"ann@" + partner("good") + "\"]}");

    assertThat(view.get("state").asText()).as(view.toString()).isEqualTo("met");
    assertThat(step(view, "verdict").get("revocation").get(0).get("status").asText())
        .isEqualTo("not-revoked");
    assertThat(step(view, "verdict").get("revocation").get(0).get("source").asText())
        .isEqualTo("crl");
    assertThat(step(view, "requirement").get("token").asText())
        .isEqualTo("domain-validation:domain-validation");
    assertThat(step(view, "test-mail").get("state").asText()).isEqualTo("ok");
    assertThat(step(view, "test-mail").get("actual").asText()).startsWith("250");
    assertThat(good.messages()).hasSize(1);
    assertThat(new String(good.messages().getFirst().content(), StandardCharsets.UTF_8))
        .contains("Subject: Validation of a mail connector");
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode last =
                  call("GET", "/outbound-connectors/To good/validations", "", 200).get("last");
              assertThat(last.get("met").asBoolean()).isTrue();
              assertThat(last.get("ofThisDefinition").asBoolean()).isTrue();
            });
    stack.assertAuditClean(); // the test message is nobody's accepted mail
  }

  @Test
  void aRevokedHostIsSaidWithItsEvidenceAndGetsNothing() throws Exception {
    JsonNode view =
        validated("To revoked", "{\"recipients\":[\"ann@" + partner("revoked") + "\"]}");

    assertThat(view.get("state").asText()).isEqualTo("unmet");
    assertThat(step(view, "requirement").get("token").asText())
        .isEqualTo("domain-validation/revoked");
    assertThat(step(view, "requirement").get("cure").asText()).contains("certificate");
    assertThat(step(view, "verdict").get("revocation").get(0).get("status").asText())
        .isEqualTo("is-revoked");
    assertThat(revoked.envelopeSeen()).isFalse();
    // As a delivery fares.
    String recipient = "ben@" + partner("revoked");
    QueueId queueId = organization.relayed(List.of(recipient), Messages.small("as a delivery"));
    assertThat(organization.outcome(queueId, recipient))
        .isEqualTo("deferred domain-validation/revoked");
  }

  @Test
  void oneCallMakesChecksValidatesAndOnConsentEnforces() throws Exception {
    String domain = partner("new");
    String name = "mail." + domain;
    stack.dns().a(name, "127.0.0.1");
    try (ScriptedPeer peer =
        ScriptedPeer.named(name).identity(stack.ca().issue(Issue.to(name))).start()) {
      String path = "/partners/" + domain;
      String asked =
          "\"certificateName\":\"%s\",\"smartHosts\":[\"%s:%d\"],\"tlsDomain\":\"%s\""
              .formatted(name, name, peer.port(), name);
      JsonNode plan = call("POST", path + "/secure", "{" + asked + "}", 200);
      assertThat(plan.get("enforced").asBoolean()).isFalse();
      assertThat(plan.get("validation").get("state").asText()).as(plan.toString()).isEqualTo("met");
      assertThat(plan.get("warnings").toString()).contains("subdomains");
      call("GET", "/outbound-connectors/To " + domain + "/validations", "", 404);

      JsonNode made = call("POST", path + "/secure", "{" + asked + ",\"consent\":true}", 200);
      assertThat(made.get("enforced").asBoolean()).isTrue();
      stack.processes().awaitDirectory(made.get("version").asLong(), PATIENCE);
      assertThat(
              call("GET", "/outbound-connectors/To " + domain + "/validations", "", 200)
                  .get("last")
                  .get("ofThisDefinition")
                  .asBoolean())
          .isTrue();
      QueueId queueId =
          organization.relayed(List.of("ann@" + domain), Messages.small("over the pair"));
      assertThat(organization.outcome(queueId, "ann@" + domain))
          .isEqualTo("delivered domain-validation:domain-validation");
      try (SmtpClient client = organization.connectTls(organization.identity("other.example"))) {
        assertThat(
                client
                    .send(
                        "bob@" + domain,
                        "ann@" + organization.domain(),
                        Messages.small("not the partner"))
                    .code())
            .isEqualTo(550);
      }
      call("DELETE", path, "", 428);
      String seen = "\"" + call("GET", path + "/secure", "", 200).path("seen").asText() + "\"";
      call(request(path).header("If-Match", seen).DELETE(), "undo", 200);
      call("DELETE", path, "", 404);
    }
  }

  @Test
  void aPairThatIsNotMetIsNotEnforced() throws Exception {
    String domain = partner("revoked");
    JsonNode view =
        call(
            "POST",
            "/partners/" + "x-" + domain + "/secure",
            "{\"certificateName\":\"mail.%s\",\"smartHosts\":[\"%s:%d\"],\"tlsDomain\":\"%s\",\"consent\":true}"
                .formatted(domain, revoked.hostName(), revoked.port(), revoked.hostName()),
            200);
    assertThat(view.get("enforced").asBoolean()).isFalse();
    assertThat(view.get("missing").get(0).asText()).contains("evenIfUnmet");
    assertThat(view.get("missing").toString()).contains("revoked");
    assertThat(revoked.sessions().stream().flatMap(s -> s.commands().stream()))
        .noneMatch(command -> command.startsWith("MAIL"));
  }

  @Test
  void aPartnersMailHostsAreOffered() throws Exception {
    String domain = partner("offered");
    String host = "mx." + domain;
    stack.dns().mx(domain, 10, host).a(host, "127.0.0.1");
    try (ScriptedPeer peer =
        ScriptedPeer.named(host)
            .identity(stack.ca().issue(Issue.to(host)))
            .port(stack.mxPort())
            .start()) {
      JsonNode view = call("POST", "/partners/" + domain + "/look", "", 200);
      assertThat(view.get("state").asText()).as(view.toString()).isEqualTo("met");
      assertThat(view.get("hosts").get(0).get("verdict").asText()).isEqualTo("good");
      assertThat(view.get("proposal").get("tlsSettings").asText()).isEqualTo("domainValidation");
      assertThat(view.get("proposal").get("tlsDomain").asText()).isEqualTo(host);
      assertThat(peer.sessions().stream().map(PeerTranscript::commands).toList().toString())
          .doesNotContain("MAIL");
    }
  }
}
