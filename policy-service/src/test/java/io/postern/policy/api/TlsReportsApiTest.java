package io.postern.policy.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.FailedSessions;
import io.postern.contracts.v1.PolicySessions;
import io.postern.contracts.v1.TlsReportMade;
import io.postern.contracts.v1.TlsReportPosted;
import io.postern.contracts.v1.TlsReportReceived;
import io.postern.contracts.v1.TlsSessionRecord;
import io.postern.policy.LogLab;
import io.postern.policy.Management;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Others' reports over HTTP, from a real broker. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class TlsReportsApiTest {
  private static RequestSpecification admin() throws IOException {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]);
  }

  private static TlsReportReceived report(String domain, long receivedMillis) {
    return TlsReportReceived.newBuilder()
        .setQueueId("queue-" + domain)
        .setReceivedMillis(receivedMillis)
        .setSenderDomain("company-x.example")
        .setOrganizationName("Company-X")
        .setReportId("1")
        .setStart("2026-11-26T00:00:00Z")
        .setEnd("2026-11-26T23:59:59Z")
        .setClientIp("192.0.2.25")
        .setTls("TLSv1.3")
        .addPolicies(
            PolicySessions.newBuilder()
                .setType("tlsa")
                .setDomain("mx." + domain)
                .setSuccessful(7)
                .addFailures(
                    FailedSessions.newBuilder()
                        .setResultType("certificate-expired")
                        .setReceivingHost("mx." + domain)
                        .setSessions(3)))
        .build();
  }

  @Test
  void reportsAreShownByDomainAndAge() throws Exception {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    long now = System.currentTimeMillis();
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(LogLab.settings(BrokerForTests.broker().bootstrap()).producer())) {
      int key = 0;
      for (TlsReportReceived each :
          new TlsReportReceived[] {
            report("contoso.example", now),
            report("fabrikam.example", now),
            report("contoso.example", now - Duration.ofDays(40).toMillis())
          }) {
        producer
            .send(new ProducerRecord<>(Topics.TLS_REPORTS, "key" + key++, each.toByteArray()))
            .get(20, TimeUnit.SECONDS);
      }
    }
    admin().get("/api/v1/tls-reports").then().statusCode(200).body("$", hasSize(2));
    admin()
        .get("/api/v1/tls-reports?domain=Contoso.example&days=90")
        .then()
        .statusCode(200)
        .body("$", hasSize(2))
        .body("[0].queueId", equalTo("queue-contoso.example"))
        .body("[0].reporter", equalTo("Company-X"))
        .body("[0].proof", equalTo("DKIM not verified"))
        .body("[0].tls", equalTo("TLSv1.3"))
        .body("[0].policies[0].successful", equalTo(7))
        .body("[0].policies[0].failed", equalTo(3))
        .body("[0].policies[0].failures[0].type", equalTo("certificate-expired"));
    given().get("/api/v1/tls-reports").then().statusCode(401);
  }

  /** A post is waiting until its answer is in the log; content is not shown. */
  @Test
  void ourOwnReportsAreShownWithTheirMailsAndPosts() throws Exception {
    int day = (int) LocalDate.parse("2026-11-27").toEpochDay();
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(LogLab.settings(BrokerForTests.broker().bootstrap()).producer())) {
      for (TlsSessionRecord each :
          List.of(
              TlsSessionRecord.newBuilder()
                  .setMade(
                      TlsReportMade.newBuilder()
                          .setDomain("fabrikam.example")
                          .setDay(day)
                          .setReportId("r1")
                          .addQueueIds("0aamc3k1")
                          .addPostTo("https://a.example/tls")
                          .addPostTo("https://b.example/tls")
                          .addPostTo("https://c.example/tls"))
                  .build(),
              posted(day, "https://b.example/tls", true, ""),
              posted(day, "https://c.example/tls", false, "503"))) {
        producer
            .send(new ProducerRecord<>(Topics.TLS_SESSIONS, "fabrikam.example", each.toByteArray()))
            .get(20, TimeUnit.SECONDS);
      }
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                admin()
                    .get("/api/v1/tls-reports/sent?domain=Fabrikam.example")
                    .then()
                    .statusCode(200)
                    .body("$", hasSize(1))
                    .body("[0].day", equalTo("2026-11-27"))
                    .body("[0].mails", equalTo(List.of("0aamc3k1")))
                    .body("[0].posts.state", equalTo(List.of("waiting", "taken", "failed")))
                    .body("[0].posts[2].detail", equalTo("503")));
    admin().get("/api/v1/tls-reports/sent?domain=other.example").then().body("$", hasSize(0));
    given().get("/api/v1/tls-reports/sent").then().statusCode(401);
  }

  private static TlsSessionRecord posted(int day, String to, boolean taken, String detail) {
    return TlsSessionRecord.newBuilder()
        .setPosted(
            TlsReportPosted.newBuilder()
                .setDomain("fabrikam.example")
                .setDay(day)
                .setPostTo(to)
                .setTaken(taken)
                .setDetail(detail))
        .build();
  }
}
