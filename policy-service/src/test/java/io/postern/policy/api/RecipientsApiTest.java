package io.postern.policy.api;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.log.LogSettings;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.LogLab;
import io.postern.policy.Management;
import io.postern.rules.Directory;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists of recipients over HTTP, through the owner and a real broker, and back. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class RecipientsApiTest {
  private static final String APPLY = "/api/v1/directory/apply";

  @Inject private DirectoryReader<Directory> reader;

  private static RequestSpecification admin() throws IOException {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]);
  }

  private static String recipients(String organization) {
    return "/api/v1/accepted-domains/" + organization + ".example/recipients";
  }

  private static ValidatableResponse put(String organization, String query, String list)
      throws IOException {
    return admin()
        .contentType("text/csv; charset=UTF-8")
        .body(list.getBytes(UTF_8))
        .put(recipients(organization) + query)
        .then();
  }

  private static ValidatableResponse apply(String organization, String validation)
      throws IOException {
    String yaml =
        """
        organizations:
        - id: %s
          acceptedDomains:
          - domain: %s.example
            domainType: authoritative
            recipientValidation: %s
            mailboxRoute: { host: mailbox.example }
            furtherMailboxRoutes:
            - { name: cloud, host: cloud.example, port: 2525, tlsSettings: certificateValidation }
        """
            .formatted(organization, organization, validation);
    return admin().contentType("application/yaml").body(yaml.getBytes(UTF_8)).post(APPLY).then();
  }

  @BeforeEach
  void ready() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
  }

  @Test
  void aListIsComparedAppliedShownAndInForce() throws Exception {
    apply("listed", "off").statusCode(200);
    String list = "anna\nben,cloud\ncarl@listed.example,onPremises\nother@elsewhere.example\n";

    put("listed", "?dryRun=true", list)
        .statusCode(200)
        .body("applied", is(false))
        .body("added", equalTo(3));
    admin().get(recipients("listed")).then().statusCode(200).body("listed", is(false));
    apply("listed", "list")
        .statusCode(422)
        .body("errors[0].cure", containsString("postern recipients apply listed.example"));

    put("listed", "", list)
        .statusCode(200)
        .body("applied", is(true))
        .body("addresses", equalTo(3))
        .body("others", equalTo(1))
        .body("added", equalTo(3));
    apply("listed", "list").statusCode(200);
    put("listed", "", list).statusCode(200).body("applied", is(false));
    admin()
        .get(recipients("listed"))
        .then()
        .body("complete", is(true))
        .body("addresses", equalTo(3))
        .body("changedBy", equalTo("admin"))
        .body("routes.cloud", equalTo(1));
    admin()
        .get(recipients("listed") + "/Ben")
        .then()
        .body("accepted", is(true))
        .body("listed", is(true))
        .body("next", containsString("mailbox route cloud"));
    admin()
        .get(recipients("listed") + "/nobody@listed.example")
        .then()
        .body("accepted", is(false))
        .body("why", hasItem("550 5.1.1 Recipient address rejected: User unknown"));

    // The route that a recipient names stays; the list goes with its domain.
    String without =
        "organizations:\n- id: listed\n  acceptedDomains:\n  - { domain: listed.example,"
            + " recipientValidation: list, mailboxRoute: { host: mailbox.example } }\n";
    admin()
        .contentType("application/yaml")
        .body(without.getBytes(UTF_8))
        .post(APPLY)
        .then()
        .statusCode(422)
        .body(
            "errors[0].pointer",
            equalTo("/organizations/0/acceptedDomains/0/furtherMailboxRoutes"));
    admin()
        .contentType("application/yaml")
        .body("organizations:\n- id: listed\n".getBytes(UTF_8))
        .post(APPLY)
        .then()
        .statusCode(200);
    apply("listed", "off").statusCode(200);
    admin().get(recipients("listed")).then().body("listed", is(false));

    assertThat(audits("listed.example"))
        .singleElement()
        .satisfies(
            audit -> {
              assertThat(audit.getActor()).isEqualTo("admin");
              assertThat(audit.getRecipients().getAdded()).isEqualTo(3);
              assertThat(audit.getRecipients().getAddresses()).isEqualTo(3);
              assertThat(audit.toString()).doesNotContain("anna");
            });
  }

  /** What waits in delivery is handed back then, and decided by the new list. */
  @Test
  void aListThatMovesMailMovesTheRoutingVersion() throws Exception {
    apply("moving", "off").statusCode(200);
    put("moving", "", "anna\nben\n").statusCode(200);
    long first = routingVersion("moving");
    put("moving", "", "anna\nben\ncarl\n").statusCode(200);
    assertThat(routingVersion("moving")).as("a list without routes moves no mail").isEqualTo(first);

    put("moving", "", "anna\nben,cloud\ncarl\n").statusCode(200);
    long cloud = routingVersion("moving");
    assertThat(cloud).isGreaterThan(first);
    put("moving", "", "anna\nben,cloud\ncarl\n").statusCode(200).body("applied", is(false));
    assertThat(routingVersion("moving")).isEqualTo(cloud);
    put("moving", "", "anna\nben\ncarl\n").statusCode(200);
    assertThat(routingVersion("moving")).isGreaterThan(cloud);

    apply("moving", "off").statusCode(200).body("applied", is(false)); // the file is as before
  }

  @Test
  void aListThatWouldRefuseManyIsRefusedItself() throws Exception {
    apply("truncated", "off").statusCode(200);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      all.append("user").append(i).append('\n');
    }
    put("truncated", "", all.toString()).statusCode(200);
    String half = all.substring(0, all.length() / 2);

    put("truncated", "", half)
        .statusCode(422)
        .body("errors[0].problem", containsString("of 100 addresses"));
    put("truncated", "", "").statusCode(422);
    put("truncated", "?removeAtMost=101", half).statusCode(400);
    admin().get(recipients("truncated")).then().body("addresses", equalTo(100));
    put("truncated", "?removeAtMost=60", half).statusCode(200).body("applied", is(true));
  }

  /** An export without its column of routes would move mailboxes' mail to the other system. */
  @Test
  void aListThatLosesItsRoutesIsRefused() throws Exception {
    apply("unrouted", "off").statusCode(200);
    StringBuilder with = new StringBuilder();
    StringBuilder without = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      with.append("user").append(i).append(i < 40 ? ",onPremises\n" : "\n");
      without.append("user").append(i).append('\n');
    }
    put("unrouted", "", with.toString()).statusCode(200);

    put("unrouted", "", without.toString())
        .statusCode(422)
        .body("errors[0].problem", containsString("40 of the 40 addresses that have one"))
        .body("errors[0].cure", containsString("column of routes"));
    admin().get(recipients("unrouted")).then().body("routes.onPremises", equalTo(40));
    // A batch that moves to a route of its own is no loss.
    put("unrouted", "", with.toString().replace("onPremises", "cloud"))
        .statusCode(200)
        .body("rerouted", equalTo(40))
        .body("unrouted", equalTo(0));
    put("unrouted", "?removeAtMost=100", without.toString())
        .statusCode(200)
        .body("applied", is(true));
  }

  @Test
  void aWrongListChangesNothing() throws Exception {
    apply("wrong", "off").statusCode(200);
    put("wrong", "", "anna\nben,nowhere\n")
        .statusCode(422)
        .body("errors[0].line", equalTo(2))
        .body("errors[0].cure", containsString("cloud"));
    admin().get(recipients("wrong")).then().body("listed", is(false));
    put("nobodys", "", "anna\n").statusCode(404);
    given().get(recipients("wrong")).then().statusCode(401);
  }

  @Test
  void aHundredThousandAddressesAreInForceWithinSeconds() throws Exception {
    apply("large", "off").statusCode(200);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      all.append("firstname.lastname").append(i).append("@large.example\n");
    }
    put("large", "", all.toString()).statusCode(200).body("added", equalTo(100_000));
    admin().get(recipients("large") + "/firstname.lastname99999").then().body("listed", is(true));
  }

  /** As this replica has it: the call returned when it had read the change. */
  private long routingVersion(String organization) {
    return reader.current().orElseThrow().routingVersion(organization);
  }

  private static List<DirectoryAudit> audits(String domain) throws Exception {
    LogSettings settings = LogLab.settings(BrokerForTests.broker().bootstrap());
    TopicPartition audit = new TopicPartition(Topics.DIRECTORY_AUDIT, 0);
    try (KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(settings.reader(true))) {
      reader.assign(List.of(audit));
      reader.seekToBeginning(List.of(audit));
      long end = reader.endOffsets(List.of(audit)).getOrDefault(audit, 0L);
      List<DirectoryAudit> found = new java.util.ArrayList<>();
      while (reader.position(audit) < end) {
        for (var record : reader.poll(Duration.ofMillis(200))) {
          DirectoryAudit one = DirectoryAudit.parseFrom(record.value());
          if (one.getRecipients().getDomain().equals(domain)) {
            found.add(one);
          }
        }
      }
      return found;
    }
  }
}
