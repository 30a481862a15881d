package io.postern.service;

import static io.restassured.RestAssured.given;
import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a service that uses the frame does without a line of its own. */
@QuarkusTest
@QuarkusTestResource(value = LateBroker.class, restrictToAnnotatedClass = true)
class FurtherServiceTest {
  @TestHTTPResource(value = "/", management = true)
  @Nullable URI management;

  @Test
  void itLivesWithoutTheLogAndIsReadyWhenTheLogHasCome() {
    asked().get("/q/health/live").then().statusCode(200).body("checks.name", hasItem("further"));
    asked()
        .get("/q/health/ready")
        .then()
        .statusCode(503)
        .body("checks.name", hasItem("further"))
        .body("checks.find { it.name == 'further' }.data.'topics-verified'", equalTo(false))
        .body("checks.find { it.name == 'further' }.data.'directory-current'", equalTo(false));

    LateBroker.come();

    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> asked().get("/q/health/ready").statusCode() == 200);
    asked()
        .get("/q/health/ready")
        .then()
        .body("checks.find { it.name == 'further' }.data.'topics-verified'", equalTo(true))
        .body("checks.find { it.name == 'further' }.data.'sessions'", equalTo(10));
    asked().get("/q/metrics").then().body(containsString("postern_directory_version -1.0"));
  }

  private RequestSpecification asked() {
    return given().baseUri(requireNonNull(management).resolve("/").toString());
  }
}
