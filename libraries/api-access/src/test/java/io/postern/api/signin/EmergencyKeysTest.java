package io.postern.api.signin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.postern.api.ApiSettings;
import io.postern.api.access.Ed25519Keys;
import io.postern.contracts.v1.AccessEventKind;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.Test;

/** An operator's own key signs in for a quarter of an hour, and nothing else does by it. */
@QuarkusTest
@QuarkusTestResource(AccessForTests.class)
class EmergencyKeysTest {
  private static final String THING = "/api/v1/things/contoso";
  private static final KeyPair KEYS = Ed25519Keys.generate();

  @Inject ApiSettings settings;
  @Inject KeptAudit audit;

  private static String token(KeyPair keys, String kind, String holder, float minutes)
      throws Exception {
    JwtClaims claims = claims(kind, holder, minutes);
    claims.setGeneratedJwtId();
    return token(keys, claims);
  }

  private static JwtClaims claims(String kind, String holder, float minutes) {
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(kind);
    claims.setSubject(holder);
    claims.setJwtId("fixed");
    claims.setIssuedAtToNow();
    claims.setExpirationTimeMinutesInTheFuture(minutes);
    return claims;
  }

  private static String token(KeyPair keys, JwtClaims claims) throws Exception {
    JsonWebSignature token = new JsonWebSignature();
    token.setPayload(claims.toJson());
    token.setAlgorithmHeaderValue("EdDSA");
    token.setKeyIdHeaderValue("postern-emergency");
    token.setKey(keys.getPrivate());
    return token.getCompactSerialization();
  }

  private static int status(String token) {
    return given().header("Authorization", "Bearer " + token).get(THING).statusCode();
  }

  @Test
  void aTokenOfAConfiguredKeyIsAnOperatorsForAQuarterOfAnHour() throws Exception {
    String kind = "postern-emergency";
    Path file = settings.emergencyKeysFile().orElseThrow();
    Files.deleteIfExists(file);
    assertThat(status(token(KEYS, kind, "ops.anna", 10))).as("no key is there").isEqualTo(401);

    Files.write(
        file, Ed25519Keys.pem(List.of(Ed25519Keys.generate().getPublic(), KEYS.getPublic())));
    String good = token(KEYS, kind, "ops.anna", 14);
    Awaitility.await().until(() -> status(good) == 200);
    given()
        .header("Authorization", "Bearer " + good)
        .get("/api/v1/me")
        .then()
        .body("operator", equalTo(true))
        .body("name", equalTo("ops.anna by emergency key " + Ed25519Keys.id(KEYS.getPublic())));

    assertThat(audit.of(AccessEventKind.EMERGENCY_SIGN_IN))
        .filteredOn(event -> !event.getSession().equals("fixed"))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getBy()).startsWith("ops.anna by emergency key ");
              assertThat(event.getClient()).isEqualTo("127.0.0.1");
              assertThat(good).doesNotContain(event.getSession());
            });

    for (String bad :
        List.of(
            token(Ed25519Keys.generate(), kind, "ops.anna", 10),
            token(KEYS, "postern", "admin", 10),
            token(KEYS, "postern-provider", "ops.anna", 10),
            token(KEYS, kind, "a b", 10),
            token(KEYS, kind, "ops.anna", 17),
            token(KEYS, kind, "ops.anna", -1),
            good + "x")) {
      assertThat(status(bad)).isEqualTo(401);
    }
    Files.writeString(file, "# no key\n");
    Awaitility.await().until(() -> status(good) == 401);
  }

  /** One that was made in store for later would be good for a quarter of an hour of any day. */
  @Test
  void aTokenSaysThatItWasIssuedAQuarterOfAnHourAgoAtMost() throws Exception {
    Path file = settings.emergencyKeysFile().orElseThrow();
    Files.write(file, Ed25519Keys.pem(List.of(KEYS.getPublic())));
    JwtClaims without = claims("postern-emergency", "ops.anna", 10);
    without.unsetClaim("iat");
    JwtClaims stored = claims("postern-emergency", "ops.anna", 10);
    stored.setIssuedAt(NumericDate.fromSeconds(Instant.now().minusSeconds(3_600).getEpochSecond()));
    JwtClaims ahead = claims("postern-emergency", "ops.anna", 10);
    ahead.setIssuedAt(NumericDate.fromSeconds(Instant.now().plusSeconds(300).getEpochSecond()));
    String good = token(KEYS, claims("postern-emergency", "ops.anna", 10));
    Awaitility.await().until(() -> status(good) == 200);

    for (JwtClaims claims : List.of(without, stored, ahead)) {
      assertThat(status(token(KEYS, claims))).as(claims.toJson()).isEqualTo(401);
    }
  }

  /** The id is what its holder wrote: a second one with it is another sign-in. */
  @Test
  void eachTokenIsRecordedWhateverItsId() throws Exception {
    Path file = settings.emergencyKeysFile().orElseThrow();
    Files.write(file, Ed25519Keys.pem(List.of(KEYS.getPublic())));
    String kind = "postern-emergency";
    String first = token(KEYS, claims(kind, "ops.ben", 10));
    Awaitility.await().until(() -> status(first) == 200);
    assertThat(status(first)).isEqualTo(200);
    assertThat(status(token(KEYS, claims(kind, "ops.ben", 11)))).isEqualTo(200);
    assertThat(status(token(KEYS, claims(kind, "ops.carl", 10)))).isEqualTo(200);

    assertThat(audit.of(AccessEventKind.EMERGENCY_SIGN_IN))
        .filteredOn(event -> event.getSession().equals("fixed"))
        .extracting(event -> event.getUser().replaceFirst(" .*", ""))
        .contains("ops.ben", "ops.carl")
        .filteredOn("ops.ben"::equals)
        .hasSize(2);
  }
}
