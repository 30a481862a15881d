package io.postern.policy.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.api.users.Users;
import io.postern.lab.api.AccessTable;
import io.postern.lab.api.ApiDescription;
import io.postern.policy.LogLab;
import io.postern.policy.Management;
import io.quarkus.arc.Arc;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each endpoint for each role: the table is access.txt. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class AccessTest {
  private static final String PASSWORD = "correct horse battery";

  @Inject Users users;

  @BeforeEach
  void ready() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
  }

  /** A token, so that only its making needs the slow hash. */
  static String bearer(Users users, String name, String role) throws Exception {
    users.put(name, List.of(role), PASSWORD);
    String token =
        given()
            .auth()
            .preemptive()
            .basic(name, PASSWORD)
            .post("/api/v1/tokens")
            .then()
            .statusCode(200)
            .extract()
            .path("token");
    return "Bearer " + token;
  }

  @Test
  void theDescriptionInTheTreeIsTheServices() throws Exception {
    assertThat(
            ApiDescription.differences(
                Path.of("../docs/api/policy.yaml"), given().get("/q/openapi").asString()))
        .isEmpty();
  }

  private static URI service() {
    return URI.create("http://127.0.0.1:" + RestAssured.port);
  }

  private static List<Class<?>> classes() {
    return Arc.container().beanManager().getBeans(Object.class, Any.Literal.INSTANCE).stream()
        .<Class<?>>map(Bean::getBeanClass)
        .toList();
  }

  @Test
  void eachRoleGetsWhatTheTableSays() throws Exception {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    given()
        .auth()
        .preemptive()
        .basic(parts[0], parts[1])
        .contentType("application/yaml")
        .body(LogLab.FILE.getBytes(StandardCharsets.UTF_8))
        .post("/api/v1/directory/apply")
        .then()
        .statusCode(200);

    AccessTable table = new AccessTable(AccessTest.class, "access.txt");

    assertThat(table.differences(classes()))
        .as("endpoints without a row in access.txt, and rows without an endpoint")
        .isEmpty();
    assertThat(
            table.wrong(
                service(),
                List.of(
                    "",
                    bearer(users, "operator", "operator"),
                    bearer(users, "administrator", "administrator:contoso"),
                    bearer(users, "auditor", "auditor:contoso"),
                    bearer(users, "other", "administrator:fabrikam"))))
        .isEmpty();
    users.put("none", List.of(), PASSWORD);
    assertThat(table.openWithoutRole(service(), AccessTable.basic("none", PASSWORD)))
        .as("what a user without any role gets")
        .containsExactly(
            "DELETE /api/v1/me/second-factor 409",
            "DELETE /api/v1/me/sessions 204",
            "DELETE /api/v1/me/sessions/current 204",
            "GET /api/v1/me 200",
            "GET /api/v1/me/second-factor 200",
            "POST /api/v1/tokens 200",
            "PUT /api/v1/me/password 400",
            "PUT /api/v1/me/second-factor 409");
  }
}
