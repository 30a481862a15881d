package io.postern.policy.partner;

import static io.postern.policy.partner.ApiLab.admin;
import static io.postern.policy.partner.ApiLab.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.ConnectorValidation;
import io.postern.contracts.v1.ProbeEnd;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.contracts.v1.ProbeResult;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.ProbeStep;
import io.postern.contracts.v1.TlsLevel;
import io.postern.log.reading.TopicFollower;
import io.postern.policy.LogLab;
import io.postern.policy.api.BrokerForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Validations over HTTP; the test answers over a real broker as delivery-service would. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class ValidationApiTest {
  private static final String FILE =
      """
      organizations:
      - id: validating
        acceptedDomains:
        - { domain: validating.example, mailboxRoute: { host: mailbox.validating.example } }
        outboundConnectors:
        - { name: To Fabrikam, connectorType: partner, recipientDomains: [fabrikam.example], enabled: false,
            tlsSettings: domainValidation, tlsDomain: mail.fabrikam.example }
        - { name: By hosts, connectorType: partner, recipientDomains: [a.example, b.example],
            smartHosts: [mail.a.example], tlsSettings: encryptionOnly }
        - { name: To anybody, connectorType: partner, recipientDomains: ["*"] }
      - id: other
      """;
  private static final String FABRIKAM =
      "/api/v1/organizations/validating/outbound-connectors/To Fabrikam/validations";

  private final Map<String, ProbeRequest> asked = new ConcurrentHashMap<>();
  private TopicFollower requests;

  @BeforeEach
  void start() throws Exception {
    ApiLab.awaitReady();
    ApiLab.apply(FILE);
    requests =
        new TopicFollower(
            LogLab.settings(BrokerForTests.broker().bootstrap()),
            Topics.PROBE_REQUESTS,
            new TopicFollower.View() {
              @Override
              public void begin() {}

              @Override
              public void take(ConsumerRecord<String, byte @Nullable []> record) {
                asked.put(
                    record.key(),
                    LogLab.parse(
                        ProbeRequest.parser(), java.util.Objects.requireNonNull(record.value())));
              }

              @Override
              public void complete() {}
            });
    requests.start();
  }

  @AfterEach
  void stop() {
    requests.close();
  }

  private ProbeRequest asked(String id) {
    return await().atMost(Duration.ofSeconds(30)).until(() -> asked.get(id), r -> r != null);
  }

  private static void answer(String id, int number, ProbeResult.Builder result) throws Exception {
    ApiLab.write(
        Topics.PROBE_RESULTS,
        id,
        result
            .setProbeId(id)
            .setOrganization("validating")
            .setNumber(number)
            .build()
            .toByteArray());
  }

  /**
   * Behind a balancer the replica that was asked may be another one, and the log a moment behind.
   */
  @Test
  void aValidationThatAnotherReplicaHasAskedForIsFoundAMomentLater() throws Exception {
    String id = UUID.randomUUID().toString();
    String path = "/api/v1/organizations/validating/validations/" + id;
    CompletableFuture<Response> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return admin().get(path);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    ApiLab.write(
        Topics.PROBE_REQUESTS,
        id,
        ProbeRequest.newBuilder()
            .setProbeId(id)
            .setOrganization("validating")
            .setConnector("To Fabrikam")
            .build()
            .toByteArray());
    read.get(30, TimeUnit.SECONDS).then().statusCode(200).body("connector", equalTo("To Fabrikam"));
    admin().get(path.replace("validating", "other")).then().statusCode(404);
  }

  @Test
  void aConnectorThatOnlyReportsIsValidatedAsIfItWereInForce() throws Exception {
    String id =
        json("{\"connector\":{\"name\":\"Trial\",\"connectorType\":\"partner\",\"mode\":\"reportOnly\","
                + "\"recipientDomains\":[\"trial.example\"],\"tlsSettings\":\"domainValidation\","
                + "\"tlsDomain\":\"mail.trial.example\"}}")
            .post("/api/v1/organizations/validating/validations")
            .then()
            .statusCode(202)
            .extract()
            .path("id");
    assertThat(asked(id).getHops(0).getRequirement().getLevel())
        .isEqualTo(TlsLevel.DOMAIN_VALIDATION);
  }

  @Test
  void aValidationIsAskedForAndItsStepsAndEndAreShown() throws Exception {
    String id =
        json("{\"recipients\":[\"ann@fabrikam.example\"]}")
            .post(FABRIKAM)
            .then()
            .statusCode(202)
            .body("state", equalTo("asked"))
            .body("connector", equalTo("To Fabrikam"))
            .extract()
            .path("id");
    ProbeRequest request = asked(id);
    assertThat(request.getHopsList())
        .singleElement()
        .satisfies(
            hop -> {
              assertThat(hop.getNextHop().getMxDomain()).isEqualTo("fabrikam.example");
              assertThat(hop.getRequirement().getLevel()).isEqualTo(TlsLevel.DOMAIN_VALIDATION);
              assertThat(hop.getRequirement().getTlsDomain()).isEqualTo("mail.fabrikam.example");
              assertThat(hop.getRecipientsList()).containsExactly("ann@fabrikam.example");
            });
    assertThat(request.getMail().getReversePath()).isEqualTo("postmaster@validating.example");
    assertThat(request.getMail().getContent().toStringUtf8())
        .contains("From: <postmaster@validating.example>\r\n");
    assertThat(request.getBy()).isEqualTo("admin");
    assertThat(request.getKept()).isTrue();

    answer(id, 0, ProbeResult.newBuilder());
    String here = "/api/v1/organizations/validating/validations/" + id;
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> admin().get(here).path("state").equals("running"));
    answer(
        id,
        1,
        ProbeResult.newBuilder()
            .setStep(
                ProbeStep.newBuilder()
                    .setStep("requirement")
                    .setState(ProbeState.PROBE_FAILED)
                    .setReason("name-mismatch")
                    .setToken("domain-validation/name-mismatch")
                    .setDetail("the certificate is for a.example")));
    ProbeEnd end = ProbeEnd.newBuilder().setMet(false).setSummary("no").setAtMillis(1).build();
    answer(id, 2, ProbeResult.newBuilder().setEnd(end));
    ApiLab.write(
        Topics.CONNECTOR_VALIDATIONS,
        "validating/To Fabrikam",
        ConnectorValidation.newBuilder()
            .setOrganization("validating")
            .setConnector("To Fabrikam")
            .setConnectorDigest(request.getConnectorDigest())
            .setProbeId(id)
            .setEnd(end)
            .build()
            .toByteArray());
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> admin().get(here).path("state").equals("unmet"));
    admin()
        .get(here)
        .then()
        .statusCode(200)
        .body("state", equalTo("unmet"))
        .body("steps", hasSize(1))
        .body("steps[0].state", equalTo("failed"))
        .body("steps[0].cure", containsString("install a certificate with that name"));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                admin()
                    .get(FABRIKAM)
                    .then()
                    .statusCode(200)
                    .body("last.id", equalTo(id))
                    .body("last.met", equalTo(false))
                    .body("last.ofThisDefinition", equalTo(true))
                    .body("recent[0].id", equalTo(id)));
    // G8: it is another organization's.
    admin().get(here.replace("validating/val", "other/val")).then().statusCode(404);
    // A changed connector was not validated.
    ApiLab.apply(FILE.replace("mail.fabrikam.example", "smtp.fabrikam.example"));
    admin().get(FABRIKAM).then().body("last.ofThisDefinition", equalTo(false));
  }

  @Test
  void smartHostsAreWalkedOnceForAllDomains() throws Exception {
    String id =
        json("{}")
            .post("/api/v1/organizations/validating/outbound-connectors/By hosts/validations")
            .then()
            .statusCode(202)
            .header("Location", containsString("/validations/"))
            .extract()
            .path("id");
    assertThat(asked(id).getHopsList())
        .singleElement()
        .satisfies(
            hop -> assertThat(hop.getNextHop().getRoute()).isEqualTo("smart:mail.a.example:25"));
    assertThat(asked(id).hasMail()).isFalse();
  }

  @Test
  void aDraftIsValidatedAndNotStored() throws Exception {
    String id =
        json("{\"connector\":{\"name\":\"Draft\",\"connectorType\":\"partner\",\"recipientDomains\":[\"d.example\"],\"tlsSettings\":\"certificateValidation\"}}")
            .post("/api/v1/organizations/validating/validations")
            .then()
            .statusCode(202)
            .extract()
            .path("id");
    assertThat(asked(id).getKept()).isFalse();
    assertThat(asked(id).getHops(0).getRequirement().getLevel())
        .isEqualTo(TlsLevel.CERTIFICATE_VALIDATION);
    admin()
        .get("/api/v1/organizations/validating/outbound-connectors/Draft/validations")
        .then()
        .statusCode(404);
    json("{\"connector\":{\"name\":\"Draft\",\"connectorType\":\"partner\",\"tlsSettings\":\"never\"}}")
        .post("/api/v1/organizations/validating/validations")
        .then()
        .statusCode(422)
        .contentType("application/problem+json")
        .body("errors[0].pointer", endsWith("/tlsSettings"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "To Fabrikam | {\"recipients\":[\"ann@elsewhere.example\"]} | does not use this connector",
        "To Fabrikam | {\"recipients\":[\"ann\"]} | no domain",
        "To Fabrikam | {\"recipients\":[\"ann@fabrikam.example\"],\"sender\":\"x@elsewhere.example\"} | not in an accepted domain",
        "To Fabrikam | {\"domains\":[\"..\"]} | is not a valid domain",
        "To anybody | {} | domains that it does not name",
        "To anybody | {\"domains\":[\"a.example\"]} | does not use this connector",
      })
  void whatDoesNotFitTheConnectorIsSaid(String connector, String body, String why)
      throws Exception {
    json(body)
        .post("/api/v1/organizations/validating/outbound-connectors/" + connector + "/validations")
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("detail", containsString(why));
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    json("{}")
        .post("/api/v1/organizations/validating/outbound-connectors/None/validations")
        .then()
        .statusCode(404);
    json("{}")
        .post("/api/v1/organizations/nobody/outbound-connectors/To Fabrikam/validations")
        .then()
        .statusCode(404);
    admin().get("/api/v1/organizations/validating/validations/none").then().statusCode(404);
    admin()
        .get("/api/v1/organizations/validating/outbound-connectors/By hosts/validations")
        .then()
        .statusCode(200)
        .body("last", nullValue());
  }
}
