package io.postern.policy.change;

import static io.postern.policy.partner.ApiLab.admin;
import static io.postern.policy.partner.ApiLab.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.ProbeEnd;
import io.postern.contracts.v1.ProbeResult;
import io.postern.log.reading.TopicFollower;
import io.postern.policy.LogLab;
import io.postern.policy.api.BrokerForTests;
import io.postern.policy.partner.ApiLab;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What holds for every change of the directory, by whichever call: a directory file, one object, a
 * pair for a partner, an import, a list of recipients. Each test has an organization of its own.
 */
@QuarkusTest
@QuarkusTestResource(BrokerForTests.class)
class ChangesApiTest {
  private static final String APPLY = "/api/v1/directory/apply";
  private static final String ORGANIZATIONS = "/api/v1/organizations/";
  private static final String EXCHANGE =
      """
      {"Name":"To Fabrikam","ConnectorType":"Partner","RecipientDomains":["fabrikam.example"],
       "UseMXRecord":true,"TlsSettings":"EncryptionOnly"}]
      """;

  @BeforeEach
  void start() {
    ApiLab.awaitReady();
  }

  private static ValidatableResponse apply(String file, String query) throws IOException {
    return admin()
        .contentType("application/yaml")
        .body(file.getBytes(UTF_8))
        .post(APPLY + query)
        .then()
        .log()
        .ifValidationFails();
  }

  private static String organization(String id, String comment) {
    return """
        organizations:
        - id: %s
          acceptedDomains:
          - { domain: %s.example, mailboxRoute: { host: mailbox.%s.example } }
          outboundConnectors:
          - { name: To Fabrikam, connectorType: partner, recipientDomains: [fabrikam.example],
              tlsSettings: certificateValidation, comment: %s }
        """
        .formatted(id, id, id, comment);
  }

  /** Four scripts, each with its own organization: none is in another one's way. */
  @Test
  void fourAppliersOfFourOrganizationsNeverOvertakeEachOther() throws Exception {
    List<Future<List<Integer>>> appliers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int who = 0; who < 4; who++) {
        String id = "script" + who;
        appliers.add(
            threads.submit(
                () -> {
                  List<Integer> statuses = new ArrayList<>();
                  for (int round = 0; round < 15; round++) {
                    statuses.add(
                        apply(organization(id, "round" + round), "").extract().statusCode());
                  }
                  return statuses;
                }));
      }
    }
    for (Future<List<Integer>> applier : appliers) {
      assertThat(applier.get()).hasSize(15).containsOnly(200);
    }
  }

  private static String large(String change) {
    StringBuilder file = new StringBuilder("organizations:\n- id: large\n  outboundConnectors:\n");
    for (int i = 0; i < 700; i++) {
      file.append("  - { name: To ").append(i).append(", connectorType: partner, enabled: false");
      file.append(", recipientDomains: [p").append(i).append(".example], comment: \"");
      file.append("c".repeat(1_000)).append('"').append(change).append(" }\n");
    }
    return file.toString();
  }

  /** Before and after were in one record of 1 MB: a file that was applied once had half of it. */
  @Test
  void aLargeFileThatWasAppliedOnceGetsOneMoreFieldInEachConnector() throws Exception {
    apply(large(""), "").statusCode(200).body("applied", equalTo(true));
    apply(large(", tlsSettings: encryptionOnly"), "?reason=stricter")
        .statusCode(200)
        .body("applied", equalTo(true))
        .body("changes", hasSize(700));

    List<DirectoryAudit> records =
        audits().stream().filter(audit -> audit.getReason().equals("stricter")).toList();
    assertThat(records).as("one would be too large").hasSizeGreaterThan(1);
    assertThat(records.stream().mapToInt(DirectoryAudit::getAfterCount).sum()).isEqualTo(700);
    assertThat(records.stream().mapToInt(DirectoryAudit::getBeforeCount).sum()).isEqualTo(700);
    assertThat(records).extracting(DirectoryAudit::getCommandId).doesNotHaveDuplicates();
    assertThat(records)
        .allSatisfy(
            record -> assertThat(record.getBeforeCount()).isEqualTo(record.getAfterCount()));
  }

  @Test
  void eachCallKeepsTheReasonAndADryRunChangesNothing() throws Exception {
    apply(organization("reasons", "first"), "?reason=by file").statusCode(200);
    imported("reasons", "[" + EXCHANGE, "&dryRun=true&reason=none")
        .statusCode(200)
        .body("applied", equalTo(false));
    imported("reasons", "[" + EXCHANGE, "&dryRun=false&reason=by import")
        .statusCode(200)
        .body("applied", equalTo(true));
    recipients("reasons", "?dryRun=true&reason=none", "anna\n").statusCode(200);
    recipients("reasons", "?reason=by list", "anna\nben\n")
        .statusCode(200)
        .body("applied", equalTo(true));
    String partner = ORGANIZATIONS + "reasons/partners/adatum.example";
    secured(partner + "/secure?dryRun=true&reason=none").body("enforced", equalTo(false));
    secured(partner + "/secure?reason=by pair").body("enforced", equalTo(true));
    admin()
        .header("If-Match", "*")
        .delete(partner + "?dryRun=true&reason=none")
        .then()
        .statusCode(200)
        .body("applied", equalTo(false))
        .body("changes.object", hasItem("outbound-connector/reasons/To adatum.example"));
    admin().get(partner + "/secure").then().statusCode(200);
    admin().header("If-Match", "*").delete(partner + "?reason=by undo").then().statusCode(200);
    admin().get(partner + "/secure").then().statusCode(404);

    assertThat(audits())
        .extracting(DirectoryAudit::getReason)
        .contains("by file", "by import", "by list", "by pair", "by undo")
        .doesNotContain("none");
    String tooLong = "x".repeat(1_001);
    for (String path :
        List.of(
            "/api/v1/directory/apply?reason=",
            "/api/v1/import/exchange?organization=reasons&reason=")) {
      admin()
          .contentType("application/yaml")
          .body("organizations: []".getBytes(UTF_8))
          .post(path + tooLong)
          .then()
          .statusCode(400)
          .body("errors[0].pointer", equalTo("reason"));
    }
  }

  private static ValidatableResponse imported(String organization, String file, String query)
      throws IOException {
    return admin()
        .contentType("application/octet-stream")
        .body(file.getBytes(UTF_8))
        .post("/api/v1/import/exchange?organization=" + organization + query)
        .then();
  }

  private static ValidatableResponse recipients(String organization, String query, String list)
      throws IOException {
    return admin()
        .contentType("text/csv; charset=UTF-8")
        .body(list.getBytes(UTF_8))
        .put("/api/v1/accepted-domains/" + organization + ".example/recipients" + query)
        .then();
  }

  /** With consent; the test answers the validation as delivery-service would: it is not met. */
  private static ValidatableResponse secured(String path) throws Exception {
    TopicFollower requests =
        new TopicFollower(
            LogLab.settings(BrokerForTests.broker().bootstrap()),
            Topics.PROBE_REQUESTS,
            new TopicFollower.View() {
              @Override
              public void begin() {}

              @Override
              public void take(ConsumerRecord<String, byte @Nullable []> record) {
                try {
                  ApiLab.write(
                      Topics.PROBE_RESULTS,
                      record.key(),
                      ProbeResult.newBuilder()
                          .setProbeId(record.key())
                          .setOrganization("reasons")
                          .setEnd(ProbeEnd.newBuilder().setSummary("no").setAtMillis(1))
                          .build()
                          .toByteArray());
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }

              @Override
              public void complete() {}
            });
    requests.start();
    try {
      return json("""
              {"certificateName": "mail.adatum.example", "consent": true, "evenIfUnmet": true}
              """)
          .post(path)
          .then()
          .statusCode(200);
    } finally {
      requests.close();
    }
  }

  private static String pair(String inComment, String outComment) {
    return """
        organizations:
        - id: halves
          inboundConnectors:
          - { name: From adatum.example, connectorType: partner, senderDomains: [adatum.example], requireTls: true,
              tlsSenderCertificateName: mail.adatum.example, restrictDomainsToCertificate: true, comment: %s }
          outboundConnectors:
          - { name: To adatum.example, connectorType: partner, recipientDomains: [adatum.example],
              tlsSettings: domainValidation, comment: %s }
        """
        .formatted(inComment, outComment);
  }

  /** One half had another comment: undo removed the other half, and answered 200. */
  @Test
  void undoTakesBackAllOfThePairOrSaysWhyNot() throws Exception {
    String made = "made to force TLS with adatum.example";
    String partner = ORGANIZATIONS + "halves/partners/adatum.example";
    apply(pair("edited by hand", made), "").statusCode(200);
    for (String query : List.of("?dryRun=true", "")) {
      admin()
          .header("If-Match", "*")
          .delete(partner + query)
          .then()
          .statusCode(409)
          .contentType("application/problem+json")
          .body("detail", containsString("From adatum.example"))
          .body("errors[0].problem", containsString("comment"));
    }
    admin()
        .get(ORGANIZATIONS + "halves/outbound-connectors/To adatum.example")
        .then()
        .statusCode(200);

    // Both are somebody's own by now: there is no pair.
    apply(pair("edited by hand", "this one too"), "").statusCode(200);
    admin().header("If-Match", "*").delete(partner).then().statusCode(404);

    // A half that was removed is not missed.
    apply(pair(made, made).replaceAll("(?s)  outboundConnectors.*", ""), "").statusCode(200);
    admin()
        .header("If-Match", "*")
        .delete(partner)
        .then()
        .statusCode(200)
        .body("changes.object", contains("inbound-connector/halves/From adatum.example"));
    apply(pair(made, made), "").statusCode(200);
    admin()
        .header("If-Match", "*")
        .delete(partner)
        .then()
        .statusCode(200)
        .body("changes.change", contains("removed", "removed"));
  }

  /** Each is a problem, with a JSON Pointer into the document that was sent. */
  @Test
  void aFaultHasItsPlaceInTheDocumentThatWasSent() throws Exception {
    String file = organization("places", "x");
    apply(file, "").statusCode(200);
    fault(apply(file.replace("tlsSettings:", "tlsSetings:"), ""))
        .body("errors[0].pointer", equalTo("/organizations/0/outboundConnectors/0/tlsSetings"))
        .body("errors[0].object", equalTo("outbound-connector/places/To Fabrikam"))
        .body("errors[0].line", equalTo(7))
        .body("errors[0].cure", equalTo("did you mean tlsSettings?"));
    fault(apply(file.replace("[fabrikam.example]", "[fabrikam.example, \"*x\"]"), "?dryRun=true"))
        .body(
            "errors[0].pointer",
            equalTo("/organizations/0/outboundConnectors/0/recipientDomains/1"));
    fault(
            json("{\"connectorType\":\"partner\",\"recipientDomains\":[\"a.example\",\"*x\"]}")
                .put(ORGANIZATIONS + "places/outbound-connectors/New")
                .then())
        .body("errors[0].pointer", equalTo("/recipientDomains/1"));
    fault(
            json("{\"certificateName\":\"mail.adatum.example\",\"validate\":false,"
                    + "\"domains\":[\"adatum.example\",\"*x\"]}")
                .post(ORGANIZATIONS + "places/partners/adatum.example/secure")
                .then())
        .body("errors.pointer", hasItem("/domains/1"));
    fault(imported("places", "[{\"DomainName\":\"more.example\"}," + EXCHANGE, "&dryRun=true"))
        .body("errors[0].pointer", equalTo("/organizations/0/acceptedDomains/0/mailboxRoute"))
        .body("findings", hasSize(org.hamcrest.Matchers.greaterThan(0)))
        .body("file", containsString("To Fabrikam"));
    fault(recipients("places", "", "anna\nben,nowhere\n"))
        .body("errors[0].line", equalTo(2))
        .body("errors[0].cure", containsString("onPremises"));
  }

  private static ValidatableResponse fault(ValidatableResponse response) {
    return response
        .statusCode(422)
        .contentType("application/problem+json")
        .body("type", equalTo("/problems#not-valid"))
        .body("title", equalTo("Not valid"))
        .body("status", equalTo(422));
  }

  private static List<DirectoryAudit> audits() {
    List<DirectoryAudit> audits = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> reader =
        new KafkaConsumer<>(LogLab.settings(BrokerForTests.broker().bootstrap()).reader(true))) {
      TopicPartition partition = new TopicPartition(Topics.DIRECTORY_AUDIT, 0);
      reader.assign(List.of(partition));
      reader.seekToBeginning(List.of(partition));
      long end = reader.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (reader.position(partition) < end) {
        for (ConsumerRecord<String, byte[]> record : reader.poll(java.time.Duration.ofMillis(50))) {
          audits.add(LogLab.parse(DirectoryAudit.parser(), record.value()));
        }
      }
    }
    return audits;
  }
}
