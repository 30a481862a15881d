package io.postern.certificate.api;

import static io.postern.certificate.api.Administrator.admin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import com.google.protobuf.ByteString;
import io.postern.certificate.answers.AnchorsResource;
import io.postern.certificate.answers.BrokerResource;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The root check and the versions of the default anchors over HTTP (S10), from a real log. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(AnchorsResource.class)
class TrustTest {
  private static final String ANCHORS = "/api/v1/trust-anchors/";
  private static final String BUNDLES = "/api/v1/trust-bundles";

  @ConfigProperty(name = "postern.test.anchors", defaultValue = "of another test")
  Path folder = Path.of("");

  @Inject LogSettings log;

  private final LabCa ca = LabCa.create("Root check " + System.nanoTime());

  @BeforeEach
  void ready() {
    Administrator.awaitReady();
    // The URL's bundle is the last of those that the start brings.
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> bundles().getString("versions").contains("url https"));
  }

  private static JsonPath bundles() throws Exception {
    return admin().get(BUNDLES).then().extract().jsonPath();
  }

  private static JsonPath check(String fingerprint) throws Exception {
    return admin().get(ANCHORS + fingerprint).then().statusCode(200).extract().jsonPath();
  }

  private static String sha256(X509Certificate certificate) throws Exception {
    return Fingerprints.hex(Fingerprints.sha256(certificate.getEncoded()));
  }

  private static String sha1(X509Certificate certificate) throws Exception {
    return HexFormat.ofDelimiter(":")
        .formatHex(MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded()))
        .toUpperCase(Locale.ROOT);
  }

  @ParameterizedTest
  @ValueSource(strings = {BUNDLES, BUNDLES + "/a", BUNDLES + "/a/differences/b", ANCHORS + "00"})
  void nobodyGetsInWithoutTheCredentials(String path) {
    given().get(path).then().statusCode(401);
  }

  @Test
  void aRootThatComesAndGoesIsTrustedSinceAndUntil() throws Exception {
    Instant before = Instant.now();
    String fingerprint = sha256(ca.root());
    assertThat(check(fingerprint).getBoolean("trusted")).isFalse();
    String old = bundles().getString("versions[0].version");

    Path file = folder.resolve("anchors").resolve("check.pem");
    ca.writeRoot(file);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> check(fingerprint).getString("roots[0].since") != null);
    JsonPath trusted = check(sha1(ca.root()));
    String with = trusted.getString("roots[0].sinceBundle");
    assertThat(trusted.getString("bundle")).isEqualTo(with);
    assertThat(Instant.parse(trusted.getString("roots[0].since"))).isBetween(before, Instant.now());
    assertThat(trusted.getBoolean("roots[0].orEarlier")).isFalse();
    assertThat(trusted.getString("roots[0].until")).isNull();
    assertThat(trusted.getString("roots[0].anchor.sha256")).isEqualTo(fingerprint);
    assertThat(trusted.getString("roots[0].anchor.subject")).contains("Root check");
    assertThat(trusted.getList("roots[0].anchor.sources")).isEqualTo(List.of("folder " + file));
    assertThat(trusted.getList("todo")).isEmpty();

    admin()
        .get(BUNDLES + "/" + old + "/differences/" + with)
        .then()
        .statusCode(200)
        .body("came.sha256", equalTo(List.of(fingerprint)))
        .body("went", equalTo(List.of()));
    admin()
        .get(BUNDLES + "/" + with)
        .then()
        .statusCode(200)
        .body("before", equalTo(old))
        .body("came", equalTo(List.of(fingerprint)))
        .body("anchors.sha256", hasItem(fingerprint))
        .body("sources", hasItem("folder " + file));

    Files.delete(file);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> check(fingerprint).getString("roots[0].until") != null);
    JsonPath gone = check(fingerprint);
    assertThat(Instant.parse(gone.getString("roots[0].until"))).isBetween(before, Instant.now());
    assertThat(gone.getString("bundle")).isEqualTo(old);
    assertThat(gone.getList("todo", String.class))
        .anyMatch(line -> line.contains("Root check") && line.contains(fingerprint))
        .anyMatch(
            line ->
                line.contains("postern.anchors.folder")
                    && line.contains(folder.resolve("anchors").toString()));
    JsonPath versions = bundles();
    assertThat(versions.getString("versions[0].version")).isEqualTo(old);
    assertThat(versions.getInt("versions[0].went")).isEqualTo(1);
    assertThat(versions.getString("versions[0].until")).isNull();
    assertThat(versions.getString("versions[1].version")).isEqualTo(with);
    assertThat(versions.getString("versions[1].until"))
        .isEqualTo(versions.getString("versions[0].since"));
  }

  @Test
  void aRootThatIsDistrustedIsToldSo() throws Exception {
    LabCa distrusted = LabCa.open(folder.resolve("distrusted"), "Distrusted", null);
    admin()
        .get(ANCHORS + sha256(distrusted.root()))
        .then()
        .statusCode(200)
        .body("trusted", equalTo(false))
        .body("distrustedBy", equalTo("postern.anchors.distrusted"))
        .body("roots[0].distrustedBy", equalTo("postern.anchors.distrusted"))
        .body("todo[0]", containsString("postern.anchors.distrusted"));
  }

  @Test
  void aRootThatNobodyKnowsIsAnsweredWithWhatToDo() throws Exception {
    admin()
        .get(ANCHORS + "ab".repeat(32))
        .then()
        .statusCode(200)
        .body("trusted", equalTo(false))
        .body("distrustedBy", equalTo(""))
        .body("roots", hasSize(0))
        .body("todo", hasItem(containsString("ab".repeat(32))))
        .body("todo", hasItem(containsString("trustAnchors")));
  }

  // Posted as an administrator has it: what the server sends, the root not among it.
  private static JsonPath underChain(String pem, String query) throws Exception {
    return admin()
        .contentType(ContentType.JSON)
        .body(Map.of("pem", pem))
        .post(ANCHORS.replaceFirst("/$", "") + query)
        .then()
        .statusCode(200)
        .extract()
        .jsonPath();
  }

  private String chain() throws Exception {
    Path written = Files.createDirectory(folder.resolve("chain" + System.nanoTime()));
    ca.issue(Issue.to("mx.fabrikam.example")).write(written, "mx");
    return Files.readString(written.resolve("mx.pem"));
  }

  @Test
  void theRootUnderAChainIsFoundWithSinceAndBundle() throws Exception {
    JsonPath unknown = underChain(chain(), "");
    assertThat(unknown.getBoolean("trusted")).isFalse();
    assertThat(unknown.getString("query")).contains("Root check");
    assertThat(unknown.getList("todo", String.class)).anyMatch(line -> line.contains("Root check"));

    Path file = folder.resolve("anchors").resolve("chain.pem");
    ca.writeRoot(file);
    try {
      String fingerprint = sha256(ca.root());
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> check(fingerprint).getString("roots[0].since") != null);
      JsonPath trusted = underChain(chain(), "");
      assertThat(trusted.getBoolean("trusted")).isTrue();
      assertThat(trusted.getList("roots.anchor.sha256")).isEqualTo(List.of(fingerprint));
      assertThat(trusted.getString("roots[0].since")).isNotNull();
      assertThat(trusted.getString("roots[0].sinceBundle")).isEqualTo(trusted.getString("bundle"));
      assertThat(trusted.getList("roots[0].anchor.sources")).isEqualTo(List.of("folder " + file));
      JsonPath named =
          admin().queryParam("name", "root CHECK").get("/api/v1/trust-anchors").jsonPath();
      assertThat(named.getList("roots.anchor.sha256")).contains(fingerprint);
      assertThat(named.getString("roots[0].since")).isNotNull();
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void aSourceThatAloneHasChangedIsTold() throws Exception {
    String fingerprint = sha256(ca.root());
    Path first = folder.resolve("anchors").resolve("first.pem");
    Path second = folder.resolve("anchors").resolve("second.pem");
    ca.writeRoot(first);
    try {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> check(fingerprint).getString("roots[0].since") != null);
      JsonPath before = check(fingerprint);
      Files.move(first, second);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  check(fingerprint)
                      .getList("roots[0].anchor.sources")
                      .equals(List.of("folder " + second)));
      JsonPath after = check(fingerprint);
      assertThat(after.getBoolean("trusted")).isTrue();
      String bundle = after.getString("bundle");
      assertThat(bundle).isEqualTo(before.getString("bundle"));
      assertThat(after.getString("roots[0].since")).isEqualTo(before.getString("roots[0].since"));
      admin()
          .get(BUNDLES + "/" + bundle)
          .then()
          .body("sources", hasItem("folder " + second))
          .body("anchors.find { it.sha256 == '" + fingerprint + "' }.sources", hasSize(1));
      assertThat(bundles().getString("inForce")).isEqualTo(bundle);
    } finally {
      Files.deleteIfExists(first);
      Files.deleteIfExists(second);
    }
  }

  // The directory has the set "with" of the default anchors without one, and "alone" of one.
  private void organization(String id, LabCa removed, LabCa own) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      String command = "command-" + System.nanoTime();
      List<AnchorSet> sets =
          List.of(
              AnchorSet.newBuilder()
                  .setOrganization(id)
                  .setName("with")
                  .setWithDefaults(true)
                  .addDistrusted(
                      ByteString.copyFrom(Fingerprints.sha256(removed.root().getEncoded())))
                  .build(),
              AnchorSet.newBuilder()
                  .setOrganization(id)
                  .setName("alone")
                  .addCertificates(ByteString.copyFrom(own.root().getEncoded()))
                  .build());
      for (int i = 0; i < sets.size(); i++) {
        DirectoryObject object =
            DirectoryObject.newBuilder()
                .setAnchorSet(sets.get(i))
                .setCommandId(command)
                .setCommandCount(sets.size())
                .setCommandIndex(i)
                .build();
        producer
            .send(
                new ProducerRecord<>(
                    Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray()))
            .get();
      }
    }
  }

  @Test
  void anOrganizationsSetsTellOfTheirOwnRootsAndRemovals() throws Exception {
    String organization = "contoso" + System.nanoTime();
    admin()
        .get(ANCHORS + "00".repeat(32) + "?organization=" + organization)
        .then()
        .statusCode(404)
        .body("detail", containsString("organization"));
    LabCa removed = LabCa.create("Removed " + System.nanoTime());
    Path file = folder.resolve("anchors").resolve("removed.pem");
    removed.writeRoot(file);
    try {
      String defaultRoot = sha256(removed.root());
      await().atMost(Duration.ofSeconds(20)).until(() -> check(defaultRoot).getBoolean("trusted"));
      organization(organization, removed, ca);
      String query = "?organization=" + organization;
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> admin().get(ANCHORS + defaultRoot + query).statusCode() == 200);

      JsonPath ofDefault = check(defaultRoot + query);
      assertThat(ofDefault.getBoolean("trusted")).isTrue();
      String alone = organization + "/alone";
      String with = organization + "/with";
      assertThat(ofDefault.getList("sets.set")).isEqualTo(List.of(alone, with));
      assertThat(ofDefault.getList("sets.withDefaults")).isEqualTo(List.of(false, true));
      assertThat(ofDefault.getList("sets.trusted")).isEqualTo(List.of(false, false));
      assertThat(ofDefault.getList("sets[1].removed")).isEqualTo(List.of(defaultRoot));
      assertThat(ofDefault.getList("roots[0].sets.distrustedBy"))
          .isEqualTo(List.of("", "trust anchors " + with));
      assertThat(ofDefault.getList("todo", String.class))
          .anyMatch(line -> line.contains(alone) && line.contains("withDefaults"))
          .anyMatch(line -> line.contains(with) && line.contains("\"distrusted\""));

      JsonPath ofOwn = check(sha256(ca.root()) + query);
      assertThat(ofOwn.getBoolean("trusted")).isFalse();
      assertThat(ofOwn.getList("roots[0].sets.trusted")).isEqualTo(List.of(true, false));
      assertThat(ofOwn.getList("sets.trusted")).isEqualTo(List.of(true, false));

      JsonPath ofChain = underChain(chain(), query);
      assertThat(ofChain.getBoolean("trusted")).isFalse();
      assertThat(ofChain.getList("sets.trusted")).isEqualTo(List.of(true, false));
      assertThat(ofChain.getList("roots.anchor.sha256")).isEqualTo(List.of(sha256(ca.root())));
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void aBodyThatIsNoChainIsNamed() throws Exception {
    for (String body : List.of("{}", "{\"pem\":\"nothing\"}")) {
      admin()
          .contentType(ContentType.JSON)
          .body(body)
          .post("/api/v1/trust-anchors")
          .then()
          .statusCode(400)
          .body("detail", containsString("pem has no certificate"));
    }
  }

  @Test
  void whatIsNoFingerprintAndNoVersionIsNamed() throws Exception {
    admin()
        .get(ANCHORS + "GlobalSign")
        .then()
        .statusCode(400)
        .body("detail", containsString("SHA-256"));
    admin()
        .get(BUNDLES + "/none")
        .then()
        .statusCode(404)
        .body("detail", containsString("/api/v1/trust-bundles"));
    admin().get(BUNDLES + "/none/differences/none").then().statusCode(404);
  }

  @Test
  void theDescriptionOfTheApiNamesThem() {
    String description = given().get("/q/openapi").asString();
    assertThat(description)
        .contains(BUNDLES + "/{from}/differences/{to}", ANCHORS + "{fingerprint}", "orEarlier");
  }
}
