package io.postern.policy.partner;

import static io.postern.policy.partner.ApiLab.json;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.TlsVersion;
import io.postern.policy.api.BrokerForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A certificate name that the partner did not show lately; the test writes what ingress saw. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class ShownNamesTest {
  private static final String FILE =
      """
      organizations:
      - id: showing
        acceptedDomains:
        - { domain: showing.example, mailboxRoute: { host: mailbox.showing.example } }
      """;
  private static final String OBJECT = "/api/v1/organizations/showing/inbound-connectors/%s";

  @BeforeEach
  void start() throws Exception {
    ApiLab.awaitReady();
    ApiLab.apply(FILE);
  }

  private static void seen(String connector, String peer, Duration ago) throws Exception {
    ApiLab.writeInOrder(
        Topics.CERTIFICATE_HANDSHAKES,
        connector + peer,
        HandshakeSeen.newBuilder()
            .setOrganization("showing")
            .setConnector(connector)
            .setPeer(peer)
            .setVersion(TlsVersion.TLS_1_3)
            .setLastSeenMillis(Instant.now().minus(ago).toEpochMilli())
            .build()
            .toByteArray());
  }

  private static RequestSpecification asking(String certificateName) throws Exception {
    return json(
        """
        { "connectorType": "partner", "senderDomains": ["fabrikam.example"],
          "tlsSenderCertificateName": "%s" }
        """
            .formatted(certificateName));
  }

  /** Without being stored. */
  private static Response tried(String connector, String certificateName) throws Exception {
    return asking(certificateName).put(OBJECT.formatted(connector) + "?dryRun=true");
  }

  /** The same, of a connector that is there. */
  private static Response changed(String connector, String certificateName) throws Exception {
    return asking(certificateName)
        .header("If-Match", "*")
        .put(OBJECT.formatted(connector) + "?dryRun=true");
  }

  @Test
  void aNameThatThePartnerDidNotShowIsAWarning() throws Exception {
    seen("Shown", "mail.fabrikam.example", Duration.ofDays(1));
    seen("Shown", "192.0.2.0/28", Duration.ofDays(1));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                tried("Shown", "mx.fabrikam.example")
                    .then()
                    .statusCode(200)
                    .body("warnings.field", contains("senderDomains", "tlsSenderCertificateName"))
                    .body(
                        "warnings[1].warning", containsString("showed mail.fabrikam.example as")));
    tried("Shown", "mail.fabrikam.example")
        .then()
        .body("warnings.field", contains("senderDomains"));
    tried("Shown", "*.fabrikam.example").then().body("warnings", hasSize(1));
    tried("Another", "mx.fabrikam.example").then().body("warnings", hasSize(1));
  }

  /**
   * The record has the first name of a certificate with fabrikam.example and mail.fabrikam.example.
   */
  @Test
  void theNameInForceHasMatchedAnotherNameOfTheCertificate() throws Exception {
    asking("mail.fabrikam.example").put(OBJECT.formatted("Two names")).then().statusCode(201);
    seen("Two names", "fabrikam.example", Duration.ofDays(1));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> changed("Two names", "mx.fabrikam.example").then().body("warnings", hasSize(2)));
    changed("Two names", "mail.fabrikam.example")
        .then()
        .statusCode(200)
        .body("warnings.field", contains("senderDomains"));
  }

  @Test
  void aNameOfTheWeekBeforeSaysNothing() throws Exception {
    seen("Old", "mail.fabrikam.example", Duration.ofDays(8));
    seen("Old too", "mail.fabrikam.example", Duration.ofDays(6));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> tried("Old too", "mx.fabrikam.example").then().body("warnings", hasSize(2)));
    tried("Old", "mx.fabrikam.example")
        .then()
        .body("warnings", hasSize(1))
        .body("warnings[0].field", equalTo("senderDomains"))
        .body("warnings.findAll { it.field == 'tlsSenderCertificateName' }", empty());
  }
}
