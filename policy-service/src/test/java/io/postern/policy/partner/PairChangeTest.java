package io.postern.policy.partner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;

import io.postern.api.Rights;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.api.BrokerForTests;
import io.postern.policy.change.Author;
import io.postern.policy.change.Change;
import io.postern.policy.change.ChangedMeanwhile;
import io.postern.policy.change.DirectoryChanges;
import io.postern.rules.Directory;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.ws.rs.WebApplicationException;
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

  @Inject DirectoryChanges changes;
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

  private static Change change(Directory before) {
    return Change.of(
        before,
        List.of("planned"),
        now -> changed(before),
        new Author("admin", Rights.of(List.of("operator")), "test", ""),
        false);
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
    long version = changes.make(change(before)).version();
    assertThat(version).isGreaterThan(before.version());
    assertThat(current().inboundConnector("planned", "From Fabrikam").orElseThrow().getComment())
        .isEqualTo("changed");
  }

  @Test
  void theOrganizationsOwnChangeMeanwhileIsNotOverwritten() throws Exception {
    Directory before = current();
    ApiLab.apply(PLANNED.formatted("second"));
    Change change = change(before);
    assertThatThrownBy(() -> changes.make(change))
        .isInstanceOfSatisfying(
            WebApplicationException.class,
            e -> {
              assertThat(e.getResponse().getStatus()).isEqualTo(409);
              assertThat(e.getResponse().getEntity())
                  .isInstanceOfSatisfying(
                      ChangedMeanwhile.class,
                      now ->
                          assertThat(now.changes().toString())
                              .contains("before=second", "after=changed"));
            });
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
        .body("title", equalTo("Changed in the meantime"));
    ApiLab.json("{\"certificateName\":\"mail.northwind.example\",\"validate\":false}")
        .header("If-Match", "yesterday")
        .post(secure)
        .then()
        .statusCode(400);
  }

  private static String pair(String certificate) {
    return """
        organizations:
        - id: undone
          inboundConnectors:
          - { name: From adatum.example, connectorType: partner, senderDomains: [adatum.example], requireTls: true,
              tlsSenderCertificateName: %s, restrictDomainsToCertificate: true,
              comment: made to force TLS with adatum.example }
          outboundConnectors:
          - { name: To adatum.example, connectorType: partner, recipientDomains: [adatum.example],
              tlsSettings: domainValidation, comment: made to force TLS with adatum.example }
        """
        .formatted(certificate);
  }

  /** Two administrators at once: one mends the pair, the other takes away what it was before. */
  @Test
  void aPairThatIsAnotherOneByNowIsNotUndone() throws Exception {
    String partner = "/api/v1/organizations/undone/partners/adatum.example";
    ApiLab.apply(pair("old.adatum.example"));
    Number seen =
        ApiLab.admin()
            .get(partner + "/secure")
            .then()
            .statusCode(200)
            .body("connectors.inboundConnectors.name", contains("From adatum.example"))
            .body("connectors.outboundConnectors.name", contains("To adatum.example"))
            .extract()
            .path("seen");
    ApiLab.apply(pair("new.adatum.example"));
    ApiLab.admin()
        .header("If-Match", "\"" + seen + "\"")
        .delete(partner)
        .then()
        .statusCode(412)
        .body("title", equalTo("Changed in the meantime"));
    ApiLab.admin()
        .delete(partner)
        .then()
        .statusCode(428)
        .body("errors.pointer", contains("If-Match"));

    // Another organization's change is none of the pair's.
    Number now =
        ApiLab.admin()
            .get(partner + "/secure")
            .then()
            .body(
                "connectors.inboundConnectors[0].tlsSenderCertificateName",
                equalTo("new.adatum.example"))
            .extract()
            .path("seen");
    ApiLab.apply(OTHER.formatted("third"));
    ApiLab.admin()
        .header("If-Match", "\"" + now + "\"")
        .delete(partner)
        .then()
        .statusCode(200)
        .body("version", greaterThan(now.intValue()));
    ApiLab.admin().get(partner + "/secure").then().statusCode(404);
    ApiLab.admin().header("If-Match", "*").delete(partner).then().statusCode(404);
  }
}
