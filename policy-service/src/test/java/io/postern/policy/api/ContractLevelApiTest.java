package io.postern.policy.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.postern.contracts.ContractLevel;
import io.postern.contracts.v1.ReplicaAnnounced;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.log.level.InstallationLevel;
import io.postern.log.level.LevelTopics;
import io.postern.policy.LogLab;
import io.postern.policy.Management;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The contract level over HTTP, with this replica and others that announce themselves. */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class ContractLevelApiTest {
  private static final String PATH = "/api/v1/contract-level";
  private static final int LATER = ContractLevel.READS + 1;

  private static RequestSpecification admin() throws IOException {
    String[] parts = Files.readString(BrokerForTests.credentials()).strip().split(":", 2);
    return given().auth().preemptive().basic(parts[0], parts[1]);
  }

  private static RequestSpecification to(int level) throws IOException {
    return admin().contentType("application/json").body("{\"level\": " + level + "}");
  }

  @Test
  void itIsRaisedOnlyWhereEachReplicaReadsTheNextOne() throws Exception {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> given().get(Management.uri() + "/health/ready").statusCode() == 200);
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> admin().get(PATH).then().body("replicas.service", hasItem("policy-service")));
    admin().get(PATH).then().body("inForce", equalTo(ContractLevel.FIRST));
    for (int level = ContractLevel.FIRST + 1; level <= ContractLevel.READS; level++) {
      to(level).put(PATH).then().statusCode(200).body("inForce", equalTo(level));
    }
    admin()
        .get(PATH)
        .then()
        .statusCode(200)
        .body("inForce", equalTo(ContractLevel.READS))
        .body("next", equalTo(LATER))
        .body(
            "hindrances[0]",
            equalTo("no replica reads level " + LATER + ": it is of a later version"));

    LogSettings log = LogLab.settings(BrokerForTests.broker().bootstrap());
    try (LossySender sender = new LossySender(log)) {
      LevelTopics later = topics(log, sender);
      later.announce();

      to(LATER)
          .put(PATH)
          .then()
          .statusCode(409)
          .body("detail", equalTo("The contract level cannot be raised to " + LATER + "."))
          .body("errors[0].problem", containsString("policy-service"))
          .body("errors[0].problem", containsString("reads level " + ContractLevel.READS));
      later.goodbye();
    }
    assertThat(new InstallationLevel(log).read().inForce()).isEqualTo(ContractLevel.READS);
    to(ContractLevel.FIRST)
        .put(PATH)
        .then()
        .statusCode(200)
        .body("inForce", equalTo(ContractLevel.READS));
    to(LATER + 1).put(PATH).then().statusCode(400);
    to(0).put(PATH).then().statusCode(400);
  }

  private static LevelTopics topics(LogSettings log, LossySender sender) {
    return new LevelTopics(
        log,
        sender,
        ReplicaAnnounced.newBuilder()
            .setReplica("gate-1")
            .setService("ingress")
            .setReads(LATER)
            .build());
  }
}
