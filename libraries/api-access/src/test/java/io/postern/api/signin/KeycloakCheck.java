package io.postern.api.signin;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Signing in with tokens of a real Keycloak, which {@code tools/keycloak} starts: no test of the
 * build.
 */
@QuarkusTest
@QuarkusTestResource(value = KeycloakCheck.Settings.class, restrictToAnnotatedClass = true)
class KeycloakCheck {
  /** The realm of tools/keycloak-realm.json. */
  public static final class Settings implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
      return Map.of(
          "postern.api.credentials-file",
          Path.of("target/keycloak-check/credentials").toAbsolutePath().toString(),
          "postern.api.oidc.issuer",
          System.getProperty("keycloak.issuer", ""));
    }

    @Override
    public void stop() {}
  }

  private static String endpoint(String path) {
    return System.getProperty("keycloak.issuer") + "/protocol/openid-connect/" + path;
  }

  private static String token(String user) {
    return given()
        .formParam("grant_type", "password")
        .formParam("client_id", "postern")
        .formParam("username", user)
        .formParam("password", user + "s-password")
        .post(endpoint("token"))
        .then()
        .statusCode(200)
        .extract()
        .path("access_token");
  }

  @ParameterizedTest(name = "{0} at {1}: reads {2}, changes {3}")
  @CsvSource({
    "olga, contoso, 200, 200",
    "anna, contoso, 200, 200",
    "anna, fabrikam, 200, 403",
    "anna, northwind, 404, 404",
    "axel, contoso, 200, 403",
    "axel, fabrikam, 404, 404",
  })
  void itsTokensHaveTheirRolesAndOrganizations(
      String user, String organization, int read, int change) {
    String bearer = "Bearer " + token(user);

    given()
        .header("Authorization", bearer)
        .get("/api/v1/things/" + organization)
        .then()
        .statusCode(read);
    given()
        .header("Authorization", bearer)
        .contentType("application/json")
        .body("{\"name\": \"a\", \"size\": 1}")
        .put("/api/v1/things/" + organization)
        .then()
        .statusCode(change);
    given()
        .header("Authorization", bearer)
        .get("/api/v1/me")
        .then()
        .body("name", equalTo(user + " of " + System.getProperty("keycloak.issuer")));
  }

  @Test
  void theDeviceFlowIsOpenForTheCommandLine() {
    given()
        .formParam("client_id", "postern")
        .post(endpoint("auth/device"))
        .then()
        .statusCode(200)
        .body("user_code", not(emptyString()))
        .body("verification_uri", not(emptyString()));
  }
}
