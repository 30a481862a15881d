package io.postern.api.signin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.postern.api.ApiSettings;
import io.postern.api.access.Ed25519Keys;
import io.postern.api.users.Users;
import io.postern.contracts.v1.AccessEventKind;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.Key;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Signing in over HTTP, with local users and with a provider's tokens, and the form of problems.
 */
@QuarkusTest
@QuarkusTestResource(AccessForTests.class)
class SignInTest {
  private static final String THING = "/api/v1/things/contoso";
  private static final String PASSWORD = "correct horse battery";

  @Inject Users users;
  @Inject TokenSigner signer;
  @Inject ApiSettings settings;
  @Inject KeptAudit audit;

  private static RequestSpecification basic(String user, String password) {
    return given().auth().preemptive().basic(user, password);
  }

  private static RequestSpecification admin() {
    return basic("admin", AccessForTests.password());
  }

  private static RequestSpecification bearer(String token) {
    return given().header("Authorization", "Bearer " + token);
  }

  private static ValidatableResponse problem(ValidatableResponse answer, int status) {
    return answer
        .statusCode(status)
        .contentType("application/problem+json")
        .body("status", equalTo(status))
        .body("type", containsString("/problems#"))
        .body("title", not(equalTo("")))
        .body("detail", not(equalTo("")));
  }

  @Test
  void withoutCredentialsThereIsAChallengeAndAProblem() {
    problem(given().get(THING).then(), 401)
        .header("WWW-Authenticate", containsString("Basic realm=\"Postern\""));
    problem(basic("admin", "wrong").get(THING).then(), 401)
        .header("WWW-Authenticate", containsString("Bearer"));
    problem(given().header("Authorization", "Basic %%%").get(THING).then(), 401);
    problem(given().header("Authorization", "Basic YWRtaW4=").get(THING).then(), 401);
    admin().get(THING).then().statusCode(200);
  }

  @ParameterizedTest(name = "{0} of {1}: reads {2}, changes {3}")
  @CsvSource({
    "operator, 200, 200",
    "administrator:contoso, 200, 200",
    "administrator:*, 200, 200",
    "auditor:contoso, 200, 403",
    "auditor:*, 200, 403",
    "administrator:fabrikam, 404, 404",
    "auditor:fabrikam, 404, 404",
  })
  void aRoleReadsAndChanges(String role, int read, int change) throws Exception {
    users.put("roles", List.of(role), PASSWORD);
    String token = issued("roles");

    bearer(token).get(THING).then().statusCode(read);
    bearer(token)
        .contentType("application/json")
        .body("{\"name\": \"a\", \"size\": 1}")
        .put(THING)
        .then()
        .statusCode(change);
  }

  @Test
  void theCallerSeesItsRights() throws Exception {
    users.put("me", List.of("auditor:contoso", "administrator:fabrikam"), PASSWORD);

    basic("me", PASSWORD)
        .get("/api/v1/me")
        .then()
        .statusCode(200)
        .body("name", equalTo("me"))
        .body("operator", equalTo(false))
        .body("reads", contains("contoso", "fabrikam"))
        .body("changes", contains("fabrikam"));
    admin().get("/api/v1/me").then().body("operator", equalTo(true)).body("reads", contains("*"));
    users.put("none", List.of(), PASSWORD);
    basic("none", PASSWORD).get("/api/v1/me").then().body("reads", empty());
  }

  @Test
  void everybodyIsToldTheWaysIn() {
    given()
        .get("/api/v1/sign-in")
        .then()
        .statusCode(200)
        .body("password", equalTo(true))
        .body("provider.issuer", equalTo(AccessForTests.provider().issuer()))
        .body("provider.clientId", equalTo("postern-cli"))
        .body("provider.scopes", equalTo("openid"));
  }

  @Test
  void aResourceThatDoesNotSayWhoMayAnswersNobody() {
    problem(given().get("/api/v1/undecided").then(), 401);
    problem(admin().get("/api/v1/undecided").then(), 403);
  }

  @Test
  void aUserWithoutAnyRoleMayOnlyAskWhoHeIs() throws Exception {
    users.put("none", List.of(), PASSWORD);
    basic("none", PASSWORD).get("/api/v1/me").then().statusCode(200);
    problem(basic("none", PASSWORD).get(THING).then(), 403);

    Provider provider = AccessForTests.provider();
    String token = provider.token(provider.claims(List.of("uma"), List.of()));
    bearer(token).get("/api/v1/me").then().statusCode(200);
    problem(bearer(token).get(THING).then(), 403);
  }

  @Test
  void noAnswerIsKeptAndOverTlsABrowserUsesTlsFromThenOn() {
    String here = "http://127.0.0.1:" + RestAssured.port;
    for (String path : List.of(THING, "/api/v1/nothing", "/problems", "/q/openapi", "/none")) {
      given().get(here + path).then().header("Cache-Control", equalTo("no-store"));
      given().get(here + path).then().header("Strict-Transport-Security", nullValue());
      given()
          .header("X-Forwarded-Proto", "https")
          .get(here + path)
          .then()
          .header("Cache-Control", equalTo("no-store"))
          .header("X-Content-Type-Options", equalTo("nosniff"))
          .header("Strict-Transport-Security", equalTo("max-age=31536000"));
      given()
          .header("X-Forwarded-Proto", "https")
          .get("http://localhost:" + RestAssured.port + path)
          .then()
          .header("Strict-Transport-Security", nullValue());
    }
  }

  private String version(String user) {
    return users.findNow(user).orElseThrow().version();
  }

  private String issued(String user) {
    return signer.token(user, version(user), Instant.now().plusSeconds(300));
  }

  @Test
  void aTokenStandsForThePasswordAndEndsWithAChangeOfTheUser() throws Exception {
    users.put("tokens", List.of("auditor:contoso"), PASSWORD);
    String token = issued("tokens");
    bearer(token).get(THING).then().statusCode(200);

    users.put("tokens", List.of("auditor:contoso"), null);
    problem(bearer(token).get(THING).then(), 401);

    String second = issued("tokens");
    bearer(second).get(THING).then().statusCode(200);
    users.remove("tokens", users.findNow("tokens").orElseThrow().version());
    problem(bearer(second).get(THING).then(), 401);
    problem(basic("tokens", PASSWORD).get(THING).then(), 401);
  }

  /**
   * A replica that has not read the changed file yet takes the former password for a moment, and
   * its clock may be ahead: the token is made behind the end of the user's sessions.
   */
  @Test
  void aTokenForTheFormerPasswordIsRefusedWheneverItWasMade() throws Exception {
    users.put("former", List.of("auditor:contoso"), PASSWORD);
    String before = version("former");

    users.put("former", List.of("auditor:contoso"), "another " + PASSWORD);

    String late = signer.token("former", before, Instant.now().plusSeconds(300));
    problem(bearer(late).get(THING).then(), 401);
    bearer(issued("former")).get(THING).then().statusCode(200);
  }

  @Test
  void aTokenThatIsNotGoodIsRefused() throws Exception {
    users.put("forged", List.of("operator"), PASSWORD);
    String good = signer.token("forged", version("forged"), Instant.now().plusSeconds(60));
    bearer(good).get(THING).then().statusCode(200);

    int dot = good.lastIndexOf('.');
    char first = good.charAt(dot + 1);
    String changed =
        good.substring(0, dot + 1) + (first == 'A' ? 'B' : 'A') + good.substring(dot + 2);
    String expired = signer.token("forged", version("forged"), Instant.now().minusSeconds(120));
    // Whoever has all files of another service has the public key, as a secret of HMAC too.
    KeyPair own = Ed25519Keys.generate();
    String ofAnotherKey =
        new TokenSigner(own, users)
            .token("forged", version("forged"), Instant.now().plusSeconds(60));
    String kid = keyId(good);
    String anotherKeyUnderTheId = signed("EdDSA", kid, own.getPrivate());
    byte[] file = Files.readAllBytes(settings.publicKeysFile());
    String publicKeyAsSecret = signed("HS256", kid, new HmacKey(file));
    String encodedKeyAsSecret =
        signed("HS256", kid, new HmacKey(Ed25519Keys.publicKeys(file).getFirst().getEncoded()));
    String ofTheVersionBefore = signed("HS256", "postern", new HmacKey(new byte[32]));
    for (String token :
        List.of(
            changed,
            expired,
            ofAnotherKey,
            anotherKeyUnderTheId,
            publicKeyAsSecret,
            encodedKeyAsSecret,
            ofTheVersionBefore,
            none(kid),
            good + "x")) {
      problem(bearer(token).get(THING).then(), 401).body("detail", containsString("sign in again"));
    }
  }

  private static String keyId(String token) throws Exception {
    JsonWebSignature read = new JsonWebSignature();
    read.setCompactSerialization(token);
    return read.getKeyIdHeaderValue();
  }

  private static JwtClaims claims() {
    JwtClaims claims = new JwtClaims();
    claims.setIssuer("postern");
    claims.setSubject("forged");
    claims.setJwtId("session");
    claims.setClaim("ims", System.currentTimeMillis() + 1_000);
    claims.setExpirationTime(NumericDate.fromSeconds(Instant.now().getEpochSecond() + 60));
    return claims;
  }

  private static String signed(String algorithm, String keyId, Key key) throws Exception {
    JsonWebSignature token = new JsonWebSignature();
    token.setPayload(claims().toJson());
    token.setAlgorithmHeaderValue(algorithm);
    token.setKeyIdHeaderValue(keyId);
    token.setKey(key);
    return token.getCompactSerialization();
  }

  private static String none(String keyId) {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    String header = "{\"alg\":\"none\",\"kid\":\"" + keyId + "\"}";
    return encoder.encodeToString(header.getBytes(StandardCharsets.UTF_8))
        + "."
        + encoder.encodeToString(claims().toJson().getBytes(StandardCharsets.UTF_8))
        + ".";
  }

  /** ASVS 16.3.1, 16.3.2: who signs in, and who is refused; never what was typed in vain. */
  @Test
  void signInsAndRefusalsAreRecordedWithoutSecrets() throws Exception {
    users.put("recorded", List.of("auditor:contoso"), PASSWORD);
    basic("recorded", PASSWORD).get(THING).then().statusCode(200);
    basic("recorded", "wrong-password").get(THING).then().statusCode(401);
    basic("typed-a-password", "x").get(THING).then().statusCode(401);
    bearer(signer.token("nobody-there", "none", Instant.now().plusSeconds(60)))
        .get(THING)
        .then()
        .statusCode(401);
    bearer(issued("recorded"))
        .contentType("application/json")
        .body("{\"name\": \"a\", \"size\": 1}")
        .put(THING)
        .then()
        .statusCode(403);

    assertThat(audit.of(AccessEventKind.SIGNED_IN))
        .anySatisfy(
            event -> {
              assertThat(event.getUser()).isEqualTo("recorded");
              assertThat(event.getClient()).isEqualTo("127.0.0.1");
            });
    assertThat(audit.of(AccessEventKind.SIGN_IN_REFUSED))
        .anySatisfy(event -> assertThat(event.getUser()).isEqualTo("recorded"))
        .anySatisfy(event -> assertThat(event.getDetail()).isEqualTo("token"))
        .noneSatisfy(
            event -> assertThat(event.toString()).containsAnyOf("typed-a", "wrong-password"));
    assertThat(audit.of(AccessEventKind.RIGHTS_REFUSED))
        .anySatisfy(
            event -> {
              assertThat(event.getUser()).isEqualTo("recorded");
              assertThat(event.getDetail()).isEqualTo("PUT /api/v1/things/{organization}");
            });
  }

  @Test
  void aSessionThatWasEndedIsRefusedAndTheUsersOthersAreNot() throws Exception {
    users.put("ending", List.of("auditor:contoso"), PASSWORD);
    String first = issued("ending");
    String second = issued("ending");
    JwtClaims claims = JwtClaims.parse(payload(first));
    users.endSession("ending", claims.getJwtId(), Instant.now().plusSeconds(300));
    problem(bearer(first).get(THING).then(), 401);
    bearer(second).get(THING).then().statusCode(200);

    users.endSessions("ending");
    problem(bearer(second).get(THING).then(), 401);
    bearer(issued("ending")).get(THING).then().statusCode(200);
    basic("ending", PASSWORD).get(THING).then().statusCode(200);
  }

  private static String payload(String token) {
    return new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
  }

  @ParameterizedTest(name = "{0} of {1}: reads {2}, changes {3}")
  @CsvSource({
    "operator, '', 200, 200",
    "administrator, contoso, 200, 200",
    "auditor, contoso, 200, 403",
    "auditor, *, 200, 403",
    "administrator, fabrikam, 404, 404",
    "administrator, '', 403, 403",
    "auditor:contoso, fabrikam, 200, 403",
    "offline_access, contoso, 403, 403",
  })
  void aProvidersTokenGivesTheRolesOfItsClaims(
      String role, String organization, int read, int change) throws Exception {
    Provider provider = AccessForTests.provider();
    List<String> organizations = organization.isEmpty() ? List.of() : List.of(organization);
    String token = provider.token(provider.claims(List.of(role, "uma"), organizations));

    bearer(token).get(THING).then().statusCode(read);
    bearer(token)
        .contentType("application/json")
        .body("{\"name\": \"a\", \"size\": 1}")
        .put(THING)
        .then()
        .statusCode(change);
    bearer(token).get("/api/v1/me").then().body("name", equalTo("anna of " + provider.issuer()));
  }

  /** Else a copy of the provider's token outlives the sign-out, and begins new sessions. */
  @Test
  void aProvidersTokenOfBeforeAnEndOfSessionsIsRefused() throws Exception {
    Provider provider = AccessForTests.provider();
    String name = "ended of " + provider.issuer();
    JwtClaims claims = ofUser(provider, "ended");
    claims.setIssuedAt(secondsAgo(20));
    String before = provider.token(claims);
    bearer(before).get(THING).then().statusCode(200);

    users.endSessions(name);
    problem(bearer(before).get(THING).then(), 401);
    claims.unsetClaim("iat");
    problem(bearer(provider.token(claims)).get(THING).then(), 401);
    claims.setIssuedAt(secondsAgo(-2));
    bearer(provider.token(claims)).get(THING).then().statusCode(200);
    assertThat(audit.of(AccessEventKind.SIGN_IN_REFUSED))
        .anySatisfy(event -> assertThat(event.getUser()).isEqualTo(name));
  }

  @Test
  void aProvidersTokenEndsByItsIdAndNoOtherOne() throws Exception {
    Provider provider = AccessForTests.provider();
    JwtClaims claims = ofUser(provider, "single");
    claims.setJwtId("first");
    String first = provider.token(claims);
    claims.setJwtId("second");
    String second = provider.token(claims);
    users.endSession("single of " + provider.issuer(), "first", Instant.now().plusSeconds(300));

    problem(bearer(first).get(THING).then(), 401);
    bearer(second).get(THING).then().statusCode(200);
  }

  /** What is known of ended sessions is forgotten after the time of the longest token. */
  @Test
  void aProvidersTokenIsTakenForTwelveHours() throws Exception {
    Provider provider = AccessForTests.provider();
    JwtClaims claims = ofUser(provider, "lasting");
    claims.setIssuedAt(secondsAgo(11 * 3_600));
    bearer(provider.token(claims)).get(THING).then().statusCode(200);
    claims.setIssuedAt(secondsAgo(12 * 3_600 + 60));
    problem(bearer(provider.token(claims)).get(THING).then(), 401);
  }

  private static JwtClaims ofUser(Provider provider, String name) {
    JwtClaims claims = provider.claims(List.of("auditor"), List.of("contoso"));
    claims.setStringClaim("preferred_username", name);
    return claims;
  }

  private static NumericDate secondsAgo(int seconds) {
    return NumericDate.fromSeconds(Instant.now().minusSeconds(seconds).getEpochSecond());
  }

  /** A remembered password and a provider's token are sign-ins as well. */
  @Test
  void everySignInIsRecorded() throws Exception {
    users.put("remembered", List.of("auditor:contoso"), PASSWORD);
    basic("remembered", PASSWORD).get(THING).then().statusCode(200);
    basic("remembered", PASSWORD).get(THING).then().statusCode(200);
    Provider provider = AccessForTests.provider();
    bearer(provider.token(ofUser(provider, "shown"))).get(THING).then().statusCode(200);

    assertThat(audit.of(AccessEventKind.SIGNED_IN))
        .filteredOn(event -> event.getUser().equals("remembered"))
        .hasSize(2);
    assertThat(audit.of(AccessEventKind.SIGNED_IN))
        .anySatisfy(
            event -> {
              assertThat(event.getUser()).isEqualTo("shown of " + provider.issuer());
              assertThat(event.getClient()).isEqualTo("127.0.0.1");
              assertThat(event.getDetail()).isEqualTo("OpenID provider");
            });
  }

  @Test
  void aRoleOfTheRealmWithoutThePrefixIsNone() throws Exception {
    Provider provider = AccessForTests.provider();
    JwtClaims claims = provider.claims(List.of("auditor:contoso"), List.of("contoso"));
    claims.setClaim(
        "realm_access", Map.of("roles", List.of("operator", "administrator", "posternoperator")));
    problem(bearer(provider.token(claims)).get(THING).then(), 403);
  }

  /** Its audience is the client, which here is the audience of access tokens too. */
  @Test
  void anIdTokenIsNoAccessToken() throws Exception {
    Provider provider = AccessForTests.provider();
    JwtClaims keycloak = provider.claims(List.of("operator"), List.of());
    keycloak.setStringClaim("typ", "ID");
    JwtClaims bare = provider.claims(List.of("operator"), List.of());
    bare.unsetClaim("typ");
    JwtClaims hashed = provider.claims(List.of("operator"), List.of());
    hashed.setStringClaim("at_hash", "77QmUPtjPfzWtF2AnpK9RQ");
    for (JwtClaims claims : List.of(keycloak, bare, hashed)) {
      problem(bearer(provider.token(claims)).get(THING).then(), 401);
    }

    bare.setStringClaim("scope", "openid");
    bearer(provider.token(bare)).get(THING).then().statusCode(200);
  }

  @Test
  void aProvidersTokenThatIsNotGoodIsRefused() throws Exception {
    Provider provider = AccessForTests.provider();
    List<String> roles = List.of("operator");
    JwtClaims audience = provider.claims(roles, List.of());
    audience.setAudience("another");
    JwtClaims issuer = provider.claims(roles, List.of());
    issuer.setIssuer("http://127.0.0.1:1/realm");
    JwtClaims expired = provider.claims(roles, List.of());
    expired.setExpirationTimeMinutesInTheFuture(-5);
    RsaJsonWebKey stranger = RsaJwkGenerator.generateJwk(2048);
    stranger.setKeyId("first");
    List<String> bad = new ArrayList<>();
    bad.add(provider.token(audience));
    bad.add(provider.token(issuer));
    bad.add(provider.token(expired));
    bad.add(Provider.token(provider.claims(roles, List.of()), stranger));
    bad.add("opaque");
    for (String token : bad) {
      problem(bearer(token).get(THING).then(), 401);
    }
    bearer(provider.token(provider.claims(roles, List.of()))).get(THING).then().statusCode(200);
  }

  @Test
  void whoGuessesIsSlowedAndTheAdministratorWhoHasSignedInIsNot() throws Exception {
    users.put("guessed", List.of("auditor:contoso"), PASSWORD);
    basic("guessed", PASSWORD).get(THING).then().statusCode(200);
    HttpClient client = HttpClient.newHttpClient();
    List<CompletableFuture<HttpResponse<String>>> guesses = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String pair = "guessed:wrong" + i;
      guesses.add(
          client.sendAsync(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + RestAssured.port + THING))
                  .header(
                      "Authorization",
                      "Basic "
                          + Base64.getEncoder()
                              .encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
                  .build(),
              HttpResponse.BodyHandlers.ofString()));
    }
    int tooMany = 0;
    long begin = System.nanoTime();
    basic("guessed", PASSWORD).get(THING).then().statusCode(200);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
    for (CompletableFuture<HttpResponse<String>> guess : guesses) {
      HttpResponse<String> answer = guess.get();
      assertThat(answer.statusCode()).isIn(401, 429);
      assertThat(answer.headers().firstValue("Content-Type").orElse(""))
          .startsWith("application/problem+json");
      if (answer.statusCode() == 429) {
        tooMany++;
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
      }
    }
    assertThat(tooMany).isPositive();
    client.close();
  }

  @Test
  void whatRestItselfRefusesIsAProblemToo() {
    problem(admin().get("/api/v1/nothing").then(), 404);
    problem(admin().get("/api/v2").then(), 404);
    problem(admin().delete(THING).then(), 405);
    problem(admin().contentType("text/plain").body("a").put(THING).then(), 415);
    problem(admin().accept("image/png").get(THING).then(), 406);
    problem(admin().contentType("application/json").body("{\"name\": ").put(THING).then(), 400)
        .body("errors[0].line", equalTo(1));
    problem(
            admin()
                .contentType("application/json")
                .body("{\"name\": \"a\",\n \"size\": \"large\"}")
                .put(THING)
                .then(),
            400)
        .body("errors[0].pointer", equalTo("/size"))
        .body("errors[0].line", equalTo(2));
    problem(
        admin().contentType("application/json").body("a".repeat(100_000)).put(THING).then(), 413);
    problem(admin().get(THING + "?size=many").then(), 404);
    problem(admin().get(THING + "?size=-1").then(), 500);
    problem(
        admin()
            .header("Sec-Fetch-Site", "cross-site")
            .contentType("application/json")
            .body("{\"name\": \"a\", \"size\": 1}")
            .put(THING)
            .then(),
        403);
    given().get("/problems").then().statusCode(200).body(containsString("id=\"not-found\""));
  }
}
