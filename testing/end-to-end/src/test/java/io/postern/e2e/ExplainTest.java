package io.postern.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.QueueId;
import io.postern.lab.Identity;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import io.postern.stack.Service;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Explanations beside what the services do (docs/guides/tracing-a-message.md): a chain given by
 * hand is judged, and the decision about a mail or refusal of a real session is explained as it was
 * made.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExplainTest {
  private static final Pattern REFERENCE = Pattern.compile("reference ([0-9A-Z-]+)");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private TestStack stack;
  private TestOrganization organization;
  private String partner;
  private String recipient;

  @BeforeAll
  void connectors() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("explains");
    partner = organization.id() + "-partner.example";
    recipient = "anna@" + organization.domain();
    organization
        .inbound(
            "name: By certificate, connectorType: partner, senderDomains: [%s], tlsSenderCertificateName: mail.%s, restrictDomainsToCertificate: true"
                .formatted(partner, partner))
        .apply();
  }

  @AfterAll
  void close() {
    http.close();
    organization.close();
  }

  @Test
  void aChainByHandIsJudgedAsInASession() throws Exception {
    JsonNode good = explained(facts(organization.identity("mail." + partner)));
    assertThat(good.at("/recipients/0/now/in/result").asText()).isEqualTo("accept");
    assertThat(good.at("/recipients/0/now/in/connector").asText()).isEqualTo("By certificate");
    assertThat(good.at("/recipients/0/now/in/verdict").asText()).isEqualTo("good");
    assertThat(good.at("/recipients/0/now/out/nextHop").asText()).startsWith("mailbox:");
    JsonNode revoked = explained(facts(stack.revoked("mail." + partner)));
    assertThat(revoked.at("/recipients/0/now/in/code").asInt()).isEqualTo(454);
    assertThat(revoked.at("/recipients/0/now/in/verdict").asText()).isEqualTo("bad/revoked");
    assertThat(revoked.at("/notes")).isEmpty();
  }

  @Test
  void anAcceptedMailIsExplainedAsItWasDecided() throws Exception {
    QueueId id =
        TestOrganization.queueId(
            send(organization.connectTls(organization.identity("mail." + partner))));
    organization.settled(id);
    JsonNode answer = explained(Map.of("queueId", id.value()));
    assertThat(answer.at("/recipients/0/then/in/connector").asText()).isEqualTo("By certificate");
    assertThat(answer.at("/recipients/0/then/out/nextHop").asText()).startsWith("mailbox:");
    assertThat(answer.at("/recipients/0/differences")).as(answer.toString()).isEmpty();
    assertThat(answer.at("/notes")).as("its chain is in the log").isEmpty();
  }

  @Test
  void aRefusalIsExplainedByTheReferenceInItsReply() throws Exception {
    Reply refused = send(organization.connectTls(null));
    Matcher reference = REFERENCE.matcher(refused.text());
    assertThat(reference.find()).as(refused.text()).isTrue();
    JsonNode answer =
        Awaitility.await()
            .atMost(PATIENCE)
            .until(
                () -> post(Map.of("reference", reference.group(1))),
                response -> response.statusCode() == 200)
            .body()
            .transform(ExplainTest::json);
    assertThat(answer.at("/recipients/0/then/in/rule").asText())
        .isEqualTo("restrictDomainsToCertificate");
    assertThat(answer.at("/recipients/0/differs").asBoolean()).as(answer.toString()).isFalse();
    assertThat(answer.at("/recipients/0/connectors/0/name").asText()).isEqualTo("By certificate");
    assertThat(answer.at("/recipients/0/connectors/0/effect").asText()).isEqualTo("REFUSES");
  }

  private Reply send(SmtpClient client) throws Exception {
    try (client) {
      return client.send("info@" + partner, recipient, Messages.small("explained"));
    }
  }

  private Map<String, Object> facts(Identity client) {
    return Map.of(
        "clientIp",
        "192.0.2.7",
        "certificate",
        pem(client),
        "mailFrom",
        "info@" + partner,
        "recipients",
        List.of(recipient));
  }

  private static String pem(Identity client) {
    return client.der().stream()
        .map(
            der ->
                "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                    + "\n-----END CERTIFICATE-----\n")
        .collect(Collectors.joining());
  }

  private JsonNode explained(Map<String, ?> question) throws Exception {
    HttpResponse<String> response = post(question);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response.body());
  }

  private HttpResponse<String> post(Map<String, ?> question) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + stack.processes().apiPort(Service.POLICY)
                        + "/api/v1/explain"))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString(stack.credentials().getBytes(UTF_8)))
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(question)))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(@Nullable String body) {
    try {
      return JSON.readTree(body);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
