package io.postern.policy.api;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.policy.LogLab;
import io.postern.policy.Management;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
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
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The directory's objects one by one over HTTP; each test has an organization of its own. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class ObjectsApiTest {
  private static final String OBJECTS = "/api/v1/organizations/";
  private static final String PARTNER =
      """
      {"connectorType": "partner", "recipientDomains": ["fabrikam.example"],
       "tlsSettings": "certificateValidation", "comment": "%s"}
      """;

  /** One organization's objects must not fill the memory of services that all share. */
  @Test
  void anOrganizationThatHasItsQuotaIsToldSoAndAnotherIsNotConcerned() throws Exception {
    organization("few");
    organization("enough");
    for (int i = 0; i < 2; i++) {
      json(PARTNER.formatted(i))
          .put(OBJECTS + "few/outbound-connectors/Fabrikam" + i)
          .then()
          .statusCode(201);
    }
    String one = "/outbound-connectors/Another";
    for (String dryRun : List.of("?dryRun=true", "")) {
      json(PARTNER.formatted(9))
          .put(OBJECTS + "few" + one + dryRun)
          .then()
          .statusCode(422)
          .body(
              "errors[0].problem",
              containsString("the organization would have 5 objects, and may have 4"));
    }
    json(PARTNER.formatted(9)).put(OBJECTS + "enough" + one).then().statusCode(201);
    admin()
        .get("/api/v1/quotas")
        .then()
        .statusCode(200)
        .body("[0].organization", emptyString())
        .body("find { it.organization == 'few' }.objects.used", equalTo(4))
        .body("find { it.organization == 'few' }.objects.most", equalTo(4));
  }

  private static RequestSpecification admin() throws IOException {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]);
  }

  private static RequestSpecification json(String body) throws IOException {
    return admin().contentType("application/json").body(body.getBytes(UTF_8));
  }

  @BeforeEach
  void ready() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
  }

  /** An organization with a domain. */
  private static void organization(String id) throws IOException {
    json("{\"displayName\": \"" + id + "\"}")
        .header("If-None-Match", "*")
        .put(OBJECTS + id)
        .then()
        .statusCode(201);
    admin()
        .contentType("application/yaml")
        .body("mailboxRoute: { host: mailbox.%s.example }".formatted(id).getBytes(UTF_8))
        .put(OBJECTS + id + "/accepted-domains/" + id + ".example")
        .then()
        .statusCode(201);
  }

  @Test
  void anObjectIsMadeReadChangedAndRemoved() throws Exception {
    organization("alone");
    String path = OBJECTS + "alone/outbound-connectors/To Fabrikam";

    Response made = json(PARTNER.formatted("first")).header("If-None-Match", "*").put(path);
    made.then()
        .statusCode(201)
        .body("applied", equalTo(true))
        .body("change.change", equalTo("added"))
        .body("object.name", equalTo("To Fabrikam"))
        .body("warnings.warning", hasItem(containsString("no inbound connector demands TLS")));
    String first = made.header("ETag");
    admin()
        .get(path)
        .then()
        .statusCode(200)
        .header("ETag", equalTo(first))
        .body("comment", equalTo("first"));

    Response changed = json(PARTNER.formatted("second")).header("If-Match", first).put(path);
    changed
        .then()
        .statusCode(200)
        .header("ETag", not(equalTo(first)))
        .body("change.fields.field", contains("comment"))
        .body("change.fields[0].before", equalTo("first"));
    String second = changed.header("ETag");

    json(PARTNER.formatted("third"))
        .header("If-Match", first)
        .put(path)
        .then()
        .statusCode(412)
        .contentType("application/problem+json")
        .header("ETag", equalTo(second))
        .body("changes[0].fields[0].before", equalTo("second"))
        .body("changes[0].fields[0].after", equalTo("third"))
        .body("current.comment", equalTo("second"));
    json(PARTNER.formatted("third"))
        .put(path)
        .then()
        .statusCode(428)
        .body("errors[0].cure", containsString(second.replace("\"", "")));
    json(PARTNER.formatted("third")).header("If-None-Match", "*").put(path).then().statusCode(412);
    json(PARTNER.formatted("second"))
        .header("If-Match", second)
        .put(path)
        .then()
        .statusCode(200)
        .body("applied", equalTo(false))
        .body("change", nullValue());

    admin().delete(path).then().statusCode(428);
    admin().header("If-Match", first).delete(path).then().statusCode(412);
    admin()
        .header("If-Match", second)
        .delete(path + "?dryRun=true")
        .then()
        .statusCode(200)
        .body("applied", equalTo(false));
    admin().get(path).then().statusCode(200);
    admin()
        .header("If-Match", second)
        .delete(path + "?reason=contract ended")
        .then()
        .statusCode(200)
        .body("applied", equalTo(true))
        .body("change.change", equalTo("removed"));
    admin().get(path).then().statusCode(404);
    json(PARTNER.formatted("x")).header("If-Match", second).put(path).then().statusCode(412);
    assertThat(audits())
        .anySatisfy(
            audit -> {
              assertThat(audit.getReason()).isEqualTo("contract ended");
              assertThat(audit.getSource()).isEqualTo("api");
              assertThat(audit.getActor()).isEqualTo("admin");
            });
  }

  private static List<DirectoryAudit> audits() {
    List<DirectoryAudit> audits = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> reader =
        new KafkaConsumer<>(LogLab.settings(BrokerForTests.broker().bootstrap()).reader(true))) {
      TopicPartition partition = new TopicPartition(Topics.DIRECTORY_AUDIT, 0);
      reader.assign(List.of(partition));
      reader.seekToBeginning(List.of(partition));
      long end = reader.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (reader.position(partition) < end) {
        for (ConsumerRecord<String, byte[]> record : reader.poll(Duration.ofMillis(50))) {
          audits.add(LogLab.parse(DirectoryAudit.parser(), record.value()));
        }
      }
    }
    return audits;
  }

  @Test
  void aFaultIsNamedWithItsPlaceItsLineAndItsCure() throws Exception {
    organization("faulty");
    String path = OBJECTS + "faulty/outbound-connectors/To Fabrikam";

    json("{\"connectorType\": \"partner\",\n \"recipientDomain\": [\"fabrikam.example\"]}")
        .put(path)
        .then()
        .statusCode(422)
        .contentType("application/problem+json")
        .body("errors[0].pointer", equalTo("/recipientDomain"))
        .body("errors[0].line", equalTo(2))
        .body("errors[0].cure", equalTo("did you mean recipientDomains?"));
    json("{\"connectorType\": \"partner\",\n \"recipientDomains\": [\"a.example\", \"*x\"]}")
        .put(path)
        .then()
        .statusCode(422)
        .body("errors[0].pointer", equalTo("/recipientDomains/1"))
        .body("errors[0].line", equalTo(2));
    json("{\"name\": \"Another\", \"connectorType\": \"partner\"}")
        .put(path)
        .then()
        .statusCode(422);
    json("[1]").put(path).then().statusCode(422);
    json("{").put(path).then().statusCode(422);
    admin().get(path).then().statusCode(404);
    admin().get(OBJECTS + "faulty/things/a").then().statusCode(404);
    admin()
        .header("If-Match", "*")
        .delete(OBJECTS + "faulty")
        .then()
        .statusCode(422)
        .body("errors[0].problem", containsString("accepted-domain/faulty.example"));
  }

  @Test
  void aListHasPages() throws Exception {
    organization("pages");
    for (int i = 0; i < 5; i++) {
      json(PARTNER.formatted(i).replace("fabrikam", "fabrikam" + i))
          .put(OBJECTS + "pages/outbound-connectors/To " + i)
          .then()
          .statusCode(201);
    }
    String next = "";
    List<String> names = new ArrayList<>();
    do {
      Response page =
          admin().queryParam("after", next).get(OBJECTS + "pages/outbound-connectors?limit=2");
      page.then().statusCode(200);
      names.addAll(page.path("items.object.name"));
      next = page.path("next");
    } while (next != null);
    assertThat(names).containsExactly("To 0", "To 1", "To 2", "To 3", "To 4");
    admin()
        .get(OBJECTS + "pages/outbound-connectors")
        .then()
        .body("items[0].warnings[0].object", equalTo("outbound-connector/pages/To 0"))
        .body("items[0].warnings[0].warning", not(emptyString()));
    admin()
        .get(OBJECTS + "pages/accepted-domains")
        .then()
        .body("items[0].warnings", hasSize(0))
        .body("items", hasSize(1))
        .body("items[0].object.domain", equalTo("pages.example"));
    admin().get(OBJECTS + "pages/accepted-domains?limit=0").then().statusCode(400);
    admin().get(OBJECTS + "?limit=500").then().body("items.object.id", hasItem("pages"));
  }

  @Test
  void aListIsNarrowedByAPartOfTheName() throws Exception {
    organization("parts");
    for (String partner : List.of("Fabrikam", "Northwind", "Adatum")) {
      json(PARTNER.formatted("x").replace("fabrikam", partner.toLowerCase(java.util.Locale.ROOT)))
          .put(OBJECTS + "parts/outbound-connectors/To " + partner)
          .then()
          .statusCode(201);
    }
    String list = OBJECTS + "parts/outbound-connectors";
    admin()
        .get(list + "?name=FABRI")
        .then()
        .statusCode(200)
        .body("items.object.name", contains("To Fabrikam"));
    admin()
        .get(list + "?name=to&limit=2")
        .then()
        .body("items.object.name", contains("To Adatum", "To Fabrikam"))
        .body("next", equalTo("To Fabrikam"));
    admin()
        .get(list + "?name=to&limit=2&after=To Fabrikam")
        .then()
        .body("items.object.name", contains("To Northwind"))
        .body("next", nullValue());
    admin().get(list + "?name=contoso").then().statusCode(200).body("items", hasSize(0));
    admin()
        .get(list + "?name=" + "a".repeat(256))
        .then()
        .statusCode(400)
        .body("errors[0].pointer", equalTo("name"));
  }

  @Test
  void oneObjectHasItsWarningsAsInTheList() throws Exception {
    organization("warned");
    String list = OBJECTS + "warned/outbound-connectors";
    json(PARTNER.formatted("x")).put(list + "/To Fabrikam").then().statusCode(201);
    Response item = admin().get(list + "/To Fabrikam?warnings=true");
    item.then().statusCode(200).body("warnings", not(hasSize(0)));
    assertThat((Object) item.path("")).isEqualTo(admin().get(list).path("items[0]"));
    assertThat((String) item.path("etag")).isEqualTo(item.header("ETag"));
    admin().get(list + "/To Adatum?warnings=true").then().statusCode(404);
  }

  /** Two administrators at once: one of the two changes is made, and the other one says so. */
  @Test
  void ofTwoChangesOfOneVersionOneIsMadeAndTheOtherSeesTheDifference() throws Exception {
    organization("race");
    String path = OBJECTS + "race/outbound-connectors/Raced";
    String etag = json(PARTNER.formatted("start")).put(path).header("ETag");
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    String auth =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(
                    Files.readString(BrokerForTests.credentials()).strip().getBytes(UTF_8));
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int round = 0; round < 100; round++) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int who = 0; who < 2; who++) {
          HttpRequest request =
              HttpRequest.newBuilder(
                      URI.create("http://localhost:" + RestAssured.port + path.replace(" ", "%20")))
                  .header("Authorization", auth)
                  .header("Content-Type", "application/json")
                  .header("If-Match", etag)
                  .PUT(
                      HttpRequest.BodyPublishers.ofString(
                          PARTNER.formatted("round " + round + " by " + who)))
                  .build();
          // Now and then one comes a little later, so that it meets the other on its way.
          if (who == 1) {
            Thread.sleep((long) random.nextInt(4) * random.nextInt(20));
          }
          answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
        }
        HttpResponse<String> first = answers.get(0).get();
        HttpResponse<String> second = answers.get(1).get();
        assertThat(List.of(first.statusCode(), second.statusCode()))
            .as("round " + round + ": " + first.body() + second.body())
            .containsExactlyInAnyOrder(200, 412);
        HttpResponse<String> won = first.statusCode() == 200 ? first : second;
        HttpResponse<String> lost = first.statusCode() == 200 ? second : first;
        int winner = won == first ? 0 : 1;
        assertThat(lost.body())
            .contains("round " + round + " by " + winner, "round " + round + " by " + (1 - winner));
        Response now = admin().get(path);
        assertThat((String) now.path("comment")).isEqualTo("round " + round + " by " + winner);
        etag = now.header("ETag");
        assertThat(won.headers().firstValue("ETag")).contains(etag);
        assertThat(lost.headers().firstValue("ETag")).contains(etag);
      }
    }
  }

  @Test
  void anAppliedFileOverwritesNoChangeThatCameAfterItsVersion() throws Exception {
    organization("applied-late");
    organization("untouched");
    String seen = admin().get("/api/v1/directory").header("ETag");
    String file =
        """
        organizations:
        - id: applied-late
          displayName: from the file
          acceptedDomains:
          - { domain: applied-late.example, mailboxRoute: { host: mailbox.applied-late.example } }
        """;
    // Another organization's change is none of the file's.
    json(PARTNER.formatted("x"))
        .put(OBJECTS + "untouched/outbound-connectors/To")
        .then()
        .statusCode(201);
    admin()
        .contentType("application/yaml")
        .header("If-Match", seen)
        .body(file.getBytes(UTF_8))
        .post("/api/v1/directory/apply?dryRun=true")
        .then()
        .statusCode(200);

    json(PARTNER.formatted("mine"))
        .put(OBJECTS + "applied-late/outbound-connectors/Mine")
        .then()
        .statusCode(201);
    admin()
        .contentType("application/yaml")
        .header("If-Match", seen)
        .body(file.getBytes(UTF_8))
        .post("/api/v1/directory/apply")
        .then()
        .statusCode(412)
        .contentType("application/problem+json")
        .body("changes.object", hasItem("outbound-connector/applied-late/Mine"));
    admin().get(OBJECTS + "applied-late/outbound-connectors/Mine").then().statusCode(200);
    String now = admin().get("/api/v1/directory").header("ETag");
    admin()
        .contentType("application/yaml")
        .header("If-Match", now)
        .body(file.getBytes(UTF_8))
        .post("/api/v1/directory/apply")
        .then()
        .statusCode(200)
        .body("applied", equalTo(true));
  }
}
