package io.postern.certificate.api;

import static io.postern.certificate.api.Administrator.admin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.certificate.AccessForTests;
import io.postern.certificate.answers.BrokerResource;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Organization;
import io.postern.lab.api.AccessTable;
import io.postern.lab.api.ApiDescription;
import io.postern.log.LogSettings;
import io.quarkus.arc.Arc;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each endpoint for each role: the table is access.txt. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class AccessTest {

  @Inject LogSettings log;

  @BeforeEach
  void ready() {
    Administrator.awaitReady();
  }

  @Test
  void theDescriptionInTheTreeIsTheServices() throws Exception {
    assertThat(
            ApiDescription.differences(
                Path.of("../docs/api/certificate.yaml"), given().get("/q/openapi").asString()))
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
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      for (DirectoryObject object :
          List.of(
              DirectoryObject.newBuilder()
                  .setOrganization(Organization.newBuilder().setId("contoso"))
                  .build(),
              DirectoryObject.newBuilder()
                  .setAcceptedDomain(
                      AcceptedDomain.newBuilder()
                          .setDomain("contoso.example")
                          .setOrganization("contoso"))
                  .build())) {
        producer
            .send(
                new ProducerRecord<>(
                    Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray()))
            .get();
      }
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                admin().get("/api/v1/trust-anchors?name=root&organization=contoso").statusCode()
                        == 200
                    && admin().get("/api/v1/mta-sts-policies").statusCode() == 200
                    && admin().get("/api/v1/expiring-certificates").statusCode() == 200);

    AccessTable table = new AccessTable(AccessTest.class, "access.txt");

    assertThat(table.differences(classes()))
        .as("endpoints without a row in access.txt, and rows without an endpoint")
        .isEmpty();
    assertThat(
            table.wrong(
                service(),
                List.of(
                    "",
                    AccessForTests.bearer("operator", "operator"),
                    AccessForTests.bearer("administrator", "administrator:contoso"),
                    AccessForTests.bearer("auditor", "auditor:contoso"),
                    AccessForTests.bearer("other", "administrator:fabrikam"))))
        .isEmpty();
    assertThat(table.openWithoutRole(service(), AccessForTests.bearer("none")))
        .as("what a user without any role gets")
        .containsExactly("GET /api/v1/me 200");
    assertThat(table.openWithoutRole(service(), AccessForTests.lackingBearer("lacking")))
        .as("what a user gets who lacks the demanded second factor")
        .containsExactly("GET /api/v1/me 200");
  }
}
