package io.postern.certificate.dns;

import static io.postern.certificate.api.Administrator.admin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import com.google.protobuf.ByteString;
import io.postern.certificate.Management;
import io.postern.certificate.answers.BrokerResource;
import io.postern.certificate.api.Administrator;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.dns.mtasts.StsPolicy;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabDns;
import io.postern.lab.LabZones;
import io.postern.log.LogSettings;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Our own domains over HTTP, by a real log, a DNS that proves its answers, and real HTTPS. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(OwnDnsResource.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnDnsTest {
  private static final String HOST = "mx.contoso.example";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Inject LogSettings log;
  @Inject OwnPolicies policies;

  private Path folder = Path.of("");
  private int policyPort;
  private @Nullable LabDns lab;
  private @Nullable LabCa authority;

  @BeforeEach
  void ready() throws Exception {
    Administrator.awaitReady();
    if (lab != null) {
      return;
    }
    Config config = ConfigProvider.getConfig();
    folder = config.getValue("postern.test.own", Path.class);
    policyPort = config.getValue("postern.own.policy-port", Integer.class);
    String server = config.getValue("postern.dns.servers", String.class);
    authority = LabCa.open(folder.resolve("ca"), "Own", null);
    lab =
        LabDns.on(Integer.parseInt(server.substring(server.indexOf(':') + 1)))
            .signedBy(new LabZones().signed("example").insecure("plain.example"))
            .validating();
    directory("contoso.example", "fabrikam.example", "plain.example");
    await()
        .atMost(PATIENCE)
        .until(() -> admin().get("/api/v1/dns/plain.example").statusCode() == 200);
  }

  @AfterAll
  void end() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void strangersAndStrangeNamesGetNoAnswer() throws Exception {
    given().get("/api/v1/dns/contoso.example").then().statusCode(401);
    admin()
        .get("/api/v1/dns/stranger.example")
        .then()
        .statusCode(404)
        .body("detail", containsString("postern.own.mx-hosts"));
  }

  /** Each answer's cure is pasted into the zone; the next answer shows that it was right. */
  @Test
  void aDomainFromNothingToAChangeOfKeyAndAChangeThatWasForgotten() throws Exception {
    Identity first = issued();
    presented(first, null, 0);
    JsonPath nothing = awaitState("TLSA", HOST, "missing");
    assertThat(nothing.getBoolean("ok")).isFalse();
    assertThat(state(nothing, "MX")).isEqualTo("missing");
    assertThat(state(nothing, "A")).isEqualTo("must-come-first");
    paste(nothing);
    dns().a(HOST, "127.0.0.1").a("mta-sts.contoso.example", "127.0.0.1");
    anchors().writeRoot(folder.resolve("anchors").resolve("root.pem"));
    await().atMost(PATIENCE).until(() -> decided("contoso.example").contains("mode: enforce"));
    await().atMost(PATIENCE).untilAsserted(this::pasteUntilOk);
    assertThat(policyText("contoso.example")).contains("mode: enforce").contains("mx: " + HOST);

    Identity second = issued();
    Instant planned = Instant.now().plus(Duration.ofMinutes(30));
    presented(first, second, planned.toEpochMilli());
    JsonPath coming = awaitState("TLSA", HOST, "must-come-first");
    assertThat(coming.getBoolean("coming[0].tooEarly")).isTrue();
    assertThat(coming.getString("coming[0].from")).isNull();
    assertThat(state(coming, "TLSA", HOST)).isEqualTo("must-come-first");
    assertThat(rehearsed(second)).contains("fails", "senders with DANE will refuse");
    paste(coming);
    JsonPath published = awaitState("TLSA", HOST, "ok");
    Instant from = Instant.parse(published.getString("coming[0].from"));
    assertThat(from)
        .isBetween(Instant.now(), Instant.now().plus(Duration.ofHours(2))); // twice the TTL

    assertThat(rehearsed(second)).contains("check", "is new: senders may have the former ones");

    presented(second, null, 0);
    JsonPath changed = awaitState("TLSA", HOST, "differs");
    List<String> remove = changed.getList(row("TLSA", HOST) + "remove");
    assertThat(remove).hasSize(1);
    remove.forEach(dns()::unzone);
    await().atMost(PATIENCE).until(() -> report("contoso.example").getBoolean("ok"));
    assertThat(admin().get("/api/v1/dns/" + HOST).jsonPath().getBoolean("ok")).isTrue();

    Identity forgotten = issued();
    presented(forgotten, null, 0);
    JsonPath refused = awaitState("TLSA", HOST, "refused");
    assertThat(refused.getString(row("TLSA", HOST) + "note")).contains("refuse the host now");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                admin()
                    .get("/api/v1/dns")
                    .jsonPath()
                    .getList("findings.findAll {it.state == 'refused'}.name")
                    .contains(TlsaRow.name(HOST) + "."));
    assertThat(given().get(Management.uri() + "/metrics").asString())
        .contains("postern_certificate_own_records{state=\"refused\"} 1.0");
    assertThat(given().get(Management.uri() + "/health/ready").asString())
        .contains("\"own records refused\": 1");
    dns().remove(TlsaRow.name(HOST)).remove(HOST).remove("contoso.example");
  }

  @Test
  void policiesAreServedByServerNameAndWithTheKeysThatAreThere() throws Exception {
    PolicyClient client = new PolicyClient(anchors(), policyPort);
    PolicyClient.Fetched testing = client.get("mta-sts.fabrikam.example", PolicyServer.PATH);
    assertThat(testing.status()).isEqualTo(200);
    assertThat(testing.text()).containsIgnoringCase("Content-Type: text/plain");
    StsPolicy policy = StsPolicy.parse(testing.body().getBytes(StandardCharsets.US_ASCII));
    assertThat(policy)
        .isEqualTo(new StsPolicy(StsPolicy.Mode.TESTING, List.of(HOST), Duration.ofDays(7)));
    JsonPath report = report("fabrikam.example");
    assertThat(report.getString(row("TXT", "_mta-sts.fabrikam.example") + "add[0]"))
        .contains("v=STSv1; id=" + new OwnPolicy(policy, "").record().id());
    assertThat(client.get("mta-sts.fabrikam.example", "/").status()).isEqualTo(404);
    assertThat(client.get("mta-sts.fabrikam.example", "/api/v1/dns/x").status()).isEqualTo(404);
    for (String other :
        List.of("mta-sts.plain.example", "mta-sts.stranger.example", "fabrikam.example")) {
      assertThat(
              client
                  .request(
                      "mta-sts.fabrikam.example",
                      "GET "
                          + PolicyServer.PATH
                          + " HTTP/1.1\r\nHost: "
                          + other
                          + "\r\nConnection: close\r\n\r\n")
                  .status())
          .as(other)
          .isEqualTo(404);
    }
    anchors().issue(Issue.to("mta-sts.fabrikam.example")).write(folder, "renewed");
    for (String kind : List.of(".key", ".pem")) {
      Files.move(
          folder.resolve("renewed" + kind),
          folder.resolve("fabrikam" + kind),
          StandardCopyOption.ATOMIC_MOVE);
    }
    await()
        .atMost(PATIENCE)
        .ignoreExceptions() // the two files are renamed one after the other
        .until(
            () ->
                !client
                    .get("mta-sts.fabrikam.example", PolicyServer.PATH)
                    .certificate()
                    .equals(testing.certificate()));
  }

  /** RFC 8461 says nothing of who may ask: strangers, and so many. */
  @Test
  void strangersThatFillTheConnectionsAreThrownOutAndPoliciesAreServedAgain() throws Exception {
    PolicyClient client = new PolicyClient(anchors(), policyPort);
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        silent.add(new Socket("127.0.0.1", policyPort));
      }
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                Socket one = silent.getFirst();
                one.setSoTimeout((int) PATIENCE.toMillis());
                return one.getInputStream().read() < 0;
              });
      await()
          .atMost(PATIENCE)
          .ignoreExceptions() // as long as others of them are there
          .until(() -> client.get("mta-sts.fabrikam.example", PolicyServer.PATH).status() == 200);
    } finally {
      for (Socket one : silent) {
        one.close();
      }
    }
  }

  private static String row(String type, String name) {
    String full = (type.equals("TLSA") ? TlsaRow.name(name) : name) + ".";
    return "rows.find {it.type == '" + type + "' && it.name == '" + full + "'}.";
  }

  private static String state(JsonPath report, String type, String name) {
    return report.getString(row(type, name) + "state");
  }

  private static String state(JsonPath report, String type) {
    return report.getString("rows.find {it.type == '" + type + "'}.state");
  }

  private JsonPath awaitState(String type, String name, String state) {
    await()
        .atMost(PATIENCE)
        .until(() -> state.equals(state(report("contoso.example"), type, name)));
    return report("contoso.example");
  }

  private static JsonPath report(String name) {
    try {
      return admin().get("/api/v1/dns/" + name).then().statusCode(200).extract().jsonPath();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Result and reason of the outcome about our host's TLSA records. */
  private String rehearsed(Identity replacement) throws Exception {
    replacement.write(folder, "rehearsed");
    JsonPath rehearsal =
        admin()
            .contentType("application/json")
            .body(Map.of("certificate", Files.readString(folder.resolve("rehearsed.pem"))))
            .post("/api/v1/certificate-rehearsals")
            .then()
            .statusCode(200)
            .extract()
            .jsonPath();
    String outcome = "outcomes.find {it.concerns == 'TLSA " + HOST + "'}.";
    return rehearsal.getString(outcome + "result") + ": " + rehearsal.getString(outcome + "reason");
  }

  private void pasteUntilOk() {
    JsonPath report = report("contoso.example");
    paste(report);
    assertThat(report.getBoolean("ok")).as(report.prettify()).isTrue();
  }

  private void paste(JsonPath report) {
    report.<List<String>>getList("rows.remove").forEach(lines -> lines.forEach(dns()::unzone));
    report.<List<String>>getList("rows.add").forEach(lines -> lines.forEach(dns()::zone));
  }

  private String decided(String domain) throws Exception {
    policies.look();
    return policyText(domain);
  }

  private String policyText(String domain) throws Exception {
    return new PolicyClient(anchors(), policyPort)
        .get("mta-sts." + domain, PolicyServer.PATH)
        .text();
  }

  private LabDns dns() {
    return Objects.requireNonNull(lab);
  }

  private LabCa anchors() {
    return Objects.requireNonNull(authority);
  }

  private Identity issued() {
    return anchors().issue(Issue.to(HOST));
  }

  private void presented(Identity now, @Nullable Identity coming, long planned) throws Exception {
    OwnTls.Builder tls =
        OwnTls.newBuilder()
            .setService("ingress")
            .setReplica("own:25")
            .setAtMillis(System.currentTimeMillis())
            .addCertificates(own(now, OwnCertificateState.PRESENTED));
    if (coming != null) {
      tls.addCertificates(own(coming, OwnCertificateState.COMING).setPlannedMillis(planned));
    }
    send(Topics.CERTIFICATE_OWN, "ingress/own:25", tls.build().toByteArray());
  }

  private static OwnCertificate.Builder own(Identity identity, OwnCertificateState state) {
    OwnCertificate.Builder own =
        OwnCertificate.newBuilder().setRole(CertificateRole.ROLE_SERVER).setState(state);
    identity.der().forEach(der -> own.addChain(ByteString.copyFrom(der)));
    return own;
  }

  private void directory(String... domains) throws Exception {
    List<DirectoryObject> objects = new ArrayList<>();
    objects.add(
        DirectoryObject.newBuilder()
            .setOrganization(Organization.newBuilder().setId("own"))
            .build());
    for (String domain : domains) {
      objects.add(
          DirectoryObject.newBuilder()
              .setAcceptedDomain(
                  AcceptedDomain.newBuilder().setOrganization("own").setDomain(domain))
              .build());
    }
    for (int i = 0; i < objects.size(); i++) {
      DirectoryObject object =
          objects.get(i).toBuilder()
              .setCommandId("own")
              .setCommandCount(objects.size())
              .setCommandIndex(i)
              .build();
      send(Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray());
    }
  }

  private void send(String topic, String key, byte[] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get();
    }
  }
}
