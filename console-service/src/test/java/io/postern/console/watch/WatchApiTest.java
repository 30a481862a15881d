package io.postern.console.watch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import com.google.protobuf.MessageLite;
import io.postern.console.AccessForTests;
import io.postern.console.Installation;
import io.postern.console.Management;
import io.postern.console.web.frame.SessionCookie;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.SessionFacts;
import io.postern.directory.DirectoryFile;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A watch over HTTP and on its page, of a running service. */
@QuarkusTest
@QuarkusTestResource(Installation.class)
class WatchApiTest {
  private static final String FILE =
      """
      organizations:
      - id: watching
        acceptedDomains:
        - { domain: watching.example, mailboxRoute: { host: mailbox.watching.example } }
        inboundConnectors:
        - { name: From Fabrikam, connectorType: partner, senderDomains: [fabrikam.example],
            tlsSenderCertificateName: mail.fabrikam.example, restrictDomainsToCertificate: true }
        - { name: By address, connectorType: partner, senderDomains: [address.example],
            senderIPAddresses: [192.0.2.99], restrictDomainsToIPAddresses: true }
        - { name: From everybody, connectorType: partner, senderDomains: ["*"], requireTls: false }
      """;
  private static final String SESSIONS = "/api/v1/partner-sessions?organization=watching";
  private static final String BY_CONNECTOR = SESSIONS + "&connector=From Fabrikam";

  private static String administrator = "";
  private static String auditor = "";

  @BeforeEach
  void start() throws Exception {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    if (!auditor.isEmpty()) {
      return;
    }
    administrator = AccessForTests.token("watching-administrator", "administrator:watching");
    auditor = AccessForTests.token("watching-auditor", "auditor:watching");
    for (DirectoryObject object :
        DirectoryFile.parse(FILE.getBytes(StandardCharsets.UTF_8)).objects()) {
      write(Topics.DIRECTORY, DirectoryKeys.key(object), object);
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> as(administrator).get(BY_CONNECTOR).statusCode() == 200);
  }

  private static RequestSpecification as(String token) {
    return given().header("Authorization", "Bearer " + token);
  }

  private static void write(String topic, String key, MessageLite value) throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(Installation.log().producer())) {
      producer
          .send(new ProducerRecord<>(topic, key, value.toByteArray()))
          .get(20, TimeUnit.SECONDS);
    }
  }

  private static void refused(String reference) throws Exception {
    write(
        Topics.MAIL_REFUSALS,
        "192.0.2.7",
        MessageRefused.newBuilder()
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.7"))
            .setReversePath("bob@fabrikam.example")
            .setRecipient("ann@watching.example")
            .setCode(550)
            .setText("<b>not</b> met")
            .setRule("requireTls")
            .setOrganization("watching")
            .setConnector("From Fabrikam")
            .setReference(reference)
            .build());
  }

  private static void isShown(String since, String reference) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                as(auditor)
                    .get(BY_CONNECTOR + "&since=" + since)
                    .then()
                    .body("sessions.reference", equalTo(List.of(reference))));
  }

  @Test
  void sessionsAreShownFromTheFirstQuestionOn() throws Exception {
    refused("0Z7K-31QF");
    isShown(Instant.now().minusSeconds(60).toString(), "0Z7K-31QF");

    String since =
        as(auditor)
            .get(BY_CONNECTOR)
            .then()
            .statusCode(200)
            .body("state", equalTo("watching"))
            .body("sessions", hasSize(0))
            .extract()
            .path("since");
    refused("0Z7K-31QG");
    isShown(since, "0Z7K-31QG");

    // Half an hour at most, and what an administrator ends has ended.
    as(administrator)
        .get(BY_CONNECTOR + "&since=2h&until=1h")
        .then()
        .body("state", equalTo("ended"))
        .body("sessions", hasSize(0));
    as(administrator)
        .get(BY_CONNECTOR + "&since=" + since + "&until=" + Instant.now())
        .then()
        .body("state", equalTo("ended"))
        .body("sessions", hasSize(1));

    String page =
        given()
            .cookie("postern", administrator)
            .redirects()
            .follow(false)
            .formParam("proof", SessionCookie.formProof("Bearer " + administrator))
            .formParam("organization", "watching")
            .formParam("domains", "fabrikam.example")
            .post("/partners/watch")
            .then()
            .statusCode(303)
            .extract()
            .header("Location");
    assertThat(page)
        .contains("/partners/watched?organization=watching&domain=fabrikam.example&since=");
    browser(page)
        .then()
        .body(containsString("hx-get"), not(containsString("0Z7K-31QG")))
        .body(containsString("href=\"/api/v1/partner-sessions?organization=watching&amp;domain"));
    browser(page.replaceFirst("since=.*", "since=" + since.replace(":", "%3A")))
        .then()
        .body(containsString("0Z7K-31QG"), containsString("requireTls"))
        .body(containsString("550 <bdi>&lt;b&gt;not&lt;/b&gt; met</bdi>"))
        .body(containsString("Stop watching"));
    browser(page.replace("/watched?", "/watched/sessions?") + "&until=0m")
        .then()
        .body(not(containsString("hx-get")), not(containsString("Stop watching")));
  }

  /** It is no organization's: whoever reads one would see the partners of others. */
  @Test
  void aFailedHandshakeIsShownToAdministrators() throws Exception {
    write(
        Topics.MAIL_REFUSALS,
        "192.0.2.99",
        MessageRefused.newBuilder()
            .setSession(SessionFacts.newBuilder().setClientIp("192.0.2.99"))
            .setCommand("STARTTLS")
            .setRule("handshake")
            .setReference("0Z7K-31QH")
            .build());
    String sessions = SESSIONS + "&connector=By address&since=";
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                as(administrator)
                    .get(sessions + "10m")
                    .then()
                    .body("sessions.reference", equalTo(List.of("0Z7K-31QH"))));
    as(auditor).get(sessions + "10m").then().statusCode(200).body("sessions", hasSize(0));
  }

  @ParameterizedTest
  @CsvSource({"true, 59, true", "true, 61, false", "false, 0, false"})
  void failedHandshakesAreShownForAnHour(boolean mayChange, int minutes, boolean shown) {
    Instant now = Instant.now();
    assertThat(WatchResource.showsHandshakes(mayChange, now.minusSeconds(60L * minutes), now))
        .isEqualTo(shown);
  }

  private static io.restassured.response.Response browser(String page) {
    return given()
        .urlEncodingEnabled(false)
        .cookie("postern", administrator)
        .header("Accept", "text/html")
        .get(page);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 400",
    "&connector=From everybody, 400",
    "&connector=From Fabrikam&domain=fabrikam.example, 400",
    "&connector=None, 404",
    "&domain=fabrikam.example, 200",
    "&domain=*.fabrikam.example&certificateName=*.fabrikam.example&address=192.0.2.0/24, 200",
    "&domain=*x.example, 400",
    "&address=192.0.2.0/23, 400",
    "&address=x, 400",
    "&domain=fabrikam.example&since=yesterday, 400",
  })
  void aPartnerIsNamedOrDescribed(String query, int status) {
    as(administrator).get(SESSIONS + query).then().statusCode(status);
  }
}
