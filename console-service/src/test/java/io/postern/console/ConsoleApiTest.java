package io.postern.console;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.google.protobuf.MessageLite;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service as it runs: records in a real broker, found over HTTP, from a real database. */
@QuarkusTest
@QuarkusTestResource(Installation.class)
class ConsoleApiTest {
  private static RequestSpecification admin() {
    return given().header("Authorization", AccessForTests.bearer("admin", "operator"));
  }

  private static int ready() {
    return given().get(Management.uri() + "/health/ready").statusCode();
  }

  @BeforeEach
  void waitUntilReady() {
    await().atMost(Duration.ofSeconds(90)).until(() -> ready() == 200);
  }

  private static long send(String topic, int partition, @Nullable String key, MessageLite value)
      throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(Installation.log().producer())) {
      return producer
          .send(new ProducerRecord<>(topic, partition, key, value.toByteArray()))
          .get(20, TimeUnit.SECONDS)
          .offset();
    }
  }

  private static MessageAccepted message(QueueId id, String from, String to) {
    return MessageAccepted.newBuilder()
        .setQueueId(id.value())
        .setEnvelope(
            Envelope.newBuilder()
                .setReversePath(from)
                .addRecipients(EnvelopeRecipient.newBuilder().setAddress(to)))
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(0)
                .setOrganization("contoso")
                .setConnector("From our own server")
                .setDirection(Direction.ORIGINATING)
                .setExplanation(Explanation.newBuilder().setSummary("Its certificate is ours.")))
        .setSession(
            SessionFacts.newBuilder()
                .setClientIp("192.0.2.25")
                .setProtocol("ESMTPS")
                .setTls(true)
                .setTlsFacts(
                    TlsFacts.newBuilder()
                        .setVersion(TlsVersion.TLS_1_3)
                        .setCipherSuite("TLS_AES_128_GCM_SHA256")))
        .setMessageId("<" + id + "@contoso.example>")
        .setSize(496)
        .build();
  }

  private static Decision decision(QueueId id, long source) {
    return Decision.newBuilder()
        .setSource(DecisionSource.SOURCE_ACCEPTED)
        .setSourceOffset(source)
        .setPrevious(source - 1)
        .setQueueId(id.value())
        .setAttempt(1)
        .addDeliveries(
            DeliveryRequested.newBuilder()
                .setQueueId(id.value())
                .setAttempt(1)
                .addRecipients(0)
                .setOrganization("contoso")
                .setConnector("To Fabrikam")
                .setNextHop(
                    NextHop.newBuilder().setRoute("fabrikam").setMxDomain("fabrikam.example"))
                .setRequirement(
                    TlsRequirement.newBuilder().setLevel(TlsLevel.CERTIFICATE_VALIDATION))
                .setExplanation(Explanation.newBuilder().setSummary("It is the partner's domain.")))
        .build();
  }

  private static OutcomeRecorded deferred(QueueId id, Owner owner) {
    return OutcomeRecorded.newBuilder()
        .setQueueId(id.value())
        .setAttempt(1)
        .setOwner(owner.message())
        .setOrganization("contoso")
        .setConnector("To Fabrikam")
        .setRoute("fabrikam")
        .setHost("mx.fabrikam.example")
        .setToken("certificate-validation/revoked")
        .setTlsFacts(TlsFacts.newBuilder().setVersion(TlsVersion.TLS_1_2))
        .setReportedConnector("To Fabrikam, stricter")
        .setReportedToken("domain-validation/name-mismatch")
        .addRecipients(
            RecipientOutcome.newBuilder()
                .setRecipient(0)
                .setKind(OutcomeKind.DEFERRED)
                .setReason("revoked")
                .setReply(RemoteReply.newBuilder().setCode(220).setText("ready")))
        .build();
  }

  private static void found(String parameters) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(
                        admin()
                            .get("/api/v1/messages?" + parameters)
                            .then()
                            .statusCode(200)
                            .extract()
                            .<List<Object>>path("found"))
                    .isNotEmpty());
  }

  @Test
  void aMessageIsFoundByEachOfItsFactsAndItsLifeIsShown() throws Exception {
    QueueId id = QueueId.next(1);
    Owner owner = new Owner(1, 5, 1);
    long source =
        send(
            Topics.MAIL_ACCEPTED,
            1,
            id.value(),
            message(id, "anna@contoso.example", "info@fabrikam.example"));
    send(Topics.MAIL_DELIVERIES, 1, id.value(), decision(id, source));
    send(
        Topics.MAIL_OUTCOMES,
        1,
        null,
        OutcomeRecorded.newBuilder().setPartitionTaken(true).setOwner(owner.message()).build());
    send(Topics.MAIL_OUTCOMES, 1, id.value(), deferred(id, owner));
    send(Topics.MAIL_OUTCOMES, 1, id.value(), deferred(id, new Owner(1, 4, 1)));
    send(
        Topics.MAIL_DUE,
        1,
        id.value(),
        AttemptDue.newBuilder().setQueueId(id.value()).setAttempt(2).addRecipients(0).build());
    found("queueId=" + id + "&reason=revoked");

    for (String filter :
        List.of(
            "from=anna@Contoso.example.",
            "fromDomain=contoso.example",
            "to=info@fabrikam.example",
            "toDomain=FABRIKAM.example",
            "messageId=%3C" + id + "@contoso.example%3E",
            "ip=192.0.2.25",
            "ip=192.0.2.0/24",
            "connector=To%20Fabrikam",
            "connector=From%20our%20own%20server",
            "organization=contoso",
            "tls=TLSv1.3",
            "tls=certificate-validation/revoked",
            "reason=revoked",
            "reportedConnector=To%20Fabrikam,%20stricter",
            "reportedResult=missed&reportedRule=name-mismatch",
            "state=waiting",
            "direction=originating",
            "since=1h&kind=all",
            "queueId=" + id + "&since=2000-01-01&until=2000-01-02")) {
      admin()
          .urlEncodingEnabled(false)
          .get("/api/v1/messages?" + filter)
          .then()
          .statusCode(200)
          .body("found.message.queueId", hasItem(id.value()))
          .body("readTo.topics.find { it.topic == 'mail.accepted' }.lost", equalTo(0));
    }
    for (String filter :
        List.of(
            "from=ben@contoso.example",
            "ip=192.0.2.128/25",
            "state=delivered",
            "tls=none&from=anna@contoso.example",
            "connector=Other",
            "direction=incoming",
            "until=1d",
            "reportedResult=met",
            "reference=0Z7K-31QF")) {
      admin()
          .get("/api/v1/messages?since=2d&" + filter)
          .then()
          .statusCode(200)
          .body("found", hasSize(0));
    }

    admin()
        .get("/api/v1/messages/" + id)
        .then()
        .statusCode(200)
        .body("accepted.session.tls.version", equalTo("TLSv1.3"))
        .body("accepted.connectors[0].why.summary", equalTo("Its certificate is ours."))
        .body("recipients[0].state", equalTo("waiting"))
        .body("recipients[0].outboundConnector", equalTo("To Fabrikam"))
        .body("events.kind", equalTo(List.of("decision", "attempt", "attempt", "due")))
        .body("events.counts", equalTo(List.of(true, true, false, true)))
        .body("events[0].decision.requirement.level", equalTo("certificate-validation"))
        .body("events[1].detail.host", equalTo("mx.fabrikam.example"))
        .body("events[1].recipients[0].reply", equalTo("220 ready"))
        .body("events[2].worth", equalTo("skipped"));
    admin().get("/api/v1/messages/" + QueueId.next(1)).then().statusCode(404);

    admin()
        .get("/api/v1/reports/outbound")
        .then()
        .statusCode(200)
        .body("rows.find { it[3] == 'certificate-validation/revoked' }[4]", equalTo("TLSv1.2"));
    List<Object> row =
        admin()
            .get("/api/v1/reports/report-only")
            .then()
            .statusCode(200)
            .extract()
            .path("rows.find { it[2] == 'To Fabrikam, stricter' }");
    assertThat(row.subList(3, 9))
        .isEqualTo(List.of("out", "missed", "name-mismatch", 0, 1, id.value()));
    admin()
        .urlEncodingEnabled(false)
        .get(String.valueOf(row.getLast()))
        .then()
        .statusCode(200)
        .body("found.message.queueId", equalTo(List.of(id.value())));
    String csv = admin().accept("text/csv").get("/api/v1/reports/report-only").asString();
    assertThat(csv)
        .startsWith("day,organization,connector,mail,result,rule,code,recipients,sample,search\r\n")
        .contains(
            ",\"To Fabrikam, stricter\",out,missed,name-mismatch,0,1," + id + ",/api/v1/messages?");
  }

  @Test
  void pagesDoNotMoveWhileNewMailComes() throws Exception {
    String from = "pages@contoso.example";
    for (int i = 0; i < 7; i++) {
      QueueId id = QueueId.next(i % 3);
      send(Topics.MAIL_ACCEPTED, i % 3, id.value(), message(id, from, "x@fabrikam.example"));
      found("queueId=" + id);
    }
    Set<String> seen = new HashSet<>();
    int pages = 0;
    String next = "/api/v1/messages?limit=3&from=" + from;
    while (next != null) {
      var page = admin().urlEncodingEnabled(false).get(next).then().statusCode(200).extract();
      List<String> ids = page.path("found.message.queueId");
      assertThat(seen).doesNotContainAnyElementsOf(ids);
      seen.addAll(ids);
      next = page.path("next");
      if (pages++ == 0) {
        QueueId late = QueueId.next(0);
        send(Topics.MAIL_ACCEPTED, 0, late.value(), message(late, from, "x@fabrikam.example"));
        found("queueId=" + late);
      }
    }
    assertThat(pages).isEqualTo(3);
    assertThat(seen).hasSize(7);
  }

  @Test
  void aRefusalIsFoundInTheSameSearchAndInItsGroup() throws Exception {
    for (int i = 0; i < 2; i++) {
      send(
          Topics.MAIL_REFUSALS,
          i,
          "198.51.100.7",
          MessageRefused.newBuilder()
              .setReference("0Z7K-31QF")
              .setReversePath("info@northwind.example")
              .setRecipient("anna@contoso.example")
              .setOrganization("contoso")
              .setConnector("From Northwind")
              .setRule("requireTls")
              .setCode(550)
              .setEnhancedCode("5.7.10")
              .setText("TLS is required")
              .setCount(i == 0 ? 0 : 41)
              .setExplanation(Explanation.newBuilder().setSummary("The session has no TLS."))
              .setSession(SessionFacts.newBuilder().setClientIp("198.51.100.7"))
              .build());
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                admin()
                    .get("/api/v1/messages?kind=all&fromDomain=northwind.example")
                    .then()
                    .body("found", hasSize(2)));
    admin()
        .get("/api/v1/messages?kind=all&fromDomain=northwind.example")
        .then()
        .body("found.kind", everyItem(equalTo("refusal")))
        .body("found[0].refusal.rule", equalTo("requireTls"));
    admin()
        .get("/api/v1/refusals/0z7k31qf")
        .then()
        .statusCode(200)
        .body("refusals", hasSize(2))
        .body("refusals[0].why.summary", equalTo("The session has no TLS."));
    admin()
        .get("/api/v1/refusals/groups?fromDomain=northwind.example")
        .then()
        .statusCode(200)
        .body("groups", hasSize(1))
        .body("groups[0].count", equalTo(42))
        .body("groups[0].domain", equalTo("northwind.example"))
        .body("groups[0].reference", equalTo("0Z7K-31QF"));
    admin().get("/api/v1/refusals?rule=requireTls").then().body("found", hasSize(2));
    admin().get("/api/v1/refusals/0000-0000").then().statusCode(404);
  }

  @Test
  void wrongParametersAreNamedWithTheirCure() throws Exception {
    for (String wrong :
        List.of(
            "since=yesterday",
            "limit=501",
            "ip=fabrikam.example",
            "ip=192.0.2.0/33",
            "state=lost",
            "reportedResult=perhaps",
            "after=x",
            "queueId=1",
            "reference=hello",
            "kind=letters")) {
      admin()
          .get("/api/v1/messages?" + wrong)
          .then()
          .statusCode(400)
          .contentType("application/problem+json")
          .body("errors[0].pointer", equalTo(wrong.substring(0, wrong.indexOf('='))))
          .body("errors[0].cure", notNullValue());
    }
    given().get("/api/v1/messages").then().statusCode(401);
  }

  @Test
  void aRebuildReadsTheSameAgain() throws Exception {
    QueueId id = QueueId.next(2);
    send(
        Topics.MAIL_ACCEPTED,
        2,
        id.value(),
        message(id, "again@contoso.example", "x@fabrikam.example"));
    found("queueId=" + id);
    Postgres.execute(Installation.url(), "UPDATE message SET from_address = 'wrong'");
    admin().get("/api/v1/messages?from=again@contoso.example").then().body("found", hasSize(0));

    admin().post("/api/v1/read-model/rebuild").then().statusCode(202);

    found("from=again@contoso.example");
    admin().get("/api/v1/read-model").then().body("topics.topic", hasItem("mail.accepted"));
  }

  @Test
  void aWriterThatIsKilledGoesOnByItself() throws Exception {
    Postgres.endWriter(Installation.url());
    QueueId id = QueueId.next(3);
    send(
        Topics.MAIL_ACCEPTED,
        3,
        id.value(),
        message(id, "killed@contoso.example", "x@fabrikam.example"));
    found("queueId=" + id);
    given()
        .get(Management.uri() + "/metrics")
        .then()
        .body(containsString("postern_console_writer 1.0"))
        .body(containsString("postern_console_folded_total"));
  }

  private static void isReady(int status) {
    await().atMost(Duration.ofSeconds(90)).until(() -> ready() == status);
  }

  private static void isFoundAnew(String from) throws Exception {
    QueueId id = QueueId.next(0);
    send(Topics.MAIL_ACCEPTED, 0, id.value(), message(id, from, "x@fabrikam.example"));
    found("queueId=" + id);
  }

  @Test
  void aDatabaseThatIsKilledIsWaitedFor() throws Exception {
    Postgres.kill();
    try {
      isReady(503);
      admin()
          .get("/api/v1/messages")
          .then()
          .statusCode(503)
          .contentType("application/problem+json")
          .body("detail", containsString("database is unavailable"));
    } finally {
      Postgres.restart();
    }
    isReady(200);
    isFoundAnew("database@contoso.example");
  }

  @Test
  void aLogThatIsAwayIsWaitedForAndSearchesAreAnswered() throws Exception {
    Installation.broker().stop();
    try {
      isReady(503);
      admin().get("/api/v1/messages").then().statusCode(200);
    } finally {
      Installation.broker().restart();
    }
    isReady(200);
    isFoundAnew("log@contoso.example");
  }

  @Test
  void theLastPageHasNoNext() throws Exception {
    admin()
        .get("/api/v1/messages?from=nobody@nowhere.example")
        .then()
        .body("found", hasSize(0))
        .body("next", nullValue());
  }
}
