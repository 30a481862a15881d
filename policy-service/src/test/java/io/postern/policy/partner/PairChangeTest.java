package io.postern.policy.partner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.postern.api.ProblemException;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.api.BrokerForTests;
import io.postern.rules.Directory;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A change that was planned is made as it was planned or not at all; changes of other organizations
 * do not stop it.
 */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class PairChangeTest {
  private static final String PLANNED =
      "organizations:\n- id: planned\n  inboundConnectors:\n  - { name: From Fabrikam, connectorType:"
          + " partner, senderDomains: [fabrikam.example], comment: %s }\n";
  private static final String OTHER = "organizations:\n- id: beside\n  displayName: %s\n";

  @Inject PairChange change;
  @Inject DirectoryReader<Directory> reader;

  @BeforeEach
  void start() throws Exception {
    ApiLab.awaitReady();
    ApiLab.apply(PLANNED.formatted("first"));
    ApiLab.apply(OTHER.formatted("first"));
  }

  private Directory current() {
    return await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> reader.current(), java.util.Optional::isPresent)
        .orElseThrow();
  }

  private static List<DirectoryObject> changed(Directory directory) {
    return List.of(
        DirectoryObject.newBuilder()
            .setInboundConnector(
                directory.inboundConnector("planned", "From Fabrikam").orElseThrow().toBuilder()
                    .setComment("changed"))
            .build());
  }

  @Test
  void anotherOrganizationsChangeMeanwhileDoesNotStopIt() throws Exception {
    Directory before = current();
    ApiLab.apply(OTHER.formatted("second"));
    long version = change.make("planned", before, changed(before), "admin", "test");
    assertThat(version).isGreaterThan(before.version());
    assertThat(current().inboundConnector("planned", "From Fabrikam").orElseThrow().getComment())
        .isEqualTo("changed");
  }

  @Test
  void theOrganizationsOwnChangeMeanwhileIsNotOverwritten() throws Exception {
    Directory before = current();
    ApiLab.apply(PLANNED.formatted("second"));
    assertThatThrownBy(() -> change.make("planned", before, changed(before), "admin", "test"))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().status()).isEqualTo(409));
    assertThat(current().inboundConnector("planned", "From Fabrikam").orElseThrow().getComment())
        .isEqualTo("second");
  }

  /** Nothing is dialled for a plan that is another one by now. */
  @Test
  void aPlanThatIsAnotherOneByNowIsNotEnforced() throws Exception {
    String secure = "/api/v1/organizations/planned/partners/northwind.example/secure";
    Number seen =
        ApiLab.json("{\"certificateName\":\"mail.northwind.example\",\"validate\":false}")
            .post(secure)
            .then()
            .statusCode(200)
            .extract()
            .path("seen");
    ApiLab.apply(PLANNED.formatted("third"));
    ApiLab.json("{\"certificateName\":\"mail.northwind.example\",\"consent\":true}")
        .header("If-Match", "\"" + seen + "\"")
        .post(secure)
        .then()
        .statusCode(412)
        .body("title", equalTo("Changed meanwhile"));
    ApiLab.json("{\"certificateName\":\"mail.northwind.example\",\"validate\":false}")
        .header("If-Match", "yesterday")
        .post(secure)
        .then()
        .statusCode(400);
  }
}
