package io.postern.policy.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import io.postern.api.access.AccessTopic;
import io.postern.api.users.Users;
import io.postern.policy.Management;
import io.postern.policy.api.BrokerForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Second factors over HTTP, where they are demanded of operators. ASVS 6.3.3, 6.5, 7.5.1. */
@QuarkusTest
@TestProfile(SecondFactorApiTest.Demanded.class)
@QuarkusTestResource(BrokerForTests.class)
class SecondFactorApiTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String ME = "/api/v1/me";
  private static final String FACTOR = ME + "/second-factor";
  private static final String TOKENS = "/api/v1/tokens";
  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  @Inject Users users;
  @Inject AccessTopic topic;

  /** The setting. */
  public static final class Demanded implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("postern.api.second-factor", "operators");
    }
  }

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

  private static RequestSpecification json(RequestSpecification request, Map<String, ?> body) {
    return request.contentType("application/json").body(body);
  }

  /** Of the app, by its own reading of the secret; {@code later}: steps from now. */
  private static String code(String secret, int later) throws Exception {
    // A step must not end between here and there.
    await().until(() -> Instant.now().getEpochSecond() % 30 <= 25);
    ByteBuffer key = ByteBuffer.allocate(20);
    int bits = 0;
    int held = 0;
    for (char each : secret.toCharArray()) {
      bits = bits << 5 | BASE32.indexOf(each);
      held += 5;
      if (held >= 8) {
        held -= 8;
        key.put((byte) (bits >> held));
      }
    }
    Mac mac = Mac.getInstance("HmacSHA1");
    mac.init(new SecretKeySpec(key.array(), "HmacSHA1"));
    long step = Instant.now().getEpochSecond() / 30 + later;
    byte[] hash = mac.doFinal(ByteBuffer.allocate(8).putLong(step).array());
    int number = ByteBuffer.wrap(hash).getInt(hash[19] & 0xf) & Integer.MAX_VALUE;
    return "%06d".formatted(number % 1_000_000);
  }

  private static String token(RequestSpecification request) {
    return request.post(TOKENS).then().statusCode(200).extract().path("token");
  }

  /** With a code of the step before, so that two more are left. */
  private String enrolled(String name, String role) throws Exception {
    users.put(name, List.of(role), PASSWORD);
    String session = token(basic(name));
    String secret =
        json(bearer(session), Map.of("current", PASSWORD))
            .post(FACTOR)
            .then()
            .statusCode(200)
            .extract()
            .path("secret");
    json(bearer(session), Map.of("code", code(secret, -1))).put(FACTOR).then().statusCode(204);
    bearer(session).get(ME).then().statusCode(401);
    return secret;
  }

  @Test
  void anOperatorWithoutItMayOnlySetItUp() throws Exception {
    users.put("lacking", List.of("operator"), PASSWORD);
    String session = token(basic("lacking"));

    bearer(session)
        .get("/api/v1/users")
        .then()
        .statusCode(403)
        .body("detail", containsString("/access/own/second-factor"));
    basic("lacking").get("/api/v1/users").then().statusCode(403);
    bearer(session).get(ME).then().statusCode(200).body("operator", equalTo(false));
    bearer(session).get(FACTOR).then().body("demanded", equalTo(true), "present", equalTo(false));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(topic.find("lacking").orElseThrow().roles()).isEmpty();
              assertThat(topic.find("lacking").orElseThrow().lacksSecondFactor()).isTrue();
            });
    users.put("reading", List.of("auditor:*"), PASSWORD);
    basic("reading").get(FACTOR).then().body("demanded", equalTo(false));
  }

  @Test
  void itIsInForceAfterARightCodeAndThenASignInNeedsOne() throws Exception {
    users.put("anna", List.of("operator"), PASSWORD);
    String session = token(basic("anna"));
    json(bearer(session), Map.of("current", "another")).post(FACTOR).then().statusCode(403);
    json(bearer(session), Map.of("code", "000000")).put(FACTOR).then().statusCode(409);
    String secret =
        json(bearer(session), Map.of("current", PASSWORD))
            .post(FACTOR)
            .then()
            .statusCode(200)
            .body("secret", matchesPattern("[A-Z2-7]{32}"))
            .body("uri", containsString("otpauth://totp/Postern:anna?secret="))
            .extract()
            .path("secret");
    json(bearer(session), Map.of("code", code(secret, 5)))
        .put(FACTOR)
        .then()
        .statusCode(403)
        .body("errors[0].pointer", equalTo("/code"));
    token(basic("anna")); // unfinished: nothing asks for a code
    json(bearer(session), Map.of("code", code(secret, -1))).put(FACTOR).then().statusCode(204);
    bearer(session).get(ME).then().statusCode(401);

    String shown =
        basic("anna")
            .post(TOKENS)
            .then()
            .statusCode(401)
            .body("detail", containsString("Postern-Code"))
            .extract()
            .header("Postern-Password-Shown");
    basic("anna").get(ME).then().statusCode(401);
    bearer(shown).get(ME).then().statusCode(401);
    bearer(shown).post(TOKENS).then().statusCode(401);
    String code = code(secret, 0);
    String token = token(basic("anna").header("Postern-Code", code));
    bearer(token).get("/api/v1/users").then().statusCode(200);
    bearer(shown).header("Postern-Code", code).post(TOKENS).then().statusCode(401);
    given()
        .auth()
        .preemptive()
        .basic("anna", "wrong password")
        .header("Postern-Code", code(secret, 1))
        .post(TOKENS)
        .then()
        .statusCode(401)
        .header("Postern-Password-Shown", nullValue());
    token(bearer(shown).header("Postern-Code", code(secret, 1)));
    bearer(token).get("/api/v1/users/anna").then().body("secondFactor", equalTo(true));
    assertThat(bearer(token).get("/api/v1/users").asString()).doesNotContain(secret);
  }

  @Test
  void aUserRemovesTheOwnOneWithPasswordAndCode() throws Exception {
    String secret = enrolled("carl", "auditor:*");
    String token = token(basic("carl").header("Postern-Code", code(secret, 0)));
    json(bearer(token), Map.of("current", PASSWORD)).post(FACTOR).then().statusCode(409);
    json(bearer(token), Map.of("current", "wrong", "code", code(secret, 1)))
        .delete(FACTOR)
        .then()
        .statusCode(403)
        .body("errors[0].pointer", equalTo("/current"));
    json(bearer(token), Map.of("current", PASSWORD, "code", code(secret, 0)))
        .delete(FACTOR)
        .then()
        .statusCode(403)
        .body("errors[0].pointer", equalTo("/code"));
    json(bearer(token), Map.of("current", PASSWORD, "code", code(secret, 1)))
        .delete(FACTOR)
        .then()
        .statusCode(204);
    bearer(token).get(ME).then().statusCode(401);
    token(basic("carl"));
  }

  @Test
  void wrongCodesAreLimitedAndRecordedWithoutTheCode() throws Exception {
    String secret = enrolled("dora", "auditor:*");
    String operator = enrolled("over", "operator");
    int status = 0;
    String wrong = code(secret, 40);
    for (int tries = 0; tries < 12 && status != 429; tries++) {
      status = basic("dora").header("Postern-Code", wrong).post(TOKENS).statusCode();
      assertThat(status).isIn(401, 429);
    }
    assertThat(status).isEqualTo(429);
    basic("dora").header("Postern-Code", code(secret, 0)).post(TOKENS).then().statusCode(429);

    String token = token(basic("over").header("Postern-Code", code(operator, 0)));
    await()
        .atMost(Duration.ofSeconds(90)) // refusals are counted by minute
        .untilAsserted(
            () ->
                assertThat(
                        bearer(token)
                            .get("/api/v1/access-events?user=dora")
                            .then()
                            .extract()
                            .<List<String>>path("events.detail"))
                    .contains("code"));
    String all = bearer(token).get("/api/v1/access-events?since=1h&limit=1000").asString();
    assertThat(all)
        .contains("second-factor-added", "password and code")
        .doesNotContain(secret, operator, wrong);
  }

  @Test
  void anOperatorShowsTheOwnPasswordAgainToChangeAUser() throws Exception {
    String secret = enrolled("otto", "operator");
    String lost = enrolled("lost", "auditor:*");
    String token = token(basic("otto").header("Postern-Code", code(secret, 0)));
    String of = token(basic("lost").header("Postern-Code", code(lost, 0)));
    String path = "/api/v1/users/lost";
    String etag = bearer(token).get(path).header("ETag");
    Map<String, Object> change = Map.of("roles", List.of("auditor:contoso"));

    json(bearer(token).header("If-Match", etag), change)
        .put(path)
        .then()
        .statusCode(403)
        .body("errors[0].pointer", equalTo("/current"));
    bearer(token).header("If-Match", etag).delete(path).then().statusCode(403);
    bearer(token).delete(path + "/second-factor").then().statusCode(403);
    bearer(of).get(ME).then().statusCode(200);

    json(bearer(token), Map.of("current", PASSWORD))
        .delete(path + "/second-factor")
        .then()
        .statusCode(204);
    bearer(of).get(ME).then().statusCode(401);
    token(basic("lost"));
    json(bearer(token), Map.of("current", PASSWORD))
        .delete(path + "/second-factor")
        .then()
        .statusCode(409);
    json(
            bearer(token).header("If-Match", bearer(token).get(path).header("ETag")),
            Map.of("roles", List.of("auditor:contoso"), "current", PASSWORD))
        .put(path)
        .then()
        .statusCode(200);
    json(
            bearer(token).header("If-Match", bearer(token).get(path).header("ETag")),
            Map.of("current", PASSWORD))
        .delete(path)
        .then()
        .statusCode(204);
  }
}
