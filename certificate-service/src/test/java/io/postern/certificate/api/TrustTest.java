package io.postern.certificate.api;

import static io.postern.certificate.api.Administrator.admin;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import io.postern.certificate.answers.AnchorsResource;
import io.postern.certificate.answers.BrokerResource;
import io.postern.contracts.Fingerprints;
import io.postern.lab.LabCa;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
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
    await().atMost(Duration.ofSeconds(20)).until(() -> check(fingerprint).getBoolean("trusted"));
    JsonPath trusted = check(sha1(ca.root()));
    String with = trusted.getString("sinceBundle");
    assertThat(trusted.getString("bundle")).isEqualTo(with);
    assertThat(Instant.parse(trusted.getString("since"))).isBetween(before, Instant.now());
    assertThat(trusted.getBoolean("orEarlier")).isFalse();
    assertThat(trusted.getString("until")).isNull();
    assertThat(trusted.getString("anchor.sha256")).isEqualTo(fingerprint);
    assertThat(trusted.getString("anchor.subject")).contains("Root check");
    assertThat(trusted.getList("anchor.sources")).isEqualTo(List.of("folder " + file));
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
    await().atMost(Duration.ofSeconds(20)).until(() -> !check(fingerprint).getBoolean("trusted"));
    JsonPath gone = check(fingerprint);
    assertThat(Instant.parse(gone.getString("until"))).isBetween(before, Instant.now());
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
        .body("distrusted", equalTo(true))
        .body("todo[0]", containsString("postern.anchors.distrusted"));
  }

  @Test
  void aRootThatNobodyKnowsIsAnsweredWithWhatToDo() throws Exception {
    admin()
        .get(ANCHORS + "ab".repeat(32))
        .then()
        .statusCode(200)
        .body("trusted", equalTo(false))
        .body("distrusted", equalTo(false))
        .body("anchor", nullValue())
        .body("since", nullValue())
        .body("todo", hasItem(containsString("ab".repeat(32))))
        .body("todo", hasItem(containsString("trustAnchors")));
  }

  @Test
  void whatIsNoFingerprintAndNoVersionIsNamed() throws Exception {
    admin()
        .get(ANCHORS + "GlobalSign")
        .then()
        .statusCode(400)
        .body("error", containsString("SHA-256"));
    admin()
        .get(BUNDLES + "/none")
        .then()
        .statusCode(404)
        .body("error", containsString("/api/v1/trust-bundles"));
    admin().get(BUNDLES + "/none/differences/none").then().statusCode(404);
  }

  @Test
  void theDescriptionOfTheApiNamesThem() {
    String description = given().get("/q/openapi").asString();
    assertThat(description)
        .contains(BUNDLES + "/{from}/differences/{to}", ANCHORS + "{fingerprint}", "orEarlier");
  }
}
