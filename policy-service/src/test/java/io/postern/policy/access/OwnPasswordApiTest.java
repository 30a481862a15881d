package io.postern.policy.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.api.Caller;
import io.postern.api.ProblemException;
import io.postern.api.signin.Passwords;
import io.postern.api.users.User;
import io.postern.api.users.UserSettings;
import io.postern.api.users.Users;
import io.postern.policy.Management;
import io.postern.policy.api.BrokerForTests;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Own passwords and second factors of users whom an operator has just removed or changed, at
 * another replica with the same files: this one knows it a second later at the latest, and must not
 * write back what it knew.
 */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class OwnPasswordApiTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String OTHER = "an entirely other one";
  private static final String BY_OPERATOR = "given by an operator";
  private static final String ME = "/api/v1/me";
  private static final String FACTOR = ME + "/second-factor";

  @Inject Users users;
  @Inject UserSettings settings;
  @Inject Passwords passwords;
  @Inject Caller caller;
  @Inject SecurityIdentity identity;
  @Inject CurrentIdentityAssociation association;
  @Inject HttpServerRequest request;
  @Inject AccessRecords records;
  private Users replica;

  @BeforeEach
  void ready() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    replica = new Users(settings);
  }

  /** Of the other replica. */
  private interface Change {
    void make(User user) throws IOException;
  }

  private static RequestSpecification basic(String name) {
    return given().auth().preemptive().basic(name, PASSWORD);
  }

  /** Made here, with a session. */
  private String token(String name) throws IOException {
    users.put(name, List.of("auditor:*"), PASSWORD);
    return basic(name).post("/api/v1/tokens").then().statusCode(200).extract().path("token");
  }

  /** By the other replica, just after this one looked at the file. */
  private void changed(String name, Change change) throws IOException {
    change.make(users.findNow(name).orElseThrow());
  }

  private void remove(User user) throws IOException {
    replica.remove(user.name(), user.version());
  }

  private static RequestSpecification bearer(String token) {
    return given().header("Authorization", "Bearer " + token);
  }

  private static Response password(String token) {
    return bearer(token)
        .contentType("application/json")
        .body(Map.of("current", PASSWORD, "password", OTHER))
        .put(ME + "/password");
  }

  private boolean isPassword(String name, String password) {
    users.findNow(name);
    return users.matches(name, password);
  }

  @Test
  void aUserWhoWasJustRemovedIsNotSignedInAndStaysRemoved() throws Exception {
    String token = token("removed");
    changed("removed", this::remove);
    password(token).then().statusCode(401);
    assertThat(users.findNow("removed")).isEmpty();

    String factor = token("removed");
    changed("removed", this::remove);
    bearer(factor).get(FACTOR).then().statusCode(401);

    token("removed"); // the password is remembered
    changed("removed", this::remove);
    basic("removed").contentType("application/json").body("{}").post(FACTOR).then().statusCode(401);
    assertThat(users.findNow("removed")).isEmpty();
  }

  @Test
  void theFormerPasswordChangesNothingOnceAnOperatorGaveAnother() throws Exception {
    String token = token("reset");
    Change reset = user -> replica.put("reset", user.roles(), BY_OPERATOR);
    changed("reset", reset);
    assertThat(password(token).statusCode()).isIn(401, 403);
    assertThat(isPassword("reset", BY_OPERATOR)).isTrue();

    token("reset");
    changed("reset", reset);
    basic("reset").contentType("application/json").body("{}").post(FACTOR).then().statusCode(401);
    assertThat(users.findNow("reset").orElseThrow().secondFactor()).isNull();
  }

  @Test
  void rolesThatAnOperatorJustTookAreNotWrittenBack() throws Exception {
    String token = token("demoted");
    changed("demoted", user -> replica.put("demoted", List.of(), null));
    assertThat(password(token).statusCode()).isIn(204, 401);
    assertThat(users.findNow("demoted").orElseThrow().roles()).isEmpty();
  }

  /** Between the look at the current password, which takes a while, and the new one. */
  @Test
  void aChangeByAnOperatorInBetweenWins() throws Exception {
    assertConflict("between", this::remove);
    assertThat(users.findNow("between")).isEmpty();

    assertConflict("between", user -> replica.put("between", List.of(), BY_OPERATOR));
    assertThat(users.findNow("between").orElseThrow().roles()).isEmpty();
    assertThat(isPassword("between", BY_OPERATOR)).isTrue();

    assertConflict(
        "between",
        user -> {
          remove(user);
          replica.put("between", List.of("auditor:*"), BY_OPERATOR);
        });
    assertThat(isPassword("between", BY_OPERATOR)).isTrue();
  }

  private void assertConflict(String name, Change change) throws IOException {
    users.put(name, List.of("auditor:*"), PASSWORD);
    association.setIdentity(
        QuarkusSecurityIdentity.builder().setPrincipal(new QuarkusPrincipal(name)).build());
    OwnPassword own =
        new OwnPassword(users, passwords, caller, identity, request) {
          @Override
          public void require(@Nullable String current) {
            try {
              changed(name, change);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    OwnPasswordResource resource = new OwnPasswordResource(users, own, caller, records);
    assertThatThrownBy(
            () -> resource.change(new OwnPasswordResource.PasswordRequest(PASSWORD, OTHER)))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().status()).isEqualTo(409);
              assertThat(e.problem().detail())
                  .isEqualTo("An operator has changed the user at the same time.");
            });
    assertThat(isPassword(name, OTHER)).isFalse();
  }
}
