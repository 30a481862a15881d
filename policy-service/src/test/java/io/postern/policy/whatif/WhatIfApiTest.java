package io.postern.policy.whatif;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.postern.api.users.Users;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ComparisonRecord;
import io.postern.contracts.v1.ComparisonState;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicScan;
import io.postern.policy.LogLab;
import io.postern.policy.Management;
import io.postern.policy.api.BrokerForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Comparisons over HTTP, with the mail of a real log. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class WhatIfApiTest {
  private static final String PATH = "/api/v1/what-if";
  private static final String FILE =
      """
      organizations:
      - id: drafted
        acceptedDomains:
        - { domain: drafted.example, mailboxRoute: { host: mailbox.drafted.example } }
        inboundConnectors:
        - name: From Partner
          connectorType: partner
          senderDomains: [partner.example]
          requireTls: false
      """;
  private static final String OWN = FILE.replace("drafted", "own");
  private static final int MAILS = 50;
  private static final String PASSWORD = "correct horse battery";

  private static RequestSpecification admin() throws IOException {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]);
  }

  private static RequestSpecification yaml(String body) throws IOException {
    return admin().contentType("application/yaml").body(body.getBytes(UTF_8));
  }

  @Inject Users users;

  @BeforeEach
  void ready() throws Exception {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    yaml(FILE).post("/api/v1/directory/apply").then().statusCode(200);
  }

  @Test
  void aDraftIsComparedWithTheMailOfTheLastDays() throws Exception {
    write(MAILS, "drafted");
    String location =
        yaml(FILE.replace("requireTls: false", "requireTls: true"))
            .post(PATH + "?days=1")
            .then()
            .statusCode(202)
            .header("Location", containsString(PATH))
            .extract()
            .header("Location");
    String path = location.substring(location.indexOf(PATH));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !admin().get(path).path("state").equals("running"));
    admin()
        .get(path)
        .then()
        .body("state", equalTo("done"))
        .body("percent", equalTo(100))
        .body("organizations", contains("drafted"))
        .body(
            "draft",
            equalTo(
                Fingerprints.hex(
                    Fingerprints.sha256(
                        FILE.replace("requireTls: false", "requireTls: true").getBytes(UTF_8)))))
        .body("result.messages", equalTo(MAILS))
        .body("result.differences[0].kind", equalTo("acceptedToRefused"))
        .body("result.differences[0].partner", equalTo("partner.example"))
        .body("result.differences[0].rule", equalTo("requireTls"))
        .body("result.differences[0].count", equalTo(MAILS))
        .body("result.differences[0].samples.size()", equalTo(10));
    admin().delete(path).then().statusCode(204);
    admin().get(PATH + "/nothing").then().statusCode(404);
    yaml(FILE).post(PATH + "?days=8").then().statusCode(400);
    yaml(FILE.replace("connectorType: partner", "connectorType: neither"))
        .post(PATH)
        .then()
        .statusCode(422)
        .contentType("application/problem+json")
        .body("errors.object", hasItem("inbound-connector/drafted/From Partner"))
        .body("errors.pointer", hasItem("/organizations/0/inboundConnectors/0/connectorType"));
    String objects =
        "{\"inboundConnectors\": [{\"name\": \"From Partner\", \"connectorType\": \"partner\","
            + " \"senderDomains\": [\"partner.example\"], \"requireTls\": true}]}";
    String begun =
        admin()
            .contentType("application/json")
            .body(objects)
            .post(PATH + "?days=1&organization=drafted")
            .then()
            .statusCode(202)
            .extract()
            .path("id");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !admin().get(PATH + "/" + begun).path("state").equals("running"));
    admin()
        .get(PATH + "/" + begun)
        .then()
        .body("state", equalTo("done"))
        .body("result.differences[0].kind", equalTo("acceptedToRefused"))
        .body("result.differences[0].count", equalTo(MAILS));
    yaml(objects).post(PATH + "?organization=nobody").then().statusCode(404);
    yaml(FILE).post(PATH + "?organization=drafted").then().statusCode(422);
    given()
        .contentType("application/yaml")
        .body(FILE.getBytes(UTF_8))
        .post(PATH)
        .then()
        .statusCode(401);
    yaml(FILE)
        .post("/api/v1/directory/apply?dryRun=true")
        .then()
        .body("changes.size()", equalTo(0));
  }

  /**
   * It is in the log: whichever replica a load balancer chooses, its reader sees it (G8: alone).
   */
  @Test
  void aComparisonOfAnotherReplicaIsShownAndEndedByThoseWhoMay() throws Exception {
    yaml(OWN).post("/api/v1/directory/apply").then().statusCode(200);
    users.put("what-if-reader", List.of("auditor:drafted"), PASSWORD);
    users.put("what-if-other", List.of("administrator:own"), PASSWORD);
    String id = UUID.randomUUID().toString();
    String path = PATH + "/" + id;
    publish(
        ComparisonParts.ofOrganizations(List.of("drafted"))
            .getFirst()
            .setComparisonId(id)
            .setBy("anna")
            .setState(ComparisonState.COMPARISON_RUNNING)
            .build());
    publish(ComparisonRecord.newBuilder().setComparisonId(id).setNumber(1).setPercent(30).build());

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                bearer("what-if-reader")
                    .get(path)
                    .then()
                    .statusCode(200)
                    .body("state", equalTo("running"))
                    .body("percent", equalTo(30)));
    String unknown =
        bearer("what-if-other")
            .get(PATH + "/" + UUID.randomUUID())
            .then()
            .statusCode(404)
            .extract()
            .path("detail");
    assertThat(unknown).contains("is kept for an hour. Start it again.");
    for (Response others :
        List.of(bearer("what-if-other").get(path), bearer("what-if-other").delete(path))) {
      others.then().statusCode(404);
      assertThat(others.<String>path("detail").replace(id, ""))
          .isEqualTo(unknown.replaceFirst("[0-9a-f-]{36}", ""));
    }
    bearer("what-if-reader").delete(path).then().statusCode(403);
    assertThat(cancelled()).isEmpty();

    admin().delete(path).then().statusCode(204);

    assertThat(cancelled()).containsExactly(id);
    publish(
        ComparisonRecord.newBuilder()
            .setComparisonId(id)
            .setNumber(2)
            .setState(ComparisonState.COMPARISON_CANCELLED)
            .build());
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> admin().get(path).path("state").equals("cancelled"));
    admin().delete(path).then().statusCode(204);
    assertThat(cancelled()).as("it has ended").containsExactly(id);
  }

  private static RequestSpecification bearer(String user) {
    String token =
        given()
            .auth()
            .preemptive()
            .basic(user, PASSWORD)
            .post("/api/v1/tokens")
            .then()
            .statusCode(200)
            .extract()
            .path("token");
    return given().auth().preemptive().oauth2(token);
  }

  private static void publish(ComparisonRecord record) throws Exception {
    LogSettings settings = LogLab.settings(BrokerForTests.broker().bootstrap());
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.COMPARISON_RESULTS, record.getComparisonId(), record.toByteArray()))
          .get(60, TimeUnit.SECONDS);
    }
  }

  /**
   * Ids of the comparisons of others that this replica has asked to end, in the order of the log.
   */
  private static List<String> cancelled() throws Exception {
    List<String> ids = new ArrayList<>();
    LogSettings settings = LogLab.settings(BrokerForTests.broker().bootstrap());
    try (TopicScan scan = new TopicScan(settings, Duration.ofSeconds(60))) {
      scan.readWhile(
          scan.partitions(Topics.COMPARISON_RESULTS),
          0,
          Duration.ofSeconds(60),
          record -> {
            ComparisonRecord its = TopicScan.parsed(record, ComparisonRecord.parser());
            if (its.getCancel()) {
              ids.add(its.getComparisonId());
            }
            return true;
          });
    }
    return ids;
  }

  /** How much mail the others have is not a reader's of one organization (G8). */
  @Test
  void aReadersNumbersAreTheSameWhetherOrNotOthersHaveMail() throws Exception {
    users.put("what-if-auditor", List.of("auditor:own"), PASSWORD);
    String token =
        given()
            .auth()
            .preemptive()
            .basic("what-if-auditor", PASSWORD)
            .post("/api/v1/tokens")
            .then()
            .statusCode(200)
            .extract()
            .path("token");
    yaml(OWN).post("/api/v1/directory/apply").then().statusCode(200);
    write(1, "own");
    Map<String, Object> before = numbers(token);
    write(MAILS, "others");

    assertThat(numbers(token)).isEqualTo(before);
  }

  /** All that an auditor is told of a comparison that is done, but for its id and its times. */
  private static Map<String, Object> numbers(String token) throws Exception {
    RequestSpecification auditor = given().auth().preemptive().oauth2(token);
    String id =
        auditor
            .contentType("application/yaml")
            .body(OWN.getBytes(UTF_8))
            .post(PATH + "?days=1")
            .then()
            .statusCode(202)
            .extract()
            .path("id");
    String path = PATH + "/" + id;
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                !given()
                    .auth()
                    .preemptive()
                    .oauth2(token)
                    .get(path)
                    .path("state")
                    .equals("running"));
    Map<String, Object> view =
        new TreeMap<>(
            given().auth().preemptive().oauth2(token).get(path).<Map<String, Object>>path(""));
    Map<String, Object> result = new TreeMap<>((Map<String, Object>) view.get("result"));
    assertThat((Integer) result.get("messages")).isPositive();
    result.keySet().removeAll(Set.of("seconds", "since"));
    view.put("result", result);
    view.remove("id");
    return view;
  }

  private static void write(int mails, String organization) throws Exception {
    LogSettings settings = LogLab.settings(BrokerForTests.broker().bootstrap());
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer())) {
      for (int i = 0; i < mails; i++) {
        MessageAccepted message =
            RecordedDays.incoming(
                "198.51.100.7", false, "info@partner.example", "anna@" + organization + ".example");
        MessageAccepted its =
            message.toBuilder()
                .setGroups(0, message.getGroups(0).toBuilder().setOrganization(organization))
                .build();
        var unused =
            producer.send(
                new ProducerRecord<>(Topics.MAIL_ACCEPTED, 0, its.getQueueId(), its.toByteArray()));
        MessageRefused refused =
            RecordedDays.refused(
                    "198.51.100.7", false, "a@else.example", "anna@" + organization + ".example")
                .toBuilder()
                .setOrganization(organization)
                .build();
        unused =
            producer.send(
                new ProducerRecord<>(Topics.MAIL_REFUSALS, 0, organization, refused.toByteArray()));
      }
      producer.flush();
    }
  }
}
