package io.postern.console;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RouteState;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsLevel;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queue, changes and reports, of records in a real broker, over HTTP, from a real database. */
@QuarkusTest
@QuarkusTestResource(Installation.class)
class QueueApiTest {
  private static final Owner OWNER = new Owner(1, 5, 1);

  private static RequestSpecification admin() {
    return given().header("Authorization", AccessForTests.bearer("admin", "operator"));
  }

  @BeforeEach
  void waitUntilReady() {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
  }

  private static void send(String topic, int partition, @Nullable String key, MessageLite value)
      throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(Installation.log().producer())) {
      producer
          .send(new ProducerRecord<>(topic, partition, key, value.toByteArray()))
          .get(20, TimeUnit.SECONDS);
    }
  }

  /** A message to two recipients, the first of which waits for the reason. */
  private static QueueId message(String organization, String from, String domain, String reason)
      throws Exception {
    QueueId id = QueueId.next(3);
    send(
        Topics.MAIL_ACCEPTED,
        3,
        id.value(),
        MessageAccepted.newBuilder()
            .setQueueId(id.value())
            .setEnvelope(
                Envelope.newBuilder()
                    .setReversePath(from)
                    .addRecipients(EnvelopeRecipient.newBuilder().setAddress("one@" + domain))
                    .addRecipients(EnvelopeRecipient.newBuilder().setAddress("two@" + domain)))
            .addGroups(
                RecipientGroup.newBuilder()
                    .addRecipients(0)
                    .addRecipients(1)
                    .setOrganization(organization)
                    .setConnector("From us")
                    .setDirection(Direction.ORIGINATING))
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.9").setProtocol("ESMTP"))
            .build());
    send(
        Topics.MAIL_OUTCOMES,
        3,
        null,
        OutcomeRecorded.newBuilder().setPartitionTaken(true).setOwner(OWNER.message()).build());
    send(
        Topics.MAIL_OUTCOMES,
        3,
        id.value(),
        OutcomeRecorded.newBuilder()
            .setQueueId(id.value())
            .setAttempt(1)
            .setOwner(OWNER.message())
            .setOrganization(organization)
            .setConnector("To " + domain)
            .setRoute("mx:" + domain)
            .setToken("domain-validation/" + reason)
            .addRecipients(
                RecipientOutcome.newBuilder()
                    .setRecipient(0)
                    .setKind(OutcomeKind.DEFERRED)
                    .setReason(reason))
            .build());
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> queue("queueId=" + id + "&reason=" + reason).body("recipients", hasSize(1)));
    return id;
  }

  private static ValidatableResponse queue(String filter) throws IOException {
    return admin().get("/api/v1/queue?" + filter).then().statusCode(200);
  }

  private static List<MessageControl> controls(QueueId id) throws InvalidProtocolBufferException {
    List<MessageControl> found = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> reader =
        new KafkaConsumer<>(Installation.log().reader(true))) {
      TopicPartition home = new TopicPartition(Topics.MAIL_CONTROLS, id.partition());
      reader.assign(List.of(home));
      reader.seekToBeginning(List.of(home));
      long end = reader.endOffsets(List.of(home)).getOrDefault(home, 0L);
      while (reader.position(home) < end) {
        for (var record : reader.poll(Duration.ofMillis(50))) {
          if (id.value().equals(record.key())) {
            found.add(MessageControl.parseFrom(record.value()));
          }
        }
      }
    }
    return found;
  }

  @Test
  void mailThatWaitsIsListedWithItsReasonAndGroupedByEachFact() throws Exception {
    QueueId id = message("contoso", "a@contoso.example", "slow.example", "connect-failed");
    send(
        Topics.MAIL_ROUTES,
        0,
        "mx:slow.example",
        RouteState.newBuilder()
            .setRoute("mx:slow.example")
            .setReplica("delivery-1")
            .setState("dead")
            .setLastError("connection refused")
            .setLastErrorOrganization("contoso")
            .build());
    message("fabrikam", "b@fabrikam.example", "slow.example", "timeout");

    queue("queueId=" + id + "&reason=connect-failed")
        .body("total", equalTo(1))
        .body("next", nullValue())
        .body("recipients[0].to", equalTo("one@slow.example"))
        .body("recipients[0].from", equalTo("a@contoso.example"))
        .body("recipients[0].state", equalTo("waiting"))
        .body("recipients[0].route", equalTo("mx:slow.example"))
        .body("recipients[0].token", equalTo("domain-validation/connect-failed"))
        .body("recipients[0].attempts", equalTo(1));
    // The other recipient's first attempt has not ended.
    queue("queueId=" + id).body("recipients.to", contains("one@slow.example", "two@slow.example"));
    for (String none : List.of("state=held", "olderThan=1h", "organization=fabrikam")) {
      queue("queueId=" + id + "&" + none).body("recipients", hasSize(0));
    }
    for (String by :
        List.of("reason", "connector", "organization", "state", "toDomain", "fromDomain")) {
      admin()
          .get("/api/v1/queue/groups?toDomain=slow.example&reason=connect-failed&by=" + by)
          .then()
          .statusCode(200)
          .body("groups.recipients", hasItem(1));
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                admin()
                    .get("/api/v1/queue/groups?toDomain=slow.example&by=route")
                    .then()
                    .body(
                        "groups.find { it.name == 'mx:slow.example' }.states[0].lastError",
                        equalTo("connection refused")));
    // A reply may quote the mail that it is about (G8).
    for (Map.Entry<String, String> seen :
        Map.of(
                "contoso", "connection refused",
                "fabrikam", "a failure of another organization's mail")
            .entrySet()) {
      String token = AccessForTests.token("of-" + seen.getKey(), "auditor:" + seen.getKey());
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  given()
                      .auth()
                      .preemptive()
                      .oauth2(token)
                      .get("/api/v1/queue/groups?toDomain=slow.example&by=route")
                      .then()
                      .body(
                          "groups.find { it.name == 'mx:slow.example' }.states[0].lastError",
                          equalTo(seen.getValue())));
    }
    admin().get("/api/v1/queue/groups?by=weather").then().statusCode(400);
    admin().get("/api/v1/queue?state=lost").then().statusCode(400);
  }

  @Test
  void pagesOfTheQueueHaveEachRecipientOnce() throws Exception {
    for (int i = 0; i < 3; i++) {
      message("contoso", "pages@contoso.example", "pages.example", "timeout");
    }
    List<String> seen = new ArrayList<>();
    String next = "/api/v1/queue?limit=4&toDomain=pages.example";
    while (next != null) {
      var page = admin().urlEncodingEnabled(false).get(next).then().statusCode(200).extract();
      assertThat(page.<Integer>path("total")).isEqualTo(6);
      List<String> ids = page.path("recipients.queueId");
      List<Integer> recipients = page.path("recipients.recipient");
      for (int i = 0; i < ids.size(); i++) {
        seen.add(ids.get(i) + "/" + recipients.get(i));
      }
      next = page.path("next");
    }
    assertThat(seen).hasSize(6).doesNotHaveDuplicates();
  }

  @Test
  void aControlOfAFilterIsCountedFirstAndAskedForOnceNoMoreIsFound() throws Exception {
    QueueId first = message("contoso", "c@contoso.example", "controls.example", "timeout");
    QueueId second = message("fabrikam", "c@fabrikam.example", "controls.example", "timeout");
    String filter = "\"filter\": {\"toDomain\": \"controls.example\", \"reason\": \"timeout\"}";

    control("{\"action\": \"cancel\", " + filter + "}", true)
        .statusCode(200)
        .body("dryRun", equalTo(true))
        .body("recipients", equalTo(2))
        .body("messages", equalTo(2));
    control("{\"action\": \"cancel\", " + filter + "}", false)
        .statusCode(400)
        .body("errors[0].pointer", equalTo("/expect"));
    control("{\"action\": \"cancel\", \"expect\": 1, " + filter + "}", false).statusCode(409);
    assertThat(controls(first)).isEmpty();
    assertThat(controls(second)).isEmpty();

    control("{\"action\":\"cancel\",\"notice\":false,\"expect\":2," + filter + "}", false)
        .statusCode(202)
        .body("recipients", equalTo(2))
        .body("controlIds", hasSize(2));
    assertThat(controls(first))
        .singleElement()
        .satisfies(
            control -> {
              assertThat(control.getKind()).isEqualTo(ControlKind.CANCEL);
              assertThat(control.getWithoutNotice()).isTrue();
              assertThat(control.getRecipientsList()).containsExactly(0);
              // An operator's: also of recipients whose organization the scheduler does not know
              // yet.
              assertThat(control.getOrganization()).isEmpty();
              assertThat(control.getBy()).isNotEmpty();
            });
    assertThat(controls(second)).hasSize(1);
  }

  private static ValidatableResponse control(String body, boolean dryRun) throws IOException {
    return admin()
        .contentType("application/json")
        .body(body)
        .post("/api/v1/queue/controls?dryRun=" + dryRun)
        .then();
  }

  /**
   * The rule of addresses is that of the search: the local part as written, the domain in any case.
   */
  @Test
  void aSenderIsFoundAsItsAddressIsWritten() throws Exception {
    QueueId id = message("contoso", "Anna.Schmidt@Contoso.example", "spelling.example", "timeout");
    String from = "\"filter\": {\"from\": \"Anna.Schmidt@CONTOSO.example.\"}";
    control("{\"action\": \"retry\", " + from + "}", true)
        .statusCode(200)
        .body("messages", equalTo(1));
    queue("from=Anna.Schmidt@contoso.example").body("recipients.queueId", hasItem(id.value()));
    queue("to=one@Spelling.example").body("recipients.queueId", hasItem(id.value()));
    queue("from=anna.schmidt@contoso.example").body("recipients", hasSize(0));
  }

  @Test
  void theWholeQueueIsNeverAskedForByMistake() throws Exception {
    for (String body :
        List.of(
            "{\"action\": \"cancel\"}",
            "{\"action\": \"cancel\", \"filter\": {}}",
            "{\"action\": \"burn\", \"filter\": {\"state\": \"held\"}}")) {
      control(body, false).statusCode(400);
    }
  }

  @Test
  void aChangeIsShownWithItsFieldsBeforeAndAfter() throws Exception {
    OutboundConnector before =
        OutboundConnector.newBuilder()
            .setOrganization("contoso")
            .setName("To Northwind")
            .setEnabled(true)
            .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
            .setTlsDomain("mail.northwind.example")
            .build();
    send(
        Topics.DIRECTORY_AUDIT,
        0,
        "change-1",
        DirectoryAudit.newBuilder()
            .setCommandId("change-1")
            .setActor("ada")
            .setVersion(712)
            .addBefore(DirectoryObject.newBuilder().setOutboundConnector(before))
            .addAfter(
                DirectoryObject.newBuilder()
                    .setOutboundConnector(
                        before.toBuilder()
                            .setTlsSettings(TlsLevel.ENCRYPTION_ONLY)
                            .clearTlsDomain()))
            .build());
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> admin().get("/api/v1/changes?by=ada").then().body("changes", hasSize(1)));
    admin()
        .get("/api/v1/changes?by=ada&organization=contoso")
        .then()
        .body("changes[0].version", equalTo(712))
        .body("changes[0].objects[0].object", equalTo("outbound-connector/contoso/To Northwind"))
        .body("changes[0].objects[0].change", equalTo("changed"))
        .body("changes[0].objects[0].fields.field", hasItems("tlsSettings", "tlsDomain"))
        .body(
            "changes[0].objects[0].fields.find { it.field == 'tlsSettings' }.after",
            equalTo("encryptionOnly"));
    for (String none : List.of("organization=fabrikam", "object=inbound", "until=1d")) {
      admin().get("/api/v1/changes?by=ada&" + none).then().body("changes", hasSize(0));
    }
  }

  @Test
  void reportsHaveTheirRowsByDayAndACsvFileRunsNoFormula() throws Exception {
    message("contoso", "r@=cmd.example", "reports.example", "name-mismatch");

    for (String name :
        admin().get("/api/v1/reports").then().statusCode(200).extract().<List<String>>path("")) {
      admin()
          .get("/api/v1/reports/" + name + "?since=2d")
          .then()
          .statusCode(200)
          .body("columns[0]", equalTo("day"));
    }
    admin()
        .get("/api/v1/reports/blocked?organization=contoso&since=2d")
        .then()
        .body("rows.findAll { it[2] == 'reports.example' }", hasSize(1))
        .body(
            "rows.find { it[2] == 'reports.example' }[3]",
            equalTo("domain-validation/name-mismatch"));
    admin()
        .get("/api/v1/reports/inbound?organization=contoso&since=2d")
        .then()
        .body("rows.findAll { it[2] == 'From us' && it[4] == 'none' }", hasSize(1));
    assertThat(
            admin()
                .accept("text/csv")
                .get("/api/v1/reports/foreign-senders?since=2d")
                .then()
                .statusCode(200)
                .extract()
                .asString())
        .startsWith("day,organization,")
        .contains("'=cmd.example");
    admin().get("/api/v1/reports/weather").then().statusCode(404);
  }
}
