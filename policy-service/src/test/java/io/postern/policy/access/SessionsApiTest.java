package io.postern.policy.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.postern.api.access.Access;
import io.postern.api.access.AccessTopic;
import io.postern.api.users.Users;
import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.policy.Management;
import io.postern.policy.api.BrokerForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens and their ends over HTTP, and what the other services read about them in the topic. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class SessionsApiTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String ME = "/api/v1/me";
  private static final Duration PATIENCE =
      Duration.ofSeconds(30); // two are promised, on a machine with time

  @Inject Users users;
  @Inject AccessTopic topic;
  @Inject LogSettings settings;

  @BeforeEach
  void ready() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    await().atMost(Duration.ofSeconds(30)).until(topic::isRead);
  }

  private static RequestSpecification basic(String name) {
    return given().auth().preemptive().basic(name, PASSWORD);
  }

  private static RequestSpecification bearer(String token) {
    return given().header("Authorization", "Bearer " + token);
  }

  private static String token(String name) {
    return basic(name)
        .post("/api/v1/tokens?minutes=5")
        .then()
        .statusCode(200)
        .extract()
        .path("token");
  }

  private static JwtClaims claims(String token) throws Exception {
    return new JwtConsumerBuilder()
        .setSkipAllValidators()
        .setSkipSignatureVerification()
        .build()
        .processToClaims(token);
  }

  private boolean published(String token) throws Exception {
    JwtClaims claims = claims(token);
    return topic.allows(
        claims.getSubject(), claims.getJwtId(), claims.getClaimValue("ims", Long.class));
  }

  /** In the topic, which every service reads, and here. */
  private void assertEnds(String token, Callable<?> end) throws Exception {
    bearer(token).get(ME).then().statusCode(200);
    assertThat(published(token)).isTrue();
    end.call();
    bearer(token).get(ME).then().statusCode(401);
    await().atMost(PATIENCE).until(() -> !published(token));
  }

  /** A program that repeats refused calls at once would take the processor from mail. */
  @Test
  void aUserChangesTheOwnPasswordWithTheCurrentOne() throws Exception {
    users.put("own", List.of(), PASSWORD);
    String path = ME + "/password";
    String other = "an entirely other one";
    bearerless("own", PASSWORD, "wrong", other).put(path).then().statusCode(403);
    bearerless("own", PASSWORD, PASSWORD, PASSWORD).put(path).then().statusCode(400);
    for (String refused : List.of("short", "password1234", "own-own-own-own", "aaaaaaaaaaaaaaaa")) {
      bearerless("own", PASSWORD, PASSWORD, refused)
          .put(path)
          .then()
          .statusCode(400)
          .body("errors[0].pointer", equalTo("/password"));
    }
    given().contentType("application/json").body("{}").put(path).then().statusCode(401);

    users.put("own", List.of("auditor:contoso"), PASSWORD);
    String token = token("own");
    assertEnds(
        token,
        () ->
            bearer(token)
                .contentType("application/json")
                .body(Map.of("current", PASSWORD, "password", other))
                .put(path)
                .then()
                .statusCode(204));
    basic("own").get(ME).then().statusCode(401);
    given().auth().preemptive().basic("own", other).get(ME).then().statusCode(200);
    assertThat(users.findNow("own").orElseThrow().roles()).containsExactly("auditor:contoso");
  }

  private static RequestSpecification bearerless(
      String name, String shown, String current, String wanted) {
    return given()
        .auth()
        .preemptive()
        .basic(name, shown)
        .contentType("application/json")
        .body(Map.of("current", current, "password", wanted));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 721})
  void aTokenLastsTwelveHoursAtMost(int minutes) throws Exception {
    users.put("lasting", List.of(), PASSWORD);
    basic("lasting")
        .post("/api/v1/tokens?minutes=" + minutes)
        .then()
        .statusCode(400)
        .body("errors[0].pointer", equalTo("minutes"));
  }

  @Test
  void aTokenCreatesNoToken() throws Exception {
    users.put("creating", List.of("operator"), PASSWORD);
    bearer(token("creating")).post("/api/v1/tokens").then().statusCode(403);
  }

  @Test
  void signingOutEndsTheSessionEverywhereAndNoOther() throws Exception {
    users.put("leaving", List.of("auditor:*"), PASSWORD);
    String other = token("leaving");
    String token = token("leaving");

    assertEnds(token, () -> bearer(token).delete(ME + "/sessions/current").then().statusCode(204));
    bearer(other).get(ME).then().statusCode(200);
    assertThat(published(other)).isTrue();
    assertThat(topic.find("leaving").orElseThrow().ended())
        .containsOnlyKeys(claims(token).getJwtId());
  }

  @Test
  void aUserEndsAllOwnSessionsAndAnOperatorThoseOfOthers() throws Exception {
    users.put("own", List.of("auditor:*"), PASSWORD);
    users.put("over", List.of("operator"), PASSWORD);
    String operator = token("over");
    String first = token("own");
    assertEnds(first, () -> bearer(token("own")).delete(ME + "/sessions").then().statusCode(204));

    String second = token("own");
    bearer(second).delete("/api/v1/users/over/sessions").then().statusCode(403);
    assertEnds(
        second, () -> bearer(operator).delete("/api/v1/users/own/sessions").then().statusCode(204));
    bearer(operator).get(ME).then().statusCode(200);
  }

  @Test
  void aChangedPasswordAChangedRoleAndARemovalEndSessionsEverywhere() throws Exception {
    users.put("changing", List.of("auditor:*"), PASSWORD);
    String first = token("changing");
    assertEnds(first, () -> users.put("changing", List.of("auditor:*"), PASSWORD));
    String second = token("changing");
    assertEnds(second, () -> users.put("changing", List.of("auditor:contoso"), null));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                topic
                    .find("changing")
                    .map(Access::roles)
                    .equals(Optional.of(List.of("auditor:contoso"))));
    String third = token("changing");
    String seen = users.findNow("changing").orElseThrow().version();
    bearer(third).get(ME).then().statusCode(200);
    users.remove("changing", seen);
    bearer(third).get(ME).then().statusCode(401);
    await().atMost(PATIENCE).until(() -> topic.find("changing").filter(Access::local).isEmpty());
    // A user of the same name is another one.
    users.put("changing", List.of("operator"), PASSWORD);
    bearer(third).get(ME).then().statusCode(401);
  }

  /** ASVS 16.3: who may is recorded, with who changed it, and is read by operators. */
  @Test
  void whatHappensToAccessIsRecorded() throws Exception {
    users.put("auditing", List.of("operator"), PASSWORD);
    String operator = token("auditing");
    bearer(operator)
        .contentType("application/json")
        .body(Map.of("roles", List.of("auditor:a"), "password", PASSWORD, "current", PASSWORD))
        .header("If-None-Match", "*")
        .put("/api/v1/users/audited")
        .then()
        .statusCode(201);
    String etag = bearer(operator).get("/api/v1/users/audited").header("ETag");
    bearer(operator)
        .contentType("application/json")
        .body(Map.of("roles", List.of("auditor:b"), "current", PASSWORD))
        .header("If-Match", etag)
        .put("/api/v1/users/audited")
        .then()
        .statusCode(200);
    String audited = token("audited");
    bearer(audited).get("/api/v1/access-events").then().statusCode(403);
    bearer(audited).delete(ME + "/sessions/current").then().statusCode(204);
    bearer(operator).delete("/api/v1/users/audited/sessions").then().statusCode(204);

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(kinds(operator, "audited"))
                    .containsSubsequence(
                        "sessions-ended",
                        "signed-out",
                        "token-issued",
                        "signed-in",
                        "roles-changed",
                        "user-created"));
    bearer(operator)
        .get("/api/v1/access-events?user=audited")
        .then()
        .body("events.find { it.kind == 'roles-changed' }.by", equalTo("auditing"))
        .body(
            "events.find { it.kind == 'roles-changed' }.rolesBefore", equalTo(List.of("auditor:a")))
        .body(
            "events.find { it.kind == 'roles-changed' }.rolesAfter", equalTo(List.of("auditor:b")))
        .body("events.find { it.kind == 'signed-out' }.client", equalTo("127.0.0.1"))
        .body("events.find { it.kind == 'signed-out' }.service", equalTo("policy-service"));
    String all = bearer(operator).get("/api/v1/access-events?since=1h&limit=1000").asString();
    assertThat(all).doesNotContain(PASSWORD).doesNotContain(audited).doesNotContain("pbkdf2");
    bearer(operator)
        .get("/api/v1/access-events?user=audited&limit=2")
        .then()
        .body("events.size()", equalTo(2))
        .body("older", equalTo(true));
    bearer(operator).get("/api/v1/access-events?until=1h").then().body("events.size()", equalTo(0));
    bearer(operator).get("/api/v1/access-events?since=never").then().statusCode(400);
  }

  private static List<String> kinds(String operator, String user) {
    return bearer(operator)
        .get("/api/v1/access-events?user=" + user)
        .then()
        .statusCode(200)
        .extract()
        .path("events.kind");
  }

  private void written(String topicName, String key, byte @Nullable [] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer())) {
      producer.send(new ProducerRecord<>(topicName, key, value)).get();
    }
  }

  @Test
  void aRecordThatCannotBeReadHidesNoOther() throws Exception {
    users.put("reading", List.of("operator"), PASSWORD);
    String operator = token("reading");
    written(Topics.ACCESS_AUDIT, "reading", null);
    written(Topics.ACCESS_AUDIT, "reading", new byte[] {1, 2, 3});
    users.put("hidden", List.of("auditor:*"), PASSWORD);
    token("hidden");

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(kinds(operator, "hidden")).contains("signed-in"));
    bearer(operator).get("/api/v1/access-events").then().body("unreadable", equalTo(2));

    written(Topics.ACCESS, "hidden", new byte[] {1, 2, 3});
    await().atMost(PATIENCE).until(() -> topic.find("hidden").filter(Access::local).isPresent());
  }

  /** Another replica has published a change that this one cannot read in the files. */
  @Test
  void nothingIsPublishedWhileTheFilesCannotBeRead() throws Exception {
    users.put("published", List.of("auditor:a"), PASSWORD);
    await().atMost(PATIENCE).until(() -> topic.find("published").isPresent());
    Path file = BrokerForTests.credentials().resolveSibling("api-users.json");
    Path hidden = file.resolveSibling("hidden");
    Files.move(file, hidden);
    try {
      Access newer = new Access(true, List.of("auditor:b"), "newer", false, 0, Map.of());
      written(Topics.ACCESS, "published", newer.record("published").toByteArray());
      await().atMost(PATIENCE).until(() -> roles("published").equals(List.of("auditor:b")));
      String provider = "carl of https://login.example";
      assertThat(topic.allows(provider, "s", System.currentTimeMillis())).isTrue();
      written(Topics.ACCESS, provider, new byte[] {1, 2, 3});
      await()
          .atMost(PATIENCE)
          .until(() -> !topic.allows(provider, "s", System.currentTimeMillis()));
      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(3))
          .until(() -> roles("published").equals(List.of("auditor:b")));
    } finally {
      Files.move(hidden, file);
    }
    await().atMost(PATIENCE).until(() -> roles("published").equals(List.of("auditor:a")));
  }

  private List<String> roles(String user) {
    return topic.find(user).map(Access::roles).orElse(List.of());
  }

  @Test
  void anotherPasswordInTheCredentialsFileEndsTheSessionsOfAdmin() throws Exception {
    Path file = BrokerForTests.credentials();
    String before = Files.readString(file);
    Response signedIn =
        given()
            .auth()
            .preemptive()
            .basic("admin", before.strip().split(":", 2)[1])
            .post("/api/v1/tokens?minutes=5");
    String token = signedIn.path("token");
    try {
      Files.writeString(file, "admin:another-password\n");
      await().atMost(PATIENCE).until(() -> !published(token));
      bearer(token).get(ME).then().statusCode(401);
    } finally {
      Files.writeString(file, before);
    }
  }

  /** Whoever has a copy of a token must not keep its owner from ending it. */
  @Test
  void whoUsesUpAllCallsWaitsForARefusalAndTheOwnerStillSignsOutAndChangesThePassword()
      throws Exception {
    users.put("robbed", List.of("auditor:*"), PASSWORD);
    String token = token("robbed");
    try (HttpClient client = HttpClient.newHttpClient();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      // Several callers: on a busy machine one does not come beyond the rate.
      List<Future<Duration>> refusals =
          IntStream.range(0, 8)
              .mapToObj(caller -> callers.submit(() -> untilRefused(client, token)))
              .toList();
      for (Future<Duration> refusal : refusals) {
        assertThat(refusal.get()).isGreaterThan(Duration.ofMillis(900));
      }
    }
    assertThat(password(token, "wrong-password").statusCode()).as("looked at").isEqualTo(403);
    bearer(token).delete(ME + "/sessions").then().statusCode(204);
    bearer(token).get(ME).then().statusCode(401);
    assertThat(password(token("robbed"), PASSWORD).statusCode()).isEqualTo(204);
  }

  /** Calls until it is refused, and says how long the refusal took. */
  private static Duration untilRefused(HttpClient client, String token) throws Exception {
    HttpRequest call =
        HttpRequest.newBuilder(URI.create(RestAssured.baseURI + ":" + RestAssured.port + ME))
            .header("Authorization", "Bearer " + token)
            .build();
    long since;
    HttpResponse<String> response;
    int calls = 0;
    do {
      assertThat(++calls).isLessThan(5_000);
      since = System.nanoTime();
      response = client.send(call, HttpResponse.BodyHandlers.ofString());
    } while (response.statusCode() == 200);
    Duration took = Duration.ofNanos(System.nanoTime() - since);
    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.headers().firstValue("Retry-After")).contains("1");
    assertThat(response.body()).contains("\"status\":429");
    return took;
  }

  private static Response password(String token, String current) {
    return bearer(token)
        .contentType("application/json")
        .body(Map.of("current", current, "password", "an entirely other one"))
        .put(ME + "/password");
  }

  @Test
  void thePrivateKeyIsForItsOwnerAndThePublicOneForAll() throws Exception {
    Path folder = Objects.requireNonNull(BrokerForTests.credentials().getParent());
    assertThat(mode(folder.resolve("api-signing-key.pem"))).isEqualTo("rw-------");
    assertThat(mode(folder.resolve("keys.pem"))).isEqualTo("rw-r--r--");
    assertThat(Files.readString(folder.resolve("keys.pem")))
        .contains("PUBLIC KEY")
        .doesNotContain("PRIVATE");
  }

  private static String mode(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
