package io.postern.policy.api;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.not;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.policy.LogLab;
import io.postern.policy.Management;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Controls over HTTP, through a real broker, to the running scheduler. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class QueueApiTest {
  private static RequestSpecification admin() throws IOException {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]).contentType("application/json");
  }

  @BeforeEach
  void ready() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
  }

  private static List<ConsumerRecord<String, byte[]>> all(String topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> reader =
        new KafkaConsumer<>(LogLab.settings(BrokerForTests.broker().bootstrap()).reader(true))) {
      List<TopicPartition> partitions =
          reader.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      reader
          .endOffsets(partitions)
          .forEach(
              (partition, end) -> {
                while (reader.position(partition) < end) {
                  reader.poll(Duration.ofMillis(50)).forEach(records::add);
                }
              });
    }
    return records;
  }

  @ParameterizedTest
  @CsvSource({"hold, HOLD", "release, RELEASE", "retry, RETRY_NOW", "cancel, CANCEL"})
  void aControlIsInTheLogWhenTheCallReturnsAndTheSchedulerAnswersIt(String action, String kind)
      throws Exception {
    QueueId queueId = QueueId.next(2);
    String id =
        admin()
            .body("{\"recipients\": [0, 2]}")
            .post("/api/v1/queue/" + queueId + "/" + action)
            .then()
            .statusCode(202)
            .body("controlId", not(emptyString()))
            .extract()
            .path("controlId");

    assertThat(all(Topics.MAIL_CONTROLS))
        .filteredOn(record -> queueId.value().equals(record.key()))
        .singleElement()
        .satisfies(
            record -> {
              MessageControl control = LogLab.parse(MessageControl.parser(), record.value());
              assertThat(record.partition()).isEqualTo(2);
              assertThat(control.getControlId()).isEqualTo(id);
              assertThat(control.getKind().name()).isEqualTo(kind);
              assertThat(control.getRecipientsList()).containsExactly(0, 2);
              assertThat(control.getBy()).isEqualTo("admin");
            });
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(all(Topics.MAIL_SCHEDULE_OUTCOMES))
                    .filteredOn(record -> queueId.value().equals(record.key()))
                    .singleElement()
                    .satisfies(
                        record ->
                            assertThat(
                                    LogLab.parse(OutcomeRecorded.parser(), record.value())
                                        .getControlId())
                                .isEqualTo(id)));
  }

  @Test
  void aFlushGoesToEveryPartition() throws Exception {
    admin().post("/api/v1/routes/smart:mail.fabrikam.example:2525/flush").then().statusCode(202);
    assertThat(all(Topics.MAIL_CONTROLS))
        .filteredOn(record -> "smart:mail.fabrikam.example:2525".equals(record.key()))
        .hasSize(LogLab.PARTITIONS)
        .extracting(ConsumerRecord::partition)
        .doesNotHaveDuplicates();
  }

  @Test
  void withoutABodyAllRecipientsAreMeant() throws Exception {
    String basic =
        Base64.getEncoder()
            .encodeToString(Files.readString(BrokerForTests.credentials()).strip().getBytes(UTF_8));
    QueueId queueId = QueueId.next(3);
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://localhost:%d/api/v1/queue/%s/hold"
                              .formatted(RestAssured.port, queueId)))
                  .header("Authorization", "Basic " + basic)
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }
    assertThat(all(Topics.MAIL_CONTROLS))
        .filteredOn(record -> queueId.value().equals(record.key()))
        .singleElement()
        .satisfies(
            record ->
                assertThat(
                        LogLab.parse(MessageControl.parser(), record.value()).getRecipientsCount())
                    .isZero());
  }

  @Test
  void whatCannotBeMeantIsRefused() throws Exception {
    QueueId queueId = QueueId.next(1);
    given()
        .contentType("application/json")
        .post("/api/v1/queue/" + queueId + "/hold")
        .then()
        .statusCode(401);
    given().post("/api/v1/routes/mx:a.example/flush").then().statusCode(401);
    admin()
        .post("/api/v1/queue/nothing/hold")
        .then()
        .statusCode(400)
        .body("detail", containsString("queue id"));
    admin()
        .post("/api/v1/queue/" + QueueId.next(4711) + "/hold")
        .then()
        .statusCode(400)
        .body("detail", containsString("partition"));
    admin()
        .body("{\"recipients\": [-1]}".getBytes(UTF_8))
        .post("/api/v1/queue/" + queueId + "/hold")
        .then()
        .statusCode(400);
    admin().post("/api/v1/queue/" + queueId + "/eat").then().statusCode(404);
  }
}
