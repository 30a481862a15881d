package io.postern.policy.api;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Local users over HTTP: nobody's change is lost, and who is removed stays so. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class UsersApiTest {
  private static final String USERS = "/api/v1/users/";
  private static final int ROUNDS = 20;

  private static RequestSpecification admin() throws IOException {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]);
  }

  private static RequestSpecification roles(String... roles) throws IOException {
    String list = roles.length == 0 ? "" : "\"" + String.join("\", \"", roles) + "\"";
    return admin().contentType("application/json").body("{\"roles\": [" + list + "]}");
  }

  private static String made(String name) throws IOException {
    Response made = roles("auditor:a").header("If-None-Match", "*").put(USERS + name);
    made.then().statusCode(201).body("password", notNullValue());
    return made.header("ETag");
  }

  @Test
  void anOlderFormOverwritesNoNewerOne() throws Exception {
    String first = made("formed");
    admin().get(USERS + "formed").then().statusCode(200).header("ETag", equalTo(first));
    Response changed = roles("auditor:b").header("If-Match", first).put(USERS + "formed");
    changed.then().statusCode(200).header("ETag", not(equalTo(first)));
    String second = changed.header("ETag");

    roles("auditor:c")
        .header("If-Match", first)
        .put(USERS + "formed")
        .then()
        .statusCode(412)
        .contentType("application/problem+json")
        .header("ETag", equalTo(second))
        .body("type", equalTo("/problems#changed-meanwhile"))
        .body("current.roles", contains("auditor:b"))
        .body("changes", hasSize(1))
        .body("changes[0].object", equalTo("user/formed"))
        .body("changes[0].fields[0].before", contains("auditor:b"))
        .body("changes[0].fields[0].after", contains("auditor:c"));
    roles("auditor:c").header("If-None-Match", "*").put(USERS + "formed").then().statusCode(412);
    roles("auditor:c")
        .put(USERS + "formed")
        .then()
        .statusCode(428)
        .body("errors[0].cure", containsString(second.replace("\"", "")));
    // Roles that are left out are those that the caller has seen.
    admin()
        .contentType("application/json")
        .body("{\"password\": \"correct horse battery\"}")
        .header("If-Match", second)
        .put(USERS + "formed")
        .then()
        .statusCode(200)
        .body("user.roles", contains("auditor:b"));
  }

  @Test
  void aRemovedUserIsNotBroughtBack() throws Exception {
    String first = made("removed");
    String second =
        roles("auditor:b").header("If-Match", first).put(USERS + "removed").header("ETag");
    admin().delete(USERS + "removed").then().statusCode(428);
    admin()
        .header("If-Match", first)
        .delete(USERS + "removed")
        .then()
        .statusCode(412)
        .body("current.roles", contains("auditor:b"));
    admin().header("If-Match", second).delete(USERS + "removed").then().statusCode(204);
    roles("auditor:c")
        .header("If-Match", second)
        .put(USERS + "removed")
        .then()
        .statusCode(412)
        .body("current", nullValue())
        .body("changes[0].change", equalTo("added"));
    admin().get(USERS + "removed").then().statusCode(404);
    assertThat(made("removed")).as("another user of the name").isNotIn(first, second);
  }

  /** Two administrators at once: one change is made, and the other one says so. */
  @Test
  void ofTwoChangesOfOneVersionOneIsMade() throws Exception {
    String etag = made("raced");
    String auth =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(
                    Files.readString(BrokerForTests.credentials()).strip().getBytes(UTF_8));
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int round = 0; round < ROUNDS; round++) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (String role : List.of("auditor:x" + round, "auditor:y" + round)) {
          answers.add(
              client.sendAsync(
                  HttpRequest.newBuilder(
                          URI.create("http://localhost:" + RestAssured.port + USERS + "raced"))
                      .header("Authorization", auth)
                      .header("Content-Type", "application/json")
                      .header("If-Match", etag)
                      .PUT(HttpRequest.BodyPublishers.ofString("{\"roles\": [\"" + role + "\"]}"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString()));
        }
        HttpResponse<String> one = answers.get(0).get();
        HttpResponse<String> other = answers.get(1).get();
        assertThat(List.of(one.statusCode(), other.statusCode()))
            .as("round " + round + ": " + one.body() + other.body())
            .containsExactlyInAnyOrder(200, 412);
        String won = (one.statusCode() == 200 ? "auditor:x" : "auditor:y") + round;
        HttpResponse<String> lost = one.statusCode() == 200 ? other : one;
        assertThat(lost.body()).contains("\"current\":{", won);
        Response now = admin().get(USERS + "raced");
        assertThat(now.<List<String>>path("roles")).containsExactly(won);
        etag = now.header("ETag");
        assertThat(lost.headers().firstValue("ETag")).contains(etag);
      }
    }
  }
}
