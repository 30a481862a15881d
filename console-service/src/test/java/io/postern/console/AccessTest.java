package io.postern.console;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import io.postern.directory.DirectoryFile;
import io.postern.lab.api.AccessTable;
import io.postern.lab.api.ApiDescription;
import io.quarkus.arc.Arc;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each endpoint for each role: the table is access.txt. */
@QuarkusTest
@QuarkusTestResource(Installation.class)
class AccessTest {
  @BeforeEach
  void waitUntilReady() {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
  }

  private void writeTheConnectorOfTheTable() throws Exception {
    String file =
        """
        organizations:
        - id: contoso
          acceptedDomains:
          - { domain: contoso.example, mailboxRoute: { host: mailbox.contoso.example } }
          inboundConnectors:
          - { name: ByName, connectorType: partner, senderDomains: [fabrikam.example] }
        """;
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(Installation.log().producer())) {
      for (DirectoryObject object :
          DirectoryFile.parse(file.getBytes(StandardCharsets.UTF_8)).objects()) {
        producer
            .send(
                new ProducerRecord<>(
                    Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray()))
            .get(20, TimeUnit.SECONDS);
      }
    }
    String operator = AccessForTests.bearer("operator", "operator");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                given()
                        .header("Authorization", operator)
                        .get("/api/v1/partner-sessions?organization=contoso&connector=ByName")
                        .statusCode()
                    == 200);
  }

  @Test
  void theDescriptionInTheTreeIsTheServices() throws Exception {
    assertThat(
            ApiDescription.differences(
                Path.of("../docs/api/console.yaml"), given().get("/q/openapi").asString()))
        .isEmpty();
  }

  private static URI service() {
    return URI.create("http://127.0.0.1:" + RestAssured.port);
  }

  private static List<Class<?>> classes() {
    return Arc.container().beanManager().getBeans(Object.class, Any.Literal.INSTANCE).stream()
        .<Class<?>>map(Bean::getBeanClass)
        .toList();
  }

  @Test
  void eachRoleGetsWhatTheTableSays() throws Exception {
    writeTheConnectorOfTheTable();
    AccessTable table = new AccessTable(AccessTest.class, "access.txt");

    assertThat(table.differences(classes()))
        .as("endpoints without a row in access.txt, and rows without an endpoint")
        .isEmpty();
    assertThat(
            table.wrong(
                service(),
                List.of(
                    "",
                    AccessForTests.bearer("operator", "operator"),
                    AccessForTests.bearer("administrator", "administrator:contoso"),
                    AccessForTests.bearer("auditor", "auditor:contoso"),
                    AccessForTests.bearer("other", "administrator:fabrikam"))))
        .isEmpty();
    assertThat(table.openWithoutRole(service(), AccessForTests.bearer("none")))
        .as("what a user without any role gets")
        .containsExactly(
            "GET /access/own/password 200",
            "GET /access/own/second-factor 503",
            "GET /api/v1/me 200",
            "POST /access/own/password 503",
            "POST /access/own/second-factor 503",
            "POST /access/own/second-factor/code 503",
            "POST /access/own/second-factor/remove 503");
  }

  /** ASVS 6.3.3: policy-service publishes no roles of such a user. */
  @Test
  void whoLacksTheDemandedSecondFactorMaySetItUpAndNothingElse() throws Exception {
    String lacking = AccessForTests.lackingBearer("lacking");
    AccessTable table = new AccessTable(AccessTest.class, "access.txt");
    assertThat(table.openWithoutRole(service(), lacking))
        .filteredOn(open -> !open.contains(" /access/own/") && !open.endsWith(" 303"))
        .containsExactly("GET /api/v1/me 200");
    given()
        .header("Authorization", lacking)
        .get("/api/v1/messages")
        .then()
        .statusCode(403)
        .body("detail", containsString("demands a second factor"))
        .body("detail", containsString("/access/own/second-factor"));
    given()
        .redirects()
        .follow(false)
        .header("Authorization", lacking)
        .header("Accept", "text/html")
        .get("/messages")
        .then()
        .statusCode(303)
        .header("Location", endsWith("/access/own/second-factor"));
  }

  @Test
  void searchesConnectAsARoleThatOnlyReads() throws Exception {
    given()
        .header("Authorization", AccessForTests.bearer("operator", "operator"))
        .get("/api/v1/messages")
        .then()
        .statusCode(200);
    try (Connection connection = Postgres.connect(Installation.url());
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT string_agg(DISTINCT usename, ',') FROM pg_stat_activity WHERE"
                    + " application_name = 'postern-console' AND datname = current_database()")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getString(1)).isEqualTo(Postgres.reader());
    }
  }

  /** Who reads all organizations' mail may cancel none of it; an administrator only its own. */
  @Test
  void aReaderOfAllAsksNothingOfMail() throws Exception {
    String body = "{\"action\": \"cancel\", \"filter\": {\"state\": \"waiting\"}}";
    given()
        .header("Authorization", AccessForTests.bearer("reader-of-all", "auditor:*"))
        .contentType("application/json")
        .body(body)
        .post("/api/v1/queue/controls?dryRun=true")
        .then()
        .statusCode(403);
    given()
        .header(
            "Authorization", AccessForTests.bearer("both", "auditor:*", "administrator:nobodys"))
        .contentType("application/json")
        .body(body)
        .post("/api/v1/queue/controls?dryRun=true")
        .then()
        .statusCode(200)
        .body("recipients", equalTo(0));
  }

  /** G8: the same question, another answer. */
  @Test
  void anOrganizationsReaderFindsItsOwnMailAlone() throws Exception {
    for (String organization : List.of("contoso", "fabrikam")) {
      QueueId id = QueueId.next(0);
      try (KafkaProducer<String, byte[]> producer =
          new KafkaProducer<>(Installation.log().producer())) {
        producer
            .send(
                new ProducerRecord<>(
                    Topics.MAIL_ACCEPTED,
                    0,
                    id.value(),
                    MessageAccepted.newBuilder()
                        .setQueueId(id.value())
                        .setEnvelope(
                            Envelope.newBuilder()
                                .setReversePath(organization + "@sight.example")
                                .addRecipients(
                                    EnvelopeRecipient.newBuilder().setAddress("x@sight.example")))
                        .addGroups(
                            RecipientGroup.newBuilder()
                                .addRecipients(0)
                                .setOrganization(organization))
                        .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.77"))
                        .build()
                        .toByteArray()))
            .get(20, TimeUnit.SECONDS);
      }
    }
    for (String organization : List.of("contoso", "fabrikam")) {
      String bearer = AccessForTests.bearer("reader-of-" + organization, "auditor:" + organization);
      // The table's rebuild may empty the read model between the two.
      for (var question :
          Map.of("messages", "found.message.from", "queue", "recipients.from").entrySet()) {
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(
                () ->
                    given()
                        .header("Authorization", bearer)
                        .get("/api/v1/" + question.getKey() + "?toDomain=sight.example")
                        .then()
                        .body(question.getValue(), contains(organization + "@sight.example")));
      }
    }
  }
}
