package io.postern.console.web.signin;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.AccessForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Signing in with a browser at a real Keycloak, which {@code tools/keycloak} starts: no test of the
 * build.
 */
@QuarkusTest
@QuarkusTestResource(value = KeycloakBrowserCheck.Settings.class, restrictToAnnotatedClass = true)
class KeycloakBrowserCheck {
  private static final String ISSUER = System.getProperty("keycloak.issuer", "");
  private static final Pattern ACTION =
      Pattern.compile("<form[^>]*\\baction=\"([^\"]+)\"", Pattern.CASE_INSENSITIVE);

  /** The realm of tools/keycloak-realm.json. */
  public static final class Settings implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
      return Map.of(
          "quarkus.http.test-port",
          System.getProperty("keycloak.console-port", "0"),
          "kafka.bootstrap.servers",
          "127.0.0.1:1",
          "quarkus.datasource.jdbc.url",
          "jdbc:postgresql://127.0.0.1:1/console",
          "postern.api.public-keys-file",
          AccessForTests.lab().settings().get("postern.api.public-keys-file"),
          "postern.api.policy-url",
          AccessForTests.lab().settings().get("postern.api.policy-url"),
          "postern.api.oidc.issuer",
          ISSUER,
          "postern.console.oidc.client-id",
          "postern-console",
          "postern.console.oidc.client-secret",
          "a secret of the check");
    }

    @Override
    public void stop() {}
  }

  private static RequestSpecification browser(Map<String, String> cookies) {
    return RestAssured.given().redirects().follow(false).urlEncodingEnabled(false).cookies(cookies);
  }

  private static String location(Response response) {
    return Objects.requireNonNull(response.getHeader("Location"), response.asString());
  }

  /** Keycloak's answer for this browser, after its user has entered the password. */
  private static String answer(String at, String user) {
    Response page = browser(Map.of()).get(at);
    Matcher action = ACTION.matcher(page.asString());
    assertThat(action.find()).as("a form in " + page.asString()).isTrue();
    return location(
        RestAssured.given()
            .redirects()
            .follow(false)
            .cookies(page.getCookies())
            .formParam("username", user)
            .formParam("password", user + "s-password")
            .post(action.group(1).replace("&amp;", "&")));
  }

  @ParameterizedTest
  @CsvSource({
    "olga, [operator]",
    "anna, '[administrator:contoso, auditor:fabrikam]'",
    "axel, [auditor:contoso]",
  })
  void aUserOfKeycloakSignsIn(String user, String roles) {
    Response begun = browser(Map.of()).get("/sign-in/provider?next=/queue");
    String answer = answer(location(begun), user);

    Response signedIn = browser(begun.getCookies()).get(answer);

    assertThat(location(signedIn)).endsWith("/queue");
    Response me =
        browser(Map.of("postern", String.valueOf(signedIn.getCookie("postern")))).get("/api/v1/me");
    assertThat(me.path("name").toString()).isEqualTo(user + " of " + ISSUER);
    assertThat(me.path("roles").toString()).isEqualTo(roles);
    assertThat(browser(begun.getCookies()).get(answer).statusCode())
        .as("the same code again")
        .isEqualTo(400);
  }

  @Test
  void anotherBrowsersCodeIsRefusedAndThereIsASignOut() {
    Response victim = browser(Map.of()).get("/sign-in/provider");
    String code = answer(location(victim), "anna").replaceFirst(".*[?&]code=([^&]*).*", "$1");
    Response thief = browser(Map.of()).get("/sign-in/provider");
    String own = answer(location(thief), "axel").replaceFirst("code=[^&]*", "code=" + code);

    assertThat(browser(thief.getCookies()).get(own).statusCode()).isEqualTo(400);
    String out = location(browser(Map.of()).get("/sign-in/provider/sign-out"));
    assertThat(browser(Map.of()).get(out).statusCode()).isEqualTo(200);
  }
}
