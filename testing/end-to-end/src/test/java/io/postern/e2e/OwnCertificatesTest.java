package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.Fingerprints;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SmtpClient;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * S8, S11: what is published about our certificates and suites is what ingress presents and does; a
 * certificate that is presented and not on the page fails here.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnCertificatesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private TestStack stack;
  private TestOrganization organization;

  @BeforeAll
  void organization() throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("own");
    organization.apply();
  }

  @AfterAll
  void close() {
    organization.close();
  }

  @Test
  void aCertificateThatIngressPresentsIsPublishedAndTheOneBeforeItIsDeprecated() throws Exception {
    String first = presented();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(states().get(first)).isEqualTo("current"));

    stack.ca().issue(Issue.to("gate.example", "mx.gate.example")).write(stack.keys(), "gate");
    await().atMost(PATIENCE).until(() -> !presented().equals(first));
    String second = presented();

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(states())
                    .containsEntry(second, "current")
                    .containsEntry(first, "deprecated"));
    assertThat(page("/certificates", false).body()).contains(second, first, "deprecated");
    assertThat(downloaded(second)).isEqualTo(chainPresented());

    // The intermediate alone is left out: no new leaf, and a chain that partners cannot verify.
    Identity whole =
        Identity.load(stack.keys().resolve("gate.pem"), stack.keys().resolve("gate.key"));
    whole.withoutIssuers().write(stack.keys(), "gate");
    await().atMost(PATIENCE).until(() -> chainPresented().size() == 1);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(downloaded(second)).isEqualTo(chainPresented()));
    whole.write(stack.keys(), "gate");
    await().atMost(PATIENCE).until(() -> chainPresented().size() > 1);
  }

  @Test
  void theSuiteAndVersionOfASessionAreAmongThosePublished() throws Exception {
    try (SmtpClient client = organization.connectTls(null)) {
      String version = client.tlsVersion();
      String suite = client.cipherSuite();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                JsonNode server =
                    find(published().path("capabilities"), "use", "server").path("versions");
                assertThat(find(server, "version", version).path("suites"))
                    .extracting(JsonNode::asText)
                    .contains(suite);
              });
      JsonNode groups = find(published().path("capabilities"), "use", "client").path("groups");
      assertThat(groups).extracting(JsonNode::asText).contains("x25519", "X25519MLKEM768");
    }
  }

  @Test
  void aRehearsalTellsWhichPartnerWouldFail() throws Exception {
    Identity ours = organization.ownServer();
    try (SmtpClient client = organization.connectTls(ours)) {
      TestOrganization.queueId(
          client.send(
              "anna@" + organization.domain(),
              List.of("anna@" + organization.domain()),
              Messages.small("to be remembered")));
    }
    Path folder = Files.createTempDirectory("rehearsal");
    stack.ca().issue(Issue.to("gate.example", "mx.gate.example")).write(folder, "new");
    String renewed = Files.readString(folder.resolve("new.pem"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode rehearsal = rehearse(renewed, presented());
              assertThat(rehearsal.path("outcomes"))
                  .anySatisfy(
                      outcome -> {
                        assertThat(outcome.path("concerns").asText())
                            .contains("partner mail." + organization.domain())
                            .contains(organization.id());
                        assertThat(outcome.path("result").asText()).isEqualTo("ok");
                      });
            });

    // The organization's own server gets a certificate without the name that its connector asks
    // for.
    stack.ca().issue(Issue.to("other." + organization.domain())).write(folder, "wrong");
    String old = Fingerprints.hex(Fingerprints.sha256(ours.der().getFirst()));
    JsonNode failing = rehearse(Files.readString(folder.resolve("wrong.pem")), old);
    assertThat(failing.path("result").asText()).isEqualTo("fails");
    assertThat(failing.path("outcomes"))
        .anySatisfy(
            outcome -> {
              assertThat(outcome.path("concerns").asText())
                  .startsWith("inbound-connector/" + organization.id());
              assertThat(outcome.path("reason").asText()).contains("tlsSenderCertificateName");
            });
  }

  @Test
  void aRehearsalTellsWhichHostNamesOtherAuthoritiesThanTheNewOnes() throws Exception {
    Identity ours = stack.ca().issue(Issue.to("client.gate.example"));
    String replaced = Fingerprints.hex(Fingerprints.sha256(ours.der().getFirst()));
    try (TestOrganization sender = stack.organization("asks")) {
      ours.write(stack.keys().resolve(sender.id()), "client");
      String host = "mx." + sender.id() + "-partner.example";
      ScriptedPeer partner =
          sender.peer(
              ScriptedPeer.named(host)
                  .identity(sender.identity(host))
                  .clientAuthorities(stack.ca().root()));
      String domain = sender.id() + "-partner.example";
      sender.outboundTo(partner, domain, "tlsSettings: encryptionOnly, clientCertificate: client");
      sender.apply();
      sender.relayed(List.of("bob@" + domain), Messages.small("to be asked"));
      assertThat(partner.awaitMessages(1, PATIENCE).getFirst().session().clientChain())
          .isEqualTo(ours.chain());

      Path folder = Files.createTempDirectory("rehearsal");
      stack.ca().issue(Issue.to("client.gate.example")).write(folder, "renewed");
      LabCa.create("Other").issue(Issue.to("client.gate.example")).write(folder, "other");
      String connector = "outbound-connector/" + sender.id() + "/To 1 (host " + host + ")";
      String renewed = Files.readString(folder.resolve("renewed.pem"));
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          find(rehearse(renewed, replaced).path("outcomes"), "concerns", connector)
                              .path("reason")
                              .asText())
                      .contains("accepts certificates from this issuer"));

      JsonNode other =
          find(
              rehearse(Files.readString(folder.resolve("other.pem")), replaced).path("outcomes"),
              "concerns",
              connector);
      assertThat(other.path("result").asText()).isEqualTo("fails");
      assertThat(other.path("reason").asText()).contains("none issued the new one");
    }
  }

  private String presented() throws Exception {
    try (SmtpClient client = organization.connectTls(null)) {
      return Fingerprints.hex(Fingerprints.sha256(client.serverChain().getFirst().getEncoded()));
    }
  }

  private List<X509Certificate> chainPresented() throws Exception {
    try (SmtpClient client = organization.connectTls(null)) {
      return client.serverChain();
    }
  }

  private List<X509Certificate> downloaded(String sha256) throws Exception {
    String pem = page("/certificates/" + sha256 + ".pem", false).body();
    List<X509Certificate> chain = new ArrayList<>();
    for (Certificate certificate :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
      chain.add((X509Certificate) certificate);
    }
    return chain;
  }

  private JsonNode published() throws Exception {
    HttpResponse<String> answer = page("/certificates.json", false);
    assertThat(answer.statusCode()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private Map<String, String> states() throws Exception {
    Map<String, String> states = new HashMap<>();
    for (JsonNode certificate : published().path("certificates")) {
      states.put(certificate.path("sha256").asText(), certificate.path("state").asText());
    }
    return states;
  }

  private JsonNode rehearse(String pem, String replaces) throws Exception {
    String body = JSON.writeValueAsString(Map.of("certificate", pem, "replaces", replaces));
    HttpRequest request =
        HttpRequest.newBuilder(stack.certificates("/api/v1/certificate-rehearsals"))
            .header("Authorization", basic())
            .header("Content-Type", "application/json")
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private HttpResponse<String> page(String path, boolean administrator) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(stack.certificates(path)).timeout(PATIENCE);
    if (administrator) {
      request.header("Authorization", basic());
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String basic() throws Exception {
    return "Basic "
        + Base64.getEncoder().encodeToString(stack.credentials().getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode find(JsonNode all, String field, String value) {
    for (JsonNode each : all) {
      if (each.path(field).asText().equals(value)) {
        return each;
      }
    }
    return JSON.missingNode();
  }
}
