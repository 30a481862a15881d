package io.postern.policy.explain;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.postern.contracts.QueueId;
import io.postern.contracts.RefusalReference;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import io.postern.log.LogSettings;
import io.postern.policy.LogLab;
import io.postern.policy.Management;
import io.postern.policy.api.BrokerForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Explanations over HTTP, of facts and of records in a real log. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class ExplainApiTest {
  private static final String PATH = "/api/v1/explain";
  private static final String FILE =
      """
      organizations:
      - id: explained
        acceptedDomains:
        - { domain: explained.example, mailboxRoute: { host: mailbox.explained.example } }
        inboundConnectors:
        - name: From Partner
          connectorType: partner
          senderDomains: [partner.example]
          senderIPAddresses: [198.51.100.7]
          restrictDomainsToIPAddresses: true
          requireTls: false
      """;

  private static RequestSpecification admin() throws IOException {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]);
  }

  private static RequestSpecification question(Map<String, ?> body) throws IOException {
    return admin().contentType("application/json").body(body);
  }

  @BeforeEach
  void directory() throws Exception {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    admin()
        .contentType("application/yaml")
        .body(FILE.getBytes(UTF_8))
        .post("/api/v1/directory/apply")
        .then()
        .statusCode(200);
  }

  @Test
  void factsByHandAreDecidedAndEachConditionIsShown() throws Exception {
    Map<String, Object> facts =
        Map.of(
            "clientIp", "192.0.2.9",
            "mailFrom", "info@partner.example",
            "recipients", List.of("anna@explained.example"));
    question(facts)
        .post(PATH)
        .then()
        .statusCode(200)
        .body("recipients[0].now.in.result", equalTo("refuse"))
        .body("recipients[0].now.in.code", equalTo(550))
        .body("recipients[0].now.in.rule", equalTo("restrictDomainsToIPAddresses"))
        .body("recipients[0].connectors[0].name", equalTo("From Partner"))
        .body("recipients[0].connectors[0].effect", equalTo("REFUSES"))
        .body(
            "recipients[0].connectors[0].conditions.find { it.parameter =="
                + " 'restrictDomainsToIPAddresses' }.expected",
            equalTo("198.51.100.7"))
        .body(
            "recipients[0].connectors[0].conditions.find { it.parameter =="
                + " 'restrictDomainsToIPAddresses' }.state",
            equalTo("NOT_MET"));
    question(facts)
        .accept("text/plain")
        .post(PATH)
        .then()
        .statusCode(200)
        .body(containsString("inbound connector explained/From Partner refuses the mail:"))
        .body(
            containsString(
                "- restrictDomainsToIPAddresses: the client's address 192.0.2.9 is not in"
                    + " senderIPAddresses"));
  }

  @Test
  void aWrongFactIsNamed() throws Exception {
    question(Map.of("clientIp", "nowhere", "recipients", List.of("a@explained.example")))
        .post(PATH)
        .then()
        .statusCode(400)
        .body("errors[0].pointer", equalTo("/clientIp"));
    question(Map.of("clientIp", "192.0.2.9", "recipients", List.of("nobody")))
        .post(PATH)
        .then()
        .statusCode(400)
        .body("errors[0].pointer", equalTo("/recipients/0"));
    question(Map.of("organization", "nobodys", "clientIp", "192.0.2.9"))
        .post(PATH)
        .then()
        .statusCode(404);
    question(
            Map.of(
                "clientIp",
                "192.0.2.9",
                "certificate",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "recipients",
                List.of("a@explained.example")))
        .post(PATH)
        .then()
        .statusCode(400)
        .body("errors[0].pointer", equalTo("/certificate"));
    given().contentType("application/json").body(Map.of()).post(PATH).then().statusCode(401);
  }

  @Test
  void aRecordedMailIsDecidedAgainBesideItsRecord() throws Exception {
    QueueId id = QueueId.next(1);
    RecipientGroup group =
        RecipientGroup.newBuilder()
            .addRecipients(0)
            .setOrganization("explained")
            .setConnector("From Partner")
            .setDirection(Direction.INCOMING)
            .setByAddress("198.51.100.7")
            .build();
    Envelope envelope =
        Envelope.newBuilder()
            .setReversePath("info@partner.example")
            .addRecipients(EnvelopeRecipient.newBuilder().setAddress("anna@explained.example"))
            .build();
    // First: this service decides the mail too, once it is accepted, and the first decision counts.
    write(
        Topics.MAIL_DELIVERIES,
        1,
        id.value(),
        Decision.newBuilder()
            .setQueueId(id.value())
            .setAttempt(1)
            .addDeliveries(
                DeliveryRequested.newBuilder()
                    .setQueueId(id.value())
                    .setOrganization("explained")
                    .addRecipients(0)
                    .setNextHop(NextHop.newBuilder().setRoute("mailbox:old.explained.example:25")))
            .build()
            .toByteArray());
    write(
        Topics.MAIL_ACCEPTED,
        1,
        id.value(),
        MessageAccepted.newBuilder()
            .setQueueId(id.value())
            .setEnvelope(envelope)
            .addGroups(group)
            .setSession(SessionFacts.newBuilder().setClientIp("198.51.100.7"))
            .setAcceptedMillis(System.currentTimeMillis())
            .build()
            .toByteArray());
    question(Map.of("queueId", id.value()))
        .post(PATH)
        .then()
        .statusCode(200)
        .body("recorded.queueId", equalTo(id.value()))
        .body("recipients[0].then.in.connector", equalTo("From Partner"))
        .body("recipients[0].now.in.connector", equalTo("From Partner"))
        .body("recipients[0].differs", is(true))
        .body(
            "recipients[0].differences",
            hasItem(
                "out: next hop was mailbox:old.explained.example:25, is now"
                    + " mailbox:mailbox.explained.example:25"))
        .body("recipients[0].differences", not(hasItem(containsString("in: "))))
        .body("notes", empty());
    question(Map.of("queueId", QueueId.next(2).value())).post(PATH).then().statusCode(404);
    question(Map.of("queueId", QueueId.next(999).value())).post(PATH).then().statusCode(404);
  }

  @Test
  void aRefusalIsFoundByItsReference() throws Exception {
    String reference = RefusalReference.next();
    write(
        Topics.MAIL_REFUSALS,
        0,
        "192.0.2.9",
        MessageRefused.newBuilder()
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.9"))
            .setCommand("RCPT")
            .setReversePath("info@partner.example")
            .setRecipient("anna@explained.example")
            .setCode(550)
            .setEnhancedCode("5.7.51")
            .setRule("restrictDomainsToIPAddresses")
            .setOrganization("explained")
            .setConnector("From Partner")
            .setReference(reference)
            .setAtMillis(System.currentTimeMillis())
            .build()
            .toByteArray());
    question(Map.of("reference", reference.toLowerCase(java.util.Locale.ROOT)))
        .post(PATH)
        .then()
        .statusCode(200)
        .body("recorded.reference", equalTo(reference))
        .body("recipients[0].then.in.code", equalTo(550))
        .body("recipients[0].differs", is(false));
    question(Map.of("reference", RefusalReference.next())).post(PATH).then().statusCode(404);
    question(Map.of("reference", "?")).post(PATH).then().statusCode(400);
  }

  private static void write(String topic, int partition, String key, byte[] value)
      throws Exception {
    LogSettings settings = LogLab.settings(BrokerForTests.broker().bootstrap());
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer())) {
      producer
          .send(new ProducerRecord<>(topic, partition, key, value))
          .get(10, java.util.concurrent.TimeUnit.SECONDS);
    }
  }
}
