package io.postern.service;

import static io.restassured.RestAssured.given;
import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.postern.log.directory.DirectoryReader;
import io.postern.rules.Directory;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A reader that an error has ended, of which its service knows nothing. */
@QuarkusTest
@TestProfile(EndedReaderTest.Alone.class)
@QuarkusTestResource(value = LateBroker.class, restrictToAnnotatedClass = true)
class EndedReaderTest {
  /** No other test has the same service. */
  public static final class Alone implements QuarkusTestProfile {}

  @TestHTTPResource(value = "/", management = true)
  @Nullable URI management;

  @Inject @Nullable DirectoryReader<Directory> directory;

  @Test
  void theServiceIsNotAliveAnyMore() {
    requireNonNull(directory)
        .onChange(
            _ -> {
              throw new NoClassDefFoundError("a class");
            });
    LateBroker.come();

    String live = requireNonNull(management).resolve("/q/health/live").toString();
    await()
        .dontCatchUncaughtExceptions()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(live).statusCode() == 503);
    given()
        .get(live)
        .then()
        .body("checks.find { it.name == 'further' }.data.'ended'", equalTo("directory-reader"));
  }
}
