package io.postern.policy.api;

import static io.postern.policy.partner.ApiLab.admin;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.postern.api.users.Users;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.log.reading.TopicFollower;
import io.postern.policy.LogLab;
import io.postern.policy.partner.ApiLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Next hops that need an operator's approval, over HTTP, as an administrator and an operator. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class NextHopsApiTest {
  private static final String ORGANIZATION = "/api/v1/organizations/hops";
  private static final String CONNECTORS = ORGANIZATION + "/outbound-connectors/";
  private static final String FILE =
      """
      organizations:
      - id: hops
        acceptedDomains:
        - { domain: hops.example, mailboxRoute: { host: 10.0.0.7, port: 2525 } }
      - id: hops-of-others
        acceptedDomains:
        - { domain: others.example, mailboxRoute: { host: mailbox.others.example } }
      """;

  @Inject Users users;
  private String administrator;

  @BeforeEach
  void start() throws Exception {
    ApiLab.awaitReady();
    ApiLab.apply(FILE);
    administrator = AccessTest.bearer(users, "anna", "administrator:hops");
  }

  private RequestSpecification anna() {
    return given().header("Authorization", administrator);
  }

  private static String connector(String... hosts) {
    return "{\"connectorType\":\"partner\",\"recipientDomains\":[\"p.example\"],"
        + "\"tlsSettings\":\"encryptionOnly\",\"smartHosts\":[\""
        + String.join("\",\"", hosts)
        + "\"]}";
  }

  private static ValidatableResponse put(
      RequestSpecification as, String name, String body, String match) {
    return as.contentType("application/json")
        .body(body.getBytes(UTF_8))
        .header(match.isEmpty() ? "If-None-Match" : "If-Match", match.isEmpty() ? "*" : match)
        .put(CONNECTORS + name)
        .then();
  }

  private static ValidatableResponse listed() throws IOException {
    return admin().get("/api/v1/next-hops?organization=hops").then().statusCode(200);
  }

  /** The scan: a connector that is off, with a host inside, and its validation. */
  @Test
  void anAdministratorsScanOfTheInnerNetworkIsRefusedBeforeAnythingIsDialled() throws Exception {
    for (String host : List.of("10.0.0.5:9092", "kafka:9092", "127.0.0.1", "mail.p.example:22")) {
      put(anna(), "Scan", connector(host), "")
          .statusCode(422)
          .body("errors[0].pointer", equalTo("/smartHosts/0"))
          .body("errors[0].problem", containsString("needs an operator's approval"))
          .body("errors[0].cure", containsString("ask an operator to write it"));
      anna()
          .contentType("application/json")
          .body(
              "{\"connector\":" + connector(host).replaceFirst("\\{", "{\"name\":\"Scan\",") + "}")
          .post(ORGANIZATION + "/validations")
          .then()
          .statusCode(422)
          .body("errors[0].pointer", equalTo("/connector/smartHosts/0"));
      anna()
          .contentType("application/json")
          .body(
              "{\"certificateName\":\"mail.p.example\",\"smartHosts\":[\""
                  + host
                  + "\"],"
                  + "\"tlsSettings\":\"encryptionOnly\"}")
          .post(ORGANIZATION + "/partners/p.example/secure")
          .then()
          .statusCode(422)
          .body("errors.problem", hasItem(containsString("needs an operator's approval")));
    }
    // Another organization's mailbox host, without a word of whose it is.
    put(anna(), "Deputy", connector("mailbox.others.example"), "")
        .statusCode(422)
        .body("errors[0].problem", containsString("may be a host of others"));
  }

  @Test
  void anAdministratorsOwnHostIsStoredAndAskedAboutWithTheMark() throws Exception {
    String etag =
        put(anna(), "Marked", connector("mail.p.example"), "")
            .statusCode(201)
            .extract()
            .header("ETag");
    assertThat(anna().get(CONNECTORS + "Marked").header("ETag")).isEqualTo(etag);
    List<ProbeRequest> asked = new CopyOnWriteArrayList<>();
    TopicFollower requests = follow(Topics.PROBE_REQUESTS, value -> add(asked, value));
    try {
      String id =
          anna()
              .contentType("application/json")
              .body("{}")
              .post(CONNECTORS + "Marked/validations")
              .then()
              .statusCode(202)
              .extract()
              .path("id");
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(asked)
                      .filteredOn(r -> r.getProbeId().equals(id))
                      .singleElement()
                      .satisfies(
                          r ->
                              assertThat(r.getHops(0).getNextHop().getSmartHosts(0).getUnapproved())
                                  .isTrue()));
    } finally {
      requests.close();
    }
  }

  private static void add(List<ProbeRequest> asked, byte[] value) {
    asked.add(LogLab.parse(ProbeRequest.parser(), value));
  }

  private static TopicFollower follow(String topic, Consumer<byte[]> taken) throws Exception {
    TopicFollower follower =
        new TopicFollower(
            LogLab.settings(BrokerForTests.broker().bootstrap()),
            topic,
            new TopicFollower.View() {
              @Override
              public void begin() {}

              @Override
              public void take(ConsumerRecord<String, byte @Nullable []> record) {
                byte[] value = record.value();
                if (value != null) {
                  taken.accept(value);
                }
              }

              @Override
              public void complete() {}
            });
    follower.start();
    return follower;
  }

  @Test
  void anOperatorWritesApprovesListsAndRevokes() throws Exception {
    anna().put(CONNECTORS + "Listed/approval?value=x").then().statusCode(403);
    // An administrator sees those of the own organization.
    anna()
        .get("/api/v1/next-hops")
        .then()
        .statusCode(200)
        .body("items.organization.unique()", contains("hops"));
    anna()
        .get("/api/v1/next-hops?organization=hops-of-others")
        .then()
        .statusCode(200)
        .body("items", hasSize(0));
    String etag =
        put(admin(), "Listed", connector("10.0.0.5:2525", "mail.p.example"), "")
            .statusCode(201)
            .extract()
            .header("ETag");
    listed()
        .body("items.find { it.name == 'Listed' }.value", equalTo("10.0.0.5:2525"))
        .body("items.find { it.name == 'Listed' }.need", equalTo("private-address"))
        .body("items.find { it.name == 'Listed' }.approved", equalTo(true))
        .body("items.find { it.name == 'Listed' }.by", notNullValue())
        .body("items.find { it.name == 'Listed' }.since", notNullValue())
        .body("items.find { it.name == 'hops.example' }.field", equalTo("mailboxRoute.host"));
    // The administrator keeps what is approved, and adds what needs no approval.
    String second =
        put(anna(), "Listed", connector("10.0.0.5:2525", "mail.q.example"), etag)
            .statusCode(200)
            .extract()
            .header("ETag");
    listed().body("items.findAll { it.name == 'Listed' }.approved", contains(true));
    admin().delete(CONNECTORS + "Listed/approval").then().statusCode(428);
    admin().header("If-Match", etag).delete(CONNECTORS + "Listed/approval").then().statusCode(412);
    admin()
        .header("If-Match", second)
        .delete(CONNECTORS + "Listed/approval?reason=moved")
        .then()
        .statusCode(200)
        .body("applied", equalTo(true))
        .body("changes.fields.field.flatten()", hasItem("unapproved"));
    admin()
        .get("/api/v1/next-hops?organization=hops&unapproved=true")
        .then()
        .body("items.value", containsInAnyOrder("10.0.0.5:2525", "mail.q.example:25"))
        .body("items.revoked.unique()", contains(true))
        .body("items[0].by", notNullValue());
    // What is revoked stays so, whoever writes the object as it is.
    assertThat(anna().get(CONNECTORS + "Listed").header("ETag")).isEqualTo(second);
    put(admin(), "Listed", connector("10.0.0.5:2525", "mail.q.example"), second)
        .statusCode(200)
        .body("applied", equalTo(false));
    // Nor by a copy of an operator.
    put(admin(), "Copied", connector("10.0.0.5:2525"), "").statusCode(201);
    listed().body("items.find { it.name == 'Copied' }.approved", equalTo(false));
    // An operator approves what is there, and nothing else.
    admin().header("If-Match", second).put(CONNECTORS + "Listed/approval").then().statusCode(400);
    admin()
        .header("If-Match", second)
        .put(CONNECTORS + "Listed/approval?value=mail.p.example:25")
        .then()
        .statusCode(404)
        .body("detail", containsString("value \"mail.p.example:25\" in the outbound connector"));
    String approval = CONNECTORS + "Listed/approval?value=10.0.0.5:2525";
    admin().header("If-Match", etag).put(approval).then().statusCode(412);
    admin()
        .header("If-Match", second)
        .put(approval)
        .then()
        .statusCode(200)
        .body("applied", equalTo(true));
    admin().header("If-Match", second).put(approval).then().body("applied", equalTo(false));
    listed()
        .body(
            "items.find { it.value == '10.0.0.5:2525' && it.name == 'Listed' }.approved",
            equalTo(true))
        .body("items.find { it.name == 'Copied' }.approved", equalTo(true))
        .body("items.find { it.value == 'mail.q.example:25' }.approved", equalTo(false));
    admin()
        .get("/api/v1/next-hops?organization=hops&names=true")
        .then()
        .body("items.value", hasItem("mail.q.example:25"));
    assertThat(audited()).anySatisfy(a -> assertThat(a.getReason()).isEqualTo("moved"));
  }

  /** Without its source address, mail would leave from another one (decision 87). */
  @Test
  void aSourceAddressOrEhloNameInUseIsNotRevoked() throws Exception {
    String body =
        connector("mail.p.example")
            .replaceFirst(
                "\\}$", ",\"sourceAddresses\":[\"192.0.2.1\"],\"ehloName\":\"mx.q.example\"}");
    String etag = put(admin(), "Sent from", body, "").statusCode(201).extract().header("ETag");
    String approval = CONNECTORS + "Sent from/approval?value=";
    for (String value : List.of("192.0.2.1", "mx.q.example")) {
      for (String with : List.of("", "&value=mail.p.example:25")) {
        admin()
            .header("If-Match", etag)
            .delete(approval + value + with)
            .then()
            .statusCode(409)
            .body(
                "detail",
                equalTo(
                    "\""
                        + value
                        + "\" is not a host: remove it from the outbound connector \"Sent from\"."));
      }
    }
    listed()
        .body(
            "items.findAll { it.name == 'Sent from' }.value", contains("192.0.2.1", "mx.q.example"))
        .body("items.findAll { it.name == 'Sent from' }.approved", contains(true, true));
    // The connector loses them by a write, which needs no approval.
    put(anna(), "Sent from", connector("mail.p.example"), etag).statusCode(200);
    listed().body("items.findAll { it.name == 'Sent from' }", hasSize(0));
  }

  @Test
  void aConnectorWithoutHostsHasNothingToRevoke() throws Exception {
    String body =
        connector("mail.p.example")
            .replace(
                "\"smartHosts\":[\"mail.p.example\"]",
                "\"useMXRecord\":true,\"sourceAddresses\":[\"192.0.2.1\"]");
    String etag = put(admin(), "By MX", body, "").statusCode(201).extract().header("ETag");
    admin()
        .header("If-Match", etag)
        .delete(CONNECTORS + "By MX/approval")
        .then()
        .statusCode(409)
        .body("detail", equalTo("The outbound connector \"By MX\" has no host."));
  }

  /** It is still revoked if an object names it again: an operator can see that before. */
  @Test
  void aRevokedHostThatNoObjectNamesIsListedWithItsOrganization() throws Exception {
    String etag =
        put(admin(), "Gone", connector("10.0.0.9"), "").statusCode(201).extract().header("ETag");
    admin().header("If-Match", etag).delete(CONNECTORS + "Gone/approval").then().statusCode(200);
    admin().header("If-Match", etag).delete(CONNECTORS + "Gone").then().statusCode(200);
    String gone = "items.findAll { it.value == '10.0.0.9:25' }";
    for (String only : List.of("", "&unapproved=true")) {
      anna()
          .get("/api/v1/next-hops?organization=hops" + only)
          .then()
          .body(gone + ".kind", contains("organizations"))
          .body(gone + ".name", contains("hops"))
          .body(gone + ".field", contains(nullValue()))
          .body(gone + ".revoked", contains(true))
          .body(gone + ".approved", contains(false))
          .body(gone + ".by", contains(notNullValue()))
          .body(gone + ".since", contains(notNullValue()));
    }
    admin().get("/api/v1/next-hops?organization=hops-of-others").then().body(gone, hasSize(0));
    String again =
        put(admin(), "Again", connector("10.0.0.9"), "").statusCode(201).extract().header("ETag");
    listed().body(gone + ".name", contains("Again")).body(gone + ".revoked", contains(true));
    admin()
        .header("If-Match", again)
        .put(CONNECTORS + "Again/approval?value=10.0.0.9:25")
        .then()
        .statusCode(200);
    admin().header("If-Match", again).delete(CONNECTORS + "Again").then().statusCode(200);
    listed().body(gone, hasSize(0));
  }

  private static List<DirectoryAudit> audited() throws Exception {
    List<DirectoryAudit> audits = new CopyOnWriteArrayList<>();
    TopicFollower follower =
        follow(
            Topics.DIRECTORY_AUDIT,
            value -> audits.add(LogLab.parse(DirectoryAudit.parser(), value)));
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> audits.stream().anyMatch(a -> a.getReason().equals("moved")));
    } finally {
      follower.close();
    }
    return audits;
  }

  @Test
  void pagesDoNotDivideAnObject() throws Exception {
    put(admin(), "Paged", connector("10.0.0.5:2525", "10.0.0.6"), "").statusCode(201);
    String after = "";
    List<String> paged = List.of();
    for (int pages = 0; paged.isEmpty(); pages++) {
      assertThat(pages).isLessThan(10);
      ValidatableResponse page =
          admin().get("/api/v1/next-hops?organization=hops&limit=1&after=" + after).then();
      after = page.extract().path("next");
      paged = page.extract().path("items.findAll { it.name == 'Paged' }.value");
    }
    assertThat(paged).containsExactly("10.0.0.5:2525", "10.0.0.6:25");
    admin().get("/api/v1/next-hops?limit=0").then().statusCode(400);
  }
}
