package io.postern.certificate.api;

import static io.postern.certificate.api.Administrator.admin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import io.postern.certificate.AccessForTests;
import io.postern.certificate.Management;
import io.postern.certificate.expiry.ExpiryNotices;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The log is away since the start: nothing is known, and that is not "nothing ends". */
@QuarkusTest
@TestProfile(UnreadTest.WithoutLog.class)
class UnreadTest {
  @Inject ExpiryNotices notices;

  /** Nobody listens there. */
  public static class WithoutLog implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "unread");
        return Map.of(
            "kafka.bootstrap.servers",
            "127.0.0.1:1",
            "postern.revocation.cache-folder",
            folder.resolve("crls").toString(),
            "postern.api.public-keys-file",
            AccessForTests.lab().settings().get("postern.api.public-keys-file"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void whatHasNotBeenReadIsNotToldAsNothing() throws Exception {
    admin()
        .get("/api/v1/expiring-certificates")
        .then()
        .statusCode(503)
        .body("detail", containsString("not been read"));
    assertThat(notices.look()).isFalse();
    assertThat(given().get(Management.uri() + "/metrics").asString())
        .contains("postern_certificate_anchors")
        .doesNotContain("postern_certificate_expiring{");
  }
}
