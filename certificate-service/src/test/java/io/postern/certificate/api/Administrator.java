package io.postern.certificate.api;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;

import io.postern.certificate.AccessForTests;
import io.postern.certificate.Management;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.time.Duration;

/** Calls the service under test with the credentials that it has generated. */
public final class Administrator {
  private Administrator() {}

  public static RequestSpecification admin() throws IOException {
    return given().header("Authorization", AccessForTests.bearer("admin", "operator"));
  }

  public static void awaitReady() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
  }
}
