package io.postern.console.store;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.console.AccessForTests;
import io.postern.console.Installation;
import io.postern.console.Management;
import io.postern.console.Postgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Searches of one organization's users, beside another's. */
@QuarkusTest
@QuarkusTestResource(Installation.class)
class PlacesTest {
  private static Response get(String token, String path) {
    return given().auth().preemptive().oauth2(token).get(path);
  }

  /** Searches that wait for the lock. */
  private static long waiting() throws SQLException {
    try (Connection watch =
            DriverManager.getConnection(Installation.url(), Postgres.user(), Postgres.password());
        Statement statement = watch.createStatement();
        ResultSet count =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    + " AND datname = current_database()")) {
      count.next();
      return count.getLong(1);
    }
  }

  /** They were all the connections that there are, and everybody else got 503. */
  @Test
  void twelveSlowSearchesOfOneAuditorLeaveAnotherOrganizationsItsPlace() throws Exception {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    String auditor = AccessForTests.token("slow", "auditor:contoso");
    String other = AccessForTests.token("other", "auditor:fabrikam");
    assertThat(get(other, "/api/v1/changes").statusCode()).isEqualTo(200);
    assertThat(get(auditor, "/api/v1/messages").statusCode()).isEqualTo(200);
    List<Future<Response>> slow = new ArrayList<>();
    try (Connection lock =
            DriverManager.getConnection(Installation.url(), Postgres.user(), Postgres.password());
        Statement statement = lock.createStatement();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      lock.setAutoCommit(false);
      statement.execute("LOCK TABLE message_organization IN ACCESS EXCLUSIVE MODE");
      for (int i = 0; i < 12; i++) {
        slow.add(threads.submit(() -> get(auditor, "/api/v1/messages")));
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> waiting() >= 3);

      for (int i = 0; i < 5; i++) { // a place that is waited for in vain is a 503
        assertThat(get(other, "/api/v1/changes").statusCode()).isEqualTo(200);
      }

      for (Future<Response> one : slow) {
        if (one.get().statusCode() == 429) {
          assertThat(one.get().header("Retry-After")).isEqualTo("5");
          assertThat(one.get().<String>path("detail"))
              .isEqualTo(
                  "You have as many searches and reports in progress as one user may: try again in"
                      + " 5 seconds.");
        } else {
          assertThat(one.get().statusCode()).isEqualTo(503);
        }
      }
      assertThat(slow.stream().map(Future::resultNow).filter(each -> each.statusCode() == 429))
          .hasSizeGreaterThanOrEqualTo(6);
      lock.rollback();
    }
    assertThat(get(auditor, "/api/v1/messages").statusCode()).isEqualTo(200);
  }
}
