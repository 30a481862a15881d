package io.postern.console.web.peers;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.postern.console.AccessForTests;
import io.postern.console.Installation;
import io.postern.console.Management;
import io.postern.console.web.frame.SessionCookie;
import io.postern.lab.LabAccess;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Second factors on pages, by forms without script. */
@QuarkusTest
@QuarkusTestResource(Installation.class)
@QuarkusTestResource(value = SomePeers.class, restrictToAnnotatedClass = true)
class SecondFactorPagesTest {
  private static final String HTML = "text/html,application/xhtml+xml,*/*;q=0.8";
  private static final String FACTOR = "/api/v1/me/second-factor";
  private static final String USER = "/api/v1/users/anna";
  private static final SomePeers.Reply NO_CONTENT =
      new SomePeers.Reply(204, "application/json", "");

  private String token = "";

  @BeforeEach
  void signIn() {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    SomePeers.forget();
    SomePeers.answer(
        "/api/v1/organizations?limit=500&after=", SomePeers.Reply.json("{\"items\": []}"));
    token = AccessForTests.token("factor-operator", "operator");
  }

  private static RequestSpecification anonymous() {
    return given().header("Accept", HTML).redirects().follow(false);
  }

  private RequestSpecification browser() {
    return anonymous().cookie("postern", token);
  }

  private RequestSpecification form() {
    return browser().formParam("proof", SessionCookie.formProof("Bearer " + token));
  }

  private static SomePeers.Reply refused(String pointer) {
    return new SomePeers.Reply(
        403,
        "application/problem+json",
        "{\"status\": 403, \"title\": \"Not allowed\", \"detail\": \"Wrong.\", \"errors\":"
            + " [{\"pointer\": \"/"
            + pointer
            + "\", \"problem\": \"it is not right\"}]}");
  }

  private static String hidden(Response page, String name) {
    String form = page.asString();
    Matcher field =
        Pattern.compile("name=\"" + name + "\" value=\"([^\"]*)\"")
            .matcher(form.substring(form.indexOf("action=\"/sign-in/second-factor\"")));
    assertThat(field.find()).as(name).isTrue();
    return field.group(1);
  }

  @Test
  void aSignInAsksForTheCodeAfterThePassword() {
    AccessForTests.token(LabAccess.CODED, "auditor:*");
    Response first =
        anonymous()
            .formParam("name", LabAccess.CODED)
            .formParam("password", "typed password")
            .formParam("next", "/queue")
            .post("/sign-in");
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.getCookie("postern")).isNull();
    assertThat(first.asString())
        .contains("Six-digit code", "autocomplete=\"one-time-code\"")
        .doesNotContain("typed password");
    String shown = hidden(first, "shown");

    anonymous()
        .formParam("shown", shown)
        .formParam("code", "654321")
        .formParam("next", hidden(first, "next"))
        .post("/sign-in/second-factor")
        .then()
        .statusCode(200)
        .body(allOf(containsString("The code is wrong"), not(containsString("654321"))));
    Response second =
        anonymous()
            .formParam("shown", shown)
            .formParam("code", LabAccess.CODE)
            .formParam("next", hidden(first, "next"))
            .post("/sign-in/second-factor");
    assertThat(second.statusCode()).isEqualTo(303);
    assertThat(second.header("Location")).endsWith("/queue");
    assertThat(second.getCookie("postern")).isNotEmpty();
  }

  @Test
  void aReaderSetsItUpWithPasswordAndCode() {
    SomePeers.answer(FACTOR, SomePeers.Reply.json("{\"present\": false, \"demanded\": true}"));
    browser()
        .get("/access/own/second-factor")
        .then()
        .statusCode(200)
        .body(containsString("Until you have set one up, you have no roles."));
    SomePeers.answer(
        FACTOR,
        SomePeers.Reply.json("{\"secret\": \"ABCDEFGHIJ\", \"uri\": \"otpauth://totp/x\"}"));
    form()
        .formParam("current", "typed password")
        .post("/access/own/second-factor")
        .then()
        .statusCode(200)
        .header("Cache-Control", equalTo("no-store"))
        .body(containsString("ABCD EFGH IJ"), containsString("otpauth://totp/x"))
        .body(not(containsString("typed password")));
    SomePeers.answer(FACTOR, refused("code"));
    form()
        .formParam("code", "1")
        .post("/access/own/second-factor/code")
        .then()
        .statusCode(200)
        .body(containsString("it is not right"));
    SomePeers.answer(FACTOR, NO_CONTENT);
    form()
        .formParam("code", "123456")
        .post("/access/own/second-factor/code")
        .then()
        .statusCode(303)
        .header("Location", endsWith("/sign-in?left=factor"))
        .cookie("postern", equalTo(""));
    anonymous().get("/sign-in?left=factor").then().body(containsString("with the next code"));
    form()
        .formParam("current", "typed password")
        .formParam("code", "123456")
        .post("/access/own/second-factor/remove")
        .then()
        .statusCode(303)
        .header("Location", endsWith("/sign-in?left=no-factor"));
  }

  /** ASVS 7.5.1. */
  @Test
  void anOperatorShowsTheOwnPasswordToChangeAUser() {
    SomePeers.answer(
        USER, SomePeers.Reply.json("{\"name\": \"anna\", \"roles\": [], \"secondFactor\": true}"));
    for (String page : new String[] {"", "/remove", "/second-factor"}) {
      browser()
          .get("/access/users/anna" + page)
          .then()
          .statusCode(200)
          .body(containsString("Your own password"));
    }
    SomePeers.answer(USER, refused("current"));
    form()
        .formParam("name", "anna")
        .formParam("etag", "seen")
        .formParam("current", "typed password")
        .post("/access/users")
        .then()
        .statusCode(200)
        .body(containsString("it is not right"), not(containsString("typed password")));
    assertThat(SomePeers.asked().getLast().body()).contains("\"current\":\"typed password\"");

    SomePeers.answer(USER + "/second-factor", NO_CONTENT);
    form()
        .formParam("current", "typed password")
        .post("/access/users/anna/second-factor")
        .then()
        .statusCode(303);
    assertThat(SomePeers.asked().getLast().body()).isEqualTo("{\"current\":\"typed password\"}");
    SomePeers.answer(USER, NO_CONTENT);
    form()
        .formParam("etag", "seen")
        .formParam("current", "typed password")
        .post("/access/users/anna/remove")
        .then()
        .statusCode(303);
  }
}
