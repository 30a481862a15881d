package io.postern.policy.api;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.postern.policy.LogLab;
import io.postern.policy.Management;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API over HTTP, with a real broker behind it; each test has an organization of its own. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class DirectoryApiTest {
  private static final String APPLY = "/api/v1/directory/apply";

  private static String file(String organization) {
    return LogLab.FILE.replace("contoso", organization);
  }

  private static RequestSpecification admin() throws IOException {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]);
  }

  private static RequestSpecification yaml(String body) throws IOException {
    return admin().contentType("application/yaml").body(body.getBytes(UTF_8));
  }

  @BeforeEach
  void ready() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
  }

  @Test
  void nobodyGetsInWithoutTheCredentials() throws Exception {
    given().get("/api/v1/directory").then().statusCode(401);
    given()
        .auth()
        .preemptive()
        .basic("admin", "wrong")
        .get("/api/v1/directory")
        .then()
        .statusCode(401);
    given()
        .contentType("application/yaml")
        .body(file("open").getBytes(UTF_8))
        .post(APPLY)
        .then()
        .statusCode(401);
    admin().get("/api/v1/directory").then().statusCode(200);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(BrokerForTests.credentials())))
        .isEqualTo("rw-------");
  }

  /** A browser adds the administrator's credentials to any page's requests. */
  @ParameterizedTest
  @CsvSource({
    "Origin, http://evil.example",
    "Origin, null",
    "Origin, http://127.0.0.1:1",
    "Sec-Fetch-Site, cross-site",
    "Sec-Fetch-Site, same-site",
  })
  void aPageOfAnotherSiteChangesNothing(String header, String value) throws Exception {
    yaml(file("foreign"))
        .header(header, value)
        .post(APPLY)
        .then()
        .statusCode(403)
        .body("detail", containsString("another site"));
    admin()
        .contentType("application/json")
        .header(header, value)
        .post("/api/v1/routes/mx:fabrikam.example/flush")
        .then()
        .statusCode(403);
    admin().header(header, value).get("/api/v1/directory").then().statusCode(200);
    admin()
        .get("/api/v1/directory")
        .then()
        .body("organizations.id", not(hasItem(equalTo("foreign"))));
  }

  /** The directory knows the connectors and not the entry; what it shows can be applied again. */
  @Test
  void aHybridEntryIsTwoConnectorsInTheDirectory() throws Exception {
    String hybrid =
        """
        organizations:
          - id: hybrid
            acceptedDomains:
              - { domain: hybrid.example, mailboxRoute: { host: mailbox.hybrid.example } }
            hybrid: { onPremisesServers: [mail.hybrid.example], certificateName: %s }
        """;
    yaml(hybrid.formatted("mail.elsewhere.example"))
        .post(APPLY)
        .then()
        .statusCode(422)
        .body("errors[0].object", equalTo("organization/hybrid"))
        .body("errors[0].pointer", equalTo("/organizations/0/hybrid/certificateName"))
        .body("errors[0].line", equalTo(5));
    yaml(hybrid.formatted("mail.hybrid.example"))
        .post(APPLY)
        .then()
        .statusCode(200)
        .body("applied", equalTo(true))
        .body("changes.object", hasItem("inbound-connector/hybrid/Inbound from on-premises"))
        .body("changes.object", hasItem("outbound-connector/hybrid/Outbound to on-premises"));
    Object shown =
        admin()
            .get("/api/v1/directory")
            .then()
            .extract()
            .path("organizations.find { it.id == 'hybrid' }");
    admin()
        .contentType("application/json")
        .body(Map.of("organizations", List.of(shown)))
        .post(APPLY)
        .then()
        .statusCode(200)
        .body("applied", equalTo(false))
        .body("changes", hasSize(0));
  }

  @Test
  void aPageOfThisAddressMayChangeAndPlainTextIsNoDirectoryFile() throws Exception {
    yaml(file("own"))
        .header("Origin", RestAssured.baseURI + ":" + RestAssured.port)
        .header("Sec-Fetch-Site", "same-origin")
        .post(APPLY + "?dryRun=true")
        .then()
        .statusCode(200);
    yaml(file("own"))
        .header("Sec-Fetch-Site", "none")
        .post(APPLY + "?dryRun=true")
        .then()
        .statusCode(200);
    admin()
        .contentType("text/plain")
        .body(file("own"))
        .post(APPLY + "?dryRun=true")
        .then()
        .statusCode(415);
  }

  @Test
  void aDryRunTellsTheDifferenceAndChangesNothing() throws Exception {
    yaml(file("dry"))
        .post(APPLY + "?dryRun=true")
        .then()
        .statusCode(200)
        .body("dryRun", is(true))
        .body("applied", is(false))
        .body("changes.object", hasItem("outbound-connector/dry/To Fabrikam"))
        .body("changes.change", hasItem("added"));

    admin()
        .get("/api/v1/directory")
        .then()
        .statusCode(200)
        .body("organizations.id", not(hasItem("dry")));
  }

  @Test
  void whatIsAppliedIsInForceWhenTheCallReturns() throws Exception {
    int version =
        yaml(file("applied"))
            .post(APPLY)
            .then()
            .statusCode(200)
            .body("applied", is(true))
            .body("changes", hasSize(4))
            .extract()
            .path("version");

    admin()
        .get("/api/v1/directory")
        .then()
        .statusCode(200)
        .body("version", equalTo(version))
        .body(
            "organizations.find { it.id == 'applied' }.outboundConnectors[0].tlsSettings",
            equalTo("domainValidation"))
        .body("organizations.find { it.id == 'applied' }.acceptedDomains", hasSize(2));

    yaml(file("applied"))
        .post(APPLY)
        .then()
        .statusCode(200)
        .body("applied", is(false))
        .body("changes", empty())
        .body("version", equalTo(version));

    yaml(file("applied").replace("port: 2401", "port: 2402"))
        .post(APPLY)
        .then()
        .statusCode(200)
        .body("version", greaterThan(version))
        .body("changes", hasSize(1))
        .body("changes[0].change", equalTo("changed"))
        .body("changes[0].fields[0].field", equalTo("mailboxRoute.port"))
        .body("changes[0].fields[0].before", equalTo(2401))
        .body("changes[0].fields[0].after", equalTo(2402));
  }

  @Test
  void aFileWithAMistakeIsAnsweredWithItsLine() throws Exception {
    yaml(file("mistaken").replace("tlsSettings:", "tlsSetings:"))
        .post(APPLY)
        .then()
        .statusCode(422)
        .contentType("application/problem+json")
        .body("errors[0].line", equalTo(12))
        .body("errors[0].pointer", equalTo("/organizations/0/outboundConnectors/0/tlsSetings"))
        .body("errors[0].object", equalTo("outbound-connector/mistaken/To Fabrikam"))
        .body("errors[0].cure", equalTo("did you mean tlsSettings?"));
    // found by the rules, not by the parser
    yaml(file("mistaken").replace("tlsDomain: mail.fabrikam.example", "tlsDomain: \"*\""))
        .post(APPLY)
        .then()
        .statusCode(422)
        .body("errors[0].line", equalTo(13))
        .body("errors[0].pointer", equalTo("/organizations/0/outboundConnectors/0/tlsDomain"));
    admin().get("/api/v1/directory").then().body("organizations.id", not(hasItem("mistaken")));
  }

  @Test
  void tooLargeAFileIsRefusedBeforeItIsSent() throws Exception {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    String basic = Base64.getEncoder().encodeToString((parts[0] + ":" + parts[1]).getBytes(UTF_8));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port)) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic %s\r\n"
                      + "Content-Type: application/yaml\r\nContent-Length: 5000000\r\n\r\n")
                  .formatted(APPLY, basic)
                  .getBytes(UTF_8));
      BufferedReader answer =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      assertThat(answer.readLine()).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void theApiDescribesItselfAndTheServiceIsMeasured() {
    given().get("/q/openapi").then().statusCode(200).body(containsString(APPLY));
    given()
        .get(Management.uri() + "/metrics")
        .then()
        .statusCode(200)
        .body(containsString("postern_directory_version"))
        .body(containsString("postern_decider_lag_records"));
  }

  @Test
  void withTheLogAwayACallIsAnsweredInTimeAndAllComesBack() throws Exception {
    BrokerForTests.broker().pause();
    try {
      // Before the reader is known to be silent, and after.
      yaml(file("away")).post(APPLY).then().statusCode(503).body("detail", containsString("Kafka"));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> admin().get("/api/v1/directory").statusCode() == 503);
      yaml(file("away")).post(APPLY).then().statusCode(503).body("detail", containsString("Kafka"));
      given().get(Management.uri() + "/health/ready").then().statusCode(503);
      given().get(Management.uri() + "/health/live").then().statusCode(200);
    } finally {
      BrokerForTests.broker().resume();
    }

    ready();
    yaml(file("away")).post(APPLY).then().statusCode(200);
  }
}
