package io.postern.policy.partner;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.postern.policy.LogLab;
import io.postern.policy.Management;
import io.postern.policy.api.BrokerForTests;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The running service, as an administrator and as the other services see it. */
public final class ApiLab {
  private ApiLab() {}

  public static RequestSpecification admin() throws IOException {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]);
  }

  public static RequestSpecification json(String body) throws IOException {
    return admin().contentType("application/json").body(body.getBytes(UTF_8));
  }

  public static void awaitReady() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
  }

  public static void apply(String file) throws IOException {
    admin()
        .contentType("application/yaml")
        .body(file.getBytes(UTF_8))
        .post("/api/v1/directory/apply")
        .then()
        .statusCode(200);
  }

  /** Writes as another service. */
  public static void write(String topic, String key, byte[] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(LogLab.settings(BrokerForTests.broker().bootstrap()).producer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get(20, TimeUnit.SECONDS);
    }
  }
}
