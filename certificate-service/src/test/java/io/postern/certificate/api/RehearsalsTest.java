package io.postern.certificate.api;

import static io.postern.certificate.api.Administrator.admin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import com.google.protobuf.ByteString;
import io.postern.certificate.answers.BrokerResource;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A partner's server changes its certificate: who of our connectors would fail. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RehearsalsTest {
  private static final String PATH = "/api/v1/certificate-rehearsals";

  @Inject LogSettings log;
  @TempDir Path folder = Path.of("");

  private final CrlServer crls = CrlServer.create();
  private final LabCa ca = LabCa.create("Rehearsed", crls);
  private final LabCa stranger = LabCa.create("Stranger");
  private final Identity old = ca.issue(Issue.to("mail.rehearsed.example"));
  private boolean written;

  @BeforeEach
  void ready() throws Exception {
    Administrator.awaitReady();
    if (!written) {
      written = true;
      directory();
      seen();
    }
  }

  @AfterAll
  void close() {
    crls.close();
  }

  @Test
  void nobodyGetsInWithoutTheCredentials() {
    given().contentType("application/json").body("{}").post(PATH).then().statusCode(401);
  }

  @Test
  void whatCannotBeRehearsedIsNamedWithTheCure() throws Exception {
    ask(Map.of()).statusCode(422).body("detail", containsString("certificate is missing"));
    ask(Map.of("certificate", "nonsense"))
        .statusCode(422)
        .body("detail", containsString("certificate has no certificate"));
    ask(Map.of("certificate", pem(ca.issue(Issue.to("never.seen.example")))))
        .statusCode(422)
        .body("detail", containsString("replaces"));
    ask(Map.of("certificate", pem(old), "replaces", "00".repeat(32)))
        .statusCode(422)
        .body("detail", containsString("or of the traffic has this SHA-256"));
  }

  @Test
  void aRenewalPassesEverywhere() throws Exception {
    Identity renewed = ca.issue(Issue.to("mail.rehearsed.example"));
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                ask(Map.of("certificate", pem(renewed)))
                    .statusCode(200)
                    .body("result", equalTo("ok"))
                    .body("sameSubjectAndIssuer", equalTo(true))
                    .body("replaces.sha256", equalTo(fingerprint(old)))
                    .body(
                        "outcomes.concerns",
                        equalTo(
                            List.of(
                                "inbound-connector/rehearsed/From partner",
                                "outbound-connector/rehearsed/To partner"))));
  }

  @Test
  void anotherNameOrAnotherRootFailsAndSaysWhy() throws Exception {
    ask(question(ca.issue(Issue.to("other.rehearsed.example"))))
        .statusCode(200)
        .body("result", equalTo("fails"))
        .body(
            "outcomes.reason",
            hasItem(containsString("tlsSenderCertificateName is mail.rehearsed.example")))
        .body("outcomes.reason", hasItem(containsString("tlsDomain is mail.rehearsed.example")));
    ask(question(stranger.issue(Issue.to("mail.rehearsed.example"))))
        .statusCode(200)
        .body("result", equalTo("fails"))
        .body("outcomes.reason", hasItem(containsString("bad/untrusted-root")))
        .body("differences", hasItem(containsString("Stranger")));
  }

  @Test
  void theEndpointThatWasAskedIsListedWithItsHealth() throws Exception {
    ask(question(ca.issue(Issue.to("mail.rehearsed.example")))).statusCode(200);
    given().get("/api/v1/revocation-endpoints").then().statusCode(401);
    assertThat(
            admin()
                .get("/api/v1/revocation-endpoints")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("url", String.class))
        .anyMatch(url -> url.contains(":" + crls.port() + "/"));
  }

  private Map<String, String> question(Identity replacement) throws Exception {
    return Map.of("certificate", pem(replacement), "replaces", fingerprint(old));
  }

  private static ValidatableResponse ask(Map<String, String> question) throws Exception {
    return admin().contentType("application/json").body(new HashMap<>(question)).post(PATH).then();
  }

  private String pem(Identity identity) throws Exception {
    identity.write(folder, "new");
    return Files.readString(folder.resolve("new.pem"));
  }

  private static String fingerprint(Identity identity) {
    return Fingerprints.hex(Fingerprints.sha256(identity.der().getFirst()));
  }

  private void directory() throws Exception {
    AnchorSetReference anchors =
        AnchorSetReference.newBuilder()
            .setId(DirectoryKeys.anchorSetId("rehearsed", "own"))
            .build();
    List<DirectoryObject> objects =
        List.of(
            DirectoryObject.newBuilder()
                .setOrganization(Organization.newBuilder().setId("rehearsed"))
                .build(),
            DirectoryObject.newBuilder()
                .setAnchorSet(
                    AnchorSet.newBuilder()
                        .setOrganization("rehearsed")
                        .setName("own")
                        .addCertificates(ByteString.copyFrom(ca.root().getEncoded())))
                .build(),
            DirectoryObject.newBuilder()
                .setInboundConnector(
                    InboundConnector.newBuilder()
                        .setOrganization("rehearsed")
                        .setName("From partner")
                        .setConnectorType(ConnectorType.PARTNER)
                        .setEnabled(true)
                        .setTlsSenderCertificateName("mail.rehearsed.example")
                        .setAnchors(anchors))
                .build(),
            DirectoryObject.newBuilder()
                .setOutboundConnector(
                    OutboundConnector.newBuilder()
                        .setOrganization("rehearsed")
                        .setName("To partner")
                        .setConnectorType(ConnectorType.PARTNER)
                        .setEnabled(true)
                        .setUseMxRecord(true)
                        .addRecipientDomains("rehearsed.example")
                        .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
                        .setTlsDomain("mail.rehearsed.example")
                        .setAnchors(anchors))
                .build());
    for (int i = 0; i < objects.size(); i++) {
      DirectoryObject object =
          objects.get(i).toBuilder()
              .setCommandId("rehearsed")
              .setCommandCount(objects.size())
              .setCommandIndex(i)
              .build();
      send(Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray());
    }
  }

  private void seen() throws Exception {
    byte[] fingerprint = Fingerprints.chain(old.der());
    CertificateChain.Builder chain =
        CertificateChain.newBuilder()
            .setFingerprint(ByteString.copyFrom(fingerprint))
            .setRole(CertificateRole.ROLE_CLIENT)
            .setFirstSeenMillis(System.currentTimeMillis())
            .setLastUsedMillis(System.currentTimeMillis());
    old.der().forEach(der -> chain.addCertificates(ByteString.copyFrom(der)));
    send(Topics.CERTIFICATE_CHAINS, Fingerprints.hex(fingerprint), chain.build().toByteArray());
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> ask(question(old)).extract().statusCode() == 200);
  }

  private void send(String topic, String key, byte[] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get();
    }
  }
}
