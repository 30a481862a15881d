package io.postern.api.signin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.postern.api.signin.ProviderSessions.Refusal;
import io.postern.api.signin.ProviderSessions.RefusedException;
import io.postern.api.signin.ProviderSessions.Shown;
import io.postern.api.users.Users;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The token that a browser's session of a provider's user is, over HTTP. */
@QuarkusTest
@QuarkusTestResource(AccessForTests.class)
class ProviderSessionsTest {
  private static final String THING = "/api/v1/things/contoso";
  private static final String NAME = "anna of " + "https://login.contoso.example/realms/mail";
  private static final Duration HOUR = Duration.ofHours(1);

  @Inject ProviderSessions sessions;
  @Inject PendingSignIns pending;
  @Inject TokenSigner signer;
  @Inject Users users;

  private static SecurityIdentity user(Instant ends, List<String> roles) {
    return QuarkusSecurityIdentity.builder()
        .setPrincipal(new QuarkusPrincipal(NAME))
        .addRoles(new HashSet<>(roles))
        .addAttribute(OidcRoles.ISSUED, System.currentTimeMillis())
        .addAttribute(OidcRoles.ENDS, ends)
        .build();
  }

  private static RequestSpecification bearer(String token) {
    return given().header("Authorization", "Bearer " + token);
  }

  private static Instant inAnHour() {
    return Instant.now().plus(HOUR);
  }

  @ParameterizedTest(name = "{0}: reads {1}, changes {2}")
  @CsvSource({
    "operator, 200, 200",
    "administrator:contoso, 200, 200",
    "auditor:contoso, 200, 403",
    "administrator:fabrikam, 404, 404",
  })
  void theRolesAreThoseThatTheProviderGave(String role, int read, int change) throws Exception {
    String token = sessions.begin(user(inAnHour(), List.of(role)), signer);

    bearer(token).get(THING).then().statusCode(read);
    bearer(token)
        .contentType("application/json")
        .body("{\"name\": \"a\", \"size\": 1}")
        .put(THING)
        .then()
        .statusCode(change);
    bearer(token)
        .get("/api/v1/me")
        .then()
        .body("name", equalTo(NAME))
        .body("roles", contains(role));
    assertThat(sessions.shown("Bearer " + token)).isEqualTo(Shown.SESSION);
  }

  /** Of the provider's token and of an hour the earlier end. */
  @Test
  void aSessionEndsWithTheProvidersTokenAndAfterAnHour() throws Exception {
    Instant now = Instant.now();
    List<String> roles = List.of("operator");
    Duration over = Duration.ofMinutes(1); // more than the skew of clocks
    String short10 = sessions.begin(user(now.minus(over), roles), signer, now.minusSeconds(600));
    String long10 =
        sessions.begin(user(now.plus(HOUR), roles), signer, now.minus(HOUR).minus(over));
    String good = sessions.begin(user(now.plus(HOUR), roles), signer, now.minus(HOUR).plus(over));

    for (String ended : List.of(short10, long10)) {
      bearer(ended).get(THING).then().statusCode(401);
      assertThat(sessions.shown("Bearer " + ended)).isEqualTo(Shown.ENDED_SESSION);
    }
    bearer(good).get(THING).then().statusCode(200);
  }

  @Test
  void whoHasNoRoleOrTooManyOrATokenThatEndsGetsNone() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      many.add("administrator:organization-" + i);
    }

    assertThat(refusal(inAnHour(), List.of())).isEqualTo(Refusal.NO_ROLE);
    assertThat(refusal(inAnHour(), many)).isEqualTo(Refusal.TOO_MANY_ROLES);
    assertThat(refusal(Instant.now().plusSeconds(50), List.of("operator")))
        .isEqualTo(Refusal.TOO_SHORT);
    assertThat(refusal(Instant.EPOCH, List.of("operator"))).isEqualTo(Refusal.TOO_SHORT);
  }

  private Refusal refusal(Instant ends, List<String> roles) {
    Refusal[] found = new Refusal[1];
    assertThatThrownBy(() -> sessions.begin(user(ends, roles), signer))
        .isInstanceOfSatisfying(RefusedException.class, e -> found[0] = e.refusal());
    return found[0];
  }

  @Test
  void oneKindOfTokenIsNotTakenForAnother() throws Exception {
    users.put("kinds", List.of("operator"), "correct horse battery");
    Instant now = Instant.now();
    String session = sessions.begin(user(inAnHour(), List.of("operator")), signer);
    String signIn = pending.written(PendingSignIn.begin("/messages"));
    JwtClaims roles = new JwtClaims();
    roles.setSubject(NAME);
    roles.setStringListClaim("roles", "operator");
    String localWithRoles = signer.signed("postern", roles, now, now.plusSeconds(60));
    JwtClaims local = new JwtClaims();
    local.setSubject("kinds");
    String providersWithoutRoles =
        signer.signed("postern-provider", local, now, now.plusSeconds(60));
    JwtClaims another = new JwtClaims();
    another.setSubject(NAME);
    another.setStringListClaim("roles", "operator");
    another.setStringClaim("idp", "https://former.example/realm");
    String ofAnotherProvider = signer.signed("postern-provider", another, now, now.plusSeconds(60));

    bearer(session).get(THING).then().statusCode(200);
    for (String wrong :
        List.of(signIn, localWithRoles, providersWithoutRoles, ofAnotherProvider, session + "x")) {
      bearer(wrong).get(THING).then().statusCode(401);
    }
    assertThat(sessions.shown("Bearer " + session.replaceFirst("[.][^.]*$", ".AAAA")))
        .isEqualTo(Shown.NOTHING);
    assertThat(sessions.shown("Bearer " + signIn)).isEqualTo(Shown.NOTHING);
    assertThat(sessions.shown(null)).isEqualTo(Shown.NOTHING);
    assertThat(pending.read(session)).isEmpty();
  }

  @Test
  void aPendingSignInIsReadAgainForTenMinutes() {
    PendingSignIn begun = PendingSignIn.begin("/messages?to=a");
    Instant now = Instant.now();

    assertThat(pending.read(pending.written(begun))).contains(begun);
    assertThat(pending.read(pending.written(begun, now.minusSeconds(560)))).contains(begun);
    assertThat(pending.read(pending.written(begun, now.minusSeconds(640)))).isEmpty();
    assertThat(pending.read(pending.written(begun) + "A")).isEmpty();
    assertThat(begun.hasState(begun.state())).isTrue();
    assertThat(begun.hasState(PendingSignIn.begin("/").state())).isFalse();
    // The longest that a link can ask for: a browser keeps four of them.
    String longest = PendingSignIn.begin("/" + "\"".repeat(149)).next();
    assertThat(longest).hasSize(150);
    assertThat(pending.written(PendingSignIn.begin(longest))).hasSizeLessThan(1_000);
    assertThat(PendingSignIn.begin("/" + "\"".repeat(150)).next()).isEqualTo("/");
    assertThat(PendingSignIn.begin("/" + "a".repeat(1_000)).next()).isEqualTo("/");
    assertThat(begun.toString()).doesNotContain(begun.state()).doesNotContain(begun.verifier());
  }

  /** RFC 7636, appendix B. */
  @Test
  void theChallengeIsTheVerifiersHash() {
    PendingSignIn example =
        new PendingSignIn("", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "/");

    assertThat(example.challenge()).isEqualTo("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assertThat(PendingSignIn.begin("/").verifier()).matches("[A-Za-z0-9_-]{43}");
  }
}
