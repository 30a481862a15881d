package io.postern.certificate.api;

import static io.postern.certificate.api.Administrator.admin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import com.google.protobuf.ByteString;
import io.postern.api.ProblemException;
import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import io.postern.certificate.AccessForTests;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.answers.BrokerResource;
import io.postern.certificate.answers.RevocationConfig;
import io.postern.certificate.checks.Checks;
import io.postern.certificate.traffic.TrafficRecords;
import io.postern.check.Target;
import io.postern.check.report.Connection;
import io.postern.check.report.Report;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateChain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.dns.MailResolver;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.log.LogSettings;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks and the look for anchors over HTTP, from real servers. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class ChecksTest {
  private static final String CHECKS = "/api/v1/certificate-checks";
  private static final String ANCHORS = "/api/v1/trust-anchors";
  private static final String NAME = "mail.fabrikam.example";

  @TempDir Path folder = Path.of("");
  @Inject MailResolver dns;
  @Inject DefaultAnchors anchors;
  @Inject RevocationConfig settings;
  @Inject LogSettings log;
  @Inject TrafficRecords seen;

  private final CrlServer crls = CrlServer.create();
  private final LabCa ca = LabCa.create("Checked", crls);

  @AfterEach
  void close() {
    crls.close();
  }

  private static Response post(Map<String, String> body) throws Exception {
    return admin().contentType(ContentType.JSON).body(body).post(CHECKS);
  }

  private String pem(Identity identity) throws Exception {
    identity.write(folder, "new");
    return Files.readString(folder.resolve("new.pem"));
  }

  @Test
  void nobodyGetsInWithoutTheCredentials() {
    given().contentType(ContentType.JSON).body("{}").post(CHECKS).then().statusCode(401);
    given().get(ANCHORS + "?name=root").then().statusCode(401);
  }

  /** It dials whoever is named: not at the wish of a page that an administrator looks at. */
  @Test
  void aPageOfAnotherSiteHasNothingChecked() throws Exception {
    for (String path : List.of(CHECKS, "/api/v1/certificate-rehearsals", "/api/v1/trust-anchors")) {
      admin()
          .contentType(ContentType.JSON)
          .header("Origin", "http://evil.example")
          .body("{}")
          .post(path)
          .then()
          .statusCode(403)
          .body("detail", containsString("another site"));
    }
    admin().contentType("text/plain").body("{\"pem\": \"\"}").post(CHECKS).then().statusCode(415);
  }

  @Test
  void aFileIsChecked() throws Exception {
    JsonPath json =
        post(Map.of("pem", pem(ca.issue(Issue.to(NAME)))))
            .then()
            .statusCode(200)
            .contentType(ContentType.JSON)
            .body("ok", equalTo(false))
            .body("role", equalTo("server"))
            .body("certificates", hasSize(2))
            .body("certificates[0].endpoints[0].status", equalTo("ok"))
            .body("certificates[0].revocation.status", equalTo("not-revoked"))
            .body("root.trusted", equalTo(false))
            .body("toDo", hasItem(containsString("postern.anchors.pem")))
            .extract()
            .jsonPath();
    assertThat(json.getString("root.name")).contains("Checked Root");
    assertThat(crls.fetches()).isPositive();
  }

  @Test
  void aHostIsChecked() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named(NAME).identity(ca.issue(Issue.to(NAME))).start()) {
      post(Map.of("host", "127.0.0.1:" + peer.port(), "role", "client"))
          .then()
          .statusCode(200)
          .body("connection.status", equalTo("ok"))
          .body("connection.protocol", equalTo("TLSv1.3"))
          .body("role", equalTo("client"))
          .body(
              "firewall",
              hasItem(
                  Map.of(
                      "host",
                      "127.0.0.1",
                      "port",
                      peer.port(),
                      "what",
                      List.of("smtp"),
                      "by",
                      "here",
                      "reached",
                      true)));
    }
  }

  @Test
  void aNameIsLookedFor() throws Exception {
    post(Map.of("caName", "ROOT"))
        .then()
        .statusCode(200)
        .body("trusted", equalTo(true))
        .body("anchors", equalTo(anchors.current().size()));
    post(Map.of("caName", "Checked Root"))
        .then()
        .statusCode(200)
        .body("trusted", equalTo(false))
        .body("todo", hasItem(containsString("postern.anchors.pem")));
  }

  @Test
  void theEndpointsOfAnAuthorityThatWasSeenAreAsked() throws Exception {
    Identity partner = ca.issue(Issue.to("seen.checked.example"));
    byte[] fingerprint = Fingerprints.chain(partner.der());
    CertificateChain.Builder chain =
        CertificateChain.newBuilder()
            .setFingerprint(ByteString.copyFrom(fingerprint))
            .setRole(CertificateRole.ROLE_SERVER)
            .setLastUsedMillis(System.currentTimeMillis());
    partner.der().forEach(der -> chain.addCertificates(ByteString.copyFrom(der)));
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.CERTIFICATE_CHAINS,
                  Fingerprints.hex(fingerprint),
                  chain.build().toByteArray()))
          .get();
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                post(Map.of("caName", "Checked"))
                    .then()
                    .statusCode(200)
                    .body("trusted", equalTo(false))
                    .body("seen.certificates.flatten().endpoints.flatten().status", hasItem("ok"))
                    .body("seen[0].names", hasItem("seen.checked.example")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{}|exactly one of pem, host and caName",
        "{'pem':'x','host':'y'}|exactly one of pem, host and caName",
        "{'host':'a b'}|host: 'a b' is not a host",
        "{'host':'a.example:0'}|host: 'a.example:0' has an invalid port",
        "{'pem':'nothing'}|pem has no certificate",
        "{'caName':'x'}|two letters",
        "{'host':'a.example','role':'both'}|role: write server or client"
      })
  void whatIsWrongIsNamedWithTheCure(String body, String message) throws Exception {
    admin()
        .contentType(ContentType.JSON)
        .body(body.replace('\'', '"'))
        .post(CHECKS)
        .then()
        .statusCode(400)
        .body("detail", containsString(message));
  }

  /** Four checks of one caller were all that there were for everybody. */
  @Test
  void oneCallersChecksLeaveAnotherItsPlaces() throws Exception {
    Map<String, String> file = Map.of("pem", pem(ca.issue(Issue.to(NAME))));
    List<Future<Integer>> running = new ArrayList<>();
    try (ScriptedPeer peer =
            ScriptedPeer.named(NAME)
                .identity(ca.issue(Issue.to(NAME)))
                .on(PeerStage.BANNER, PeerStep.hang())
                .start();
        ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, String> host = Map.of("host", "127.0.0.1:" + peer.port());
      int own = Math.toIntExact(Bound.CERTIFICATE_CHECKS.ofUser());
      for (int i = 0; i < own; i++) {
        running.add(side.submit(() -> post(host).statusCode()));
      }
      assertThat(peer.awaitSessions(own, Duration.ofSeconds(10))).hasSize(own);
      post(host)
          .then()
          .statusCode(429)
          .header("Retry-After", "10")
          .body(
              "detail",
              equalTo(
                  "You have as many certificate checks in progress as one user may: try again in"
                      + " 10 seconds."));
      assertThat(another(file).statusCode()).isEqualTo(200);
      peer.asUsual();
      for (Future<Integer> one : running) {
        assertThat(one.get()).isEqualTo(200);
      }
      assertThat(post(host).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void anAdministratorHasHostsCheckedAtPortsOfMailOnly() throws Exception {

    another(Map.of("host", "192.0.2.1:9092"))
        .then()
        .statusCode(403)
        .body("detail", containsString("24, 25, 465 and 587"));
  }

  /** Each check connects to a host of the caller's choice, from here. */
  @Test
  void anOrganizationHasThirtyHostsCheckedAtOnceAndAnothersAreNone() throws Exception {
    Checks strict = new Checks(new Strict(settings), anchors, seen, InstantSource.system(), dns);
    Target host = new Target.Host("127.0.0.1", 25); // which is not connected to
    for (int i = 0; i < 30; i++) {
      strict.check(new Holder("user " + i, "contoso"), host, CertificateRole.ROLE_SERVER);
    }

    assertThatThrownBy(
            () -> strict.check(new Holder("anna", "contoso"), host, CertificateRole.ROLE_SERVER))
        .isInstanceOf(ProblemException.class)
        .hasMessage(
            "Your organization has had 30 hosts checked lately, and may have 60 an hour: try again"
                + " in a minute.");
    strict.check(new Holder("ben", "fabrikam"), host, CertificateRole.ROLE_SERVER);
  }

  private static Response another(Map<String, String> body) {
    return given()
        .header("Authorization", AccessForTests.bearer("another", "administrator:contoso"))
        .contentType(ContentType.JSON)
        .body(body)
        .post(CHECKS);
  }

  /** As configured, but for one thing. */
  private record Strict(RevocationConfig as) implements RevocationConfig {
    @Override
    public boolean allowPrivateTargets() {
      return false;
    }

    @Override
    public Optional<String> httpProxy() {
      return as.httpProxy();
    }

    @Override
    public Path cacheFolder() {
      return as.cacheFolder();
    }

    @Override
    public long cacheBytes() {
      return as.cacheBytes();
    }

    @Override
    public Duration connectTimeout() {
      return as.connectTimeout();
    }

    @Override
    public Duration fetchTimeout() {
      return as.fetchTimeout();
    }

    @Override
    public long maxBytes() {
      return as.maxBytes();
    }

    @Override
    public int maxRedirects() {
      return as.maxRedirects();
    }

    @Override
    public int concurrentFetches() {
      return as.concurrentFetches();
    }

    @Override
    public int concurrentFetchesPerHost() {
      return as.concurrentFetchesPerHost();
    }

    @Override
    public Duration failureMemory() {
      return as.failureMemory();
    }

    @Override
    public Duration failureMemoryLongest() {
      return as.failureMemoryLongest();
    }

    @Override
    public Duration refreshAfter() {
      return as.refreshAfter();
    }
  }

  @Test
  void theInsideIsNotScanned() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named(NAME).identity(ca.issue(Issue.to(NAME))).start()) {
      Checks strict = new Checks(new Strict(settings), anchors, seen, InstantSource.system(), dns);
      Report report =
          strict.check(
              new Holder("anna", "contoso"),
              new Target.Host("localhost", peer.port()),
              CertificateRole.ROLE_SERVER);
      assertThat(Objects.requireNonNull(report.connection()).status())
          .isEqualTo(Connection.Status.BLOCKED_ADDRESS);
      assertThat(peer.sessions()).isEmpty();
    }
  }

  @Test
  void anchorsAreFoundByNameAndFingerprint() throws Exception {
    JsonPath all = admin().get(ANCHORS + "?name=root").then().statusCode(200).extract().jsonPath();
    assertThat(all.getBoolean("trusted")).isTrue();
    assertThat(all.getString("roots[0].anchor.sources[0]")).isEqualTo("jdk");
    String sha1 = all.getString("roots[0].anchor.sha1").replaceAll("..(?!$)", "$0:");
    admin()
        .queryParam("fingerprint", sha1)
        .get(ANCHORS)
        .then()
        .statusCode(200)
        .body("roots", hasSize(1))
        .body("roots[0].anchor.subject", equalTo(all.getString("roots[0].anchor.subject")));
    admin()
        .get(ANCHORS + "?name=no+such+root")
        .then()
        .statusCode(200)
        .body("trusted", equalTo(false))
        .body("todo", hasItem(containsString("postern.anchors.pem")));
  }

  @ParameterizedTest
  @CsvSource({
    "'', write either",
    "?name=root&fingerprint=00, write either",
    "?name=x, name: write at least two letters",
    "?fingerprint=00, fingerprint: it is not a fingerprint"
  })
  void aWrongQueryIsNamed(String query, String message) throws Exception {
    admin().get(ANCHORS + query).then().statusCode(400).body("detail", containsString(message));
  }

  @Test
  void theDescriptionHasTheFieldsOfTheAnswers() throws Exception {
    JsonPath schemas =
        given()
            .accept(ContentType.JSON)
            .get("/q/openapi?format=json")
            .then()
            .statusCode(200)
            .extract()
            .jsonPath();
    JsonPath answer =
        post(Map.of("pem", pem(ca.issue(Issue.to(NAME))))).then().extract().jsonPath();
    Map<String, String> places =
        Map.of(
            "Report", "",
            "CheckedCertificate", "certificates[0]",
            "CertificateIdentity", "certificates[0].facts",
            "CheckedEndpoint", "certificates[0].endpoints[0]",
            "CheckedRoot", "root",
            "FirewallEntry", "firewall[0]");
    places.forEach(
        (schema, place) -> {
          Map<String, Object> described =
              schemas.getMap("components.schemas." + schema + ".properties");
          Map<String, Object> answered = answer.getMap(place.isEmpty() ? "$" : place);
          assertThat(described.keySet()).as(schema).containsAll(answered.keySet());
        });
    assertThat(schemas.getString("components.schemas"))
        .contains("dns-failure", "starttls-refused")
        .doesNotContain("DNS_FAILURE");
  }
}
