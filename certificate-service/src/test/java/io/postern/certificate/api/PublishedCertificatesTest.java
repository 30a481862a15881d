package io.postern.certificate.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import com.google.protobuf.ByteString;
import io.postern.certificate.answers.BrokerResource;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.TlsVersionSuites;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** S8 and S11 over HTTP, from records in a real log. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class PublishedCertificatesTest {
  @Inject LogSettings log;

  private final LabCa ca = LabCa.create("Contoso <Root> & Co");
  private final Identity server = ca.issue(Issue.to("gate.contoso.example", "mx.contoso.example"));

  @BeforeEach
  void ready() throws Exception {
    Administrator.awaitReady();
    OwnCertificate.Builder own =
        OwnCertificate.newBuilder()
            .setRole(CertificateRole.ROLE_SERVER)
            .setState(OwnCertificateState.PRESENTED);
    server.der().forEach(der -> own.addChain(ByteString.copyFrom(der)));
    OwnTls tls =
        OwnTls.newBuilder()
            .setService("ingress")
            .setReplica("gate:25")
            .setAtMillis(System.currentTimeMillis())
            .addCertificates(own)
            .addCapabilities(
                TlsCapabilities.newBuilder()
                    .setRole(CertificateRole.ROLE_SERVER)
                    .addVersions(
                        TlsVersionSuites.newBuilder()
                            .setVersion(TlsVersion.TLS_1_3)
                            .setClientOrder(true)
                            .addSuites("TLS_AES_256_GCM_SHA384"))
                    .addGroups("x25519"))
            .build();
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer
          .send(new ProducerRecord<>(Topics.CERTIFICATE_OWN, "ingress/gate:25", tls.toByteArray()))
          .get();
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                given()
                    .get("/certificates.json")
                    .jsonPath()
                    .getList("certificates.sha256")
                    .contains(fingerprint()));
  }

  private String fingerprint() {
    return Fingerprints.hex(Fingerprints.sha256(server.der().getFirst()));
  }

  @Test
  void theTableOfExchangesPageIsThereForAnybody() {
    JsonPath json =
        given()
            .get("/certificates.json")
            .then()
            .statusCode(200)
            .body("capabilities[0].use", equalTo("server"))
            .body("capabilities[0].versions[0].version", equalTo("TLSv1.3"))
            .body("capabilities[0].versions[0].suites", hasItem("TLS_AES_256_GCM_SHA384"))
            .body("capabilities[0].versions[0].order", equalTo("client"))
            .body("capabilities[0].groups", hasItem("x25519"))
            .extract()
            .jsonPath();
    String ours = "certificates.find { it.sha256 == '" + fingerprint() + "' }.";
    assertThat(json.getString(ours + "state")).isEqualTo("current");
    assertThat(json.getString(ours + "use")).isEqualTo("server");
    assertThat(json.getString(ours + "rootIssuer")).contains("Contoso \\<Root\\> & Co");
    assertThat(json.getString(ours + "name")).isEqualTo("gate.contoso.example");
    assertThat(json.getList(ours + "names"))
        .isEqualTo(List.of("gate.contoso.example", "mx.contoso.example"));
    assertThat(json.getString(ours + "keyStrength")).isEqualTo("EC P-256");
    assertThat(json.getString(ours + "sha1")).hasSize(40);
    assertThat(json.getString(ours + "validTo"))
        .isEqualTo(server.chain().getFirst().getNotAfter().toInstant().toString());
    assertThat(json.getString(ours + "since")).isNotEmpty();
    assertThat(json.getString(ours + "until")).isNull();
  }

  @Test
  void thePageNeedsNoScriptAndWhatACertificateSaysIsText() {
    String page =
        given()
            .accept("text/html")
            .get("/certificates")
            .then()
            .statusCode(200)
            .header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            .contentType("text/html")
            .extract()
            .asString();
    assertThat(page)
        .contains(fingerprint(), "gate.contoso.example", "EC P-256", "TLS_AES_256_GCM_SHA384")
        .contains("TLSv1.3, in the client's order")
        .contains("Contoso \\&lt;Root\\&gt; &amp; Co")
        .doesNotContain("<script", "Contoso <Root>", "{c.");
  }

  @Test
  void theChainIsThereToDownload() throws Exception {
    byte[] pem =
        given()
            .get("/certificates/" + fingerprint() + ".pem")
            .then()
            .statusCode(200)
            .extract()
            .asByteArray();
    Collection<?> chain =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    assertThat(chain).hasSize(server.der().size());
    given().get("/certificates/" + "0".repeat(64) + ".pem").then().statusCode(404);
  }

  @Test
  void theDescriptionOfTheApiNamesIt() {
    assertThat(given().get("/q/openapi").asString()).contains("/certificates.json");
  }
}
