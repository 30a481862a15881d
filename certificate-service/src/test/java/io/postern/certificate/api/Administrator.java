package io.postern.certificate.api;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;

import io.postern.certificate.Management;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.microprofile.config.ConfigProvider;

/** Calls the service under test with the credentials that it has generated. */
public final class Administrator {
  private Administrator() {}

  public static RequestSpecification admin() throws IOException {
    Path file =
        Path.of(ConfigProvider.getConfig().getValue("postern.api.credentials-file", String.class));
    String[] parts = Files.readString(file).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]);
  }

  public static void awaitReady() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
  }
}
