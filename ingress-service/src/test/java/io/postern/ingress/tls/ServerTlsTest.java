package io.postern.ingress.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.TlsVersionSuites;
import io.postern.ingress.TestServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.transport.Staples;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server as the settings name it, and its files as they change. */
class ServerTlsTest {
  private static final Identity EC = TestServer.CA.issue(Issue.to("ec.postern.example"));
  private static final Identity RSA =
      TestServer.CA.issue(Issue.to("rsa.postern.example").withRsaKey());
  private static final Identity NEXT = TestServer.CA.issue(Issue.to("next.postern.example"));

  @TempDir private Path folder;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Map<String, String> settings = new HashMap<>();

  @BeforeEach
  void write() {
    EC.write(folder, "ec");
    RSA.write(folder, "rsa");
    set("certificate", folder.resolve("ec.pem"));
    set("key", folder.resolve("ec.key"));
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private void set(String name, Object value) {
    settings.put("postern.tls." + name, value.toString());
  }

  private void nameRsa() {
    set("certificates.rsa.certificate", folder.resolve("rsa.pem"));
    set("certificates.rsa.key", folder.resolve("rsa.key"));
  }

  private ServerTls start() {
    return new ServerTls(new SettingsOfATest(settings), Staples.NONE, registry);
  }

  private Path secret(String name, byte[] content) throws Exception {
    Path file = folder.resolve(name);
    Files.write(file, content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static List<String> names(ServerTls tls) {
    return tls.server().materials().stream()
        .map(
            m -> m.chain().getFirst().getSubjectX500Principal().getName().replaceFirst(",O=.*", ""))
        .toList();
  }

  private double gauge(String name, String tag, String value) {
    return registry.get(name).tag(tag, value).gauge().value();
  }

  @Test
  void severalCertificatesArePresentedAndPublishedTheFirstInFront() throws Exception {
    nameRsa();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "it", NEXT.key(), "secret".toCharArray(), NEXT.chain().toArray(X509Certificate[]::new));
    try (OutputStream out = Files.newOutputStream(folder.resolve("next.p12"))) {
      store.store(out, "secret".toCharArray());
    }
    set("certificates.next.pkcs12", folder.resolve("next.p12"));
    set(
        "certificates.next.pkcs12-password-file",
        secret("password", "secret\n".getBytes(StandardCharsets.US_ASCII)));
    try (ServerTls tls = start()) {
      assertThat(names(tls))
          .containsExactly(
              "CN=ec.postern.example", "CN=next.postern.example", "CN=rsa.postern.example");
      assertThat(tls.presented().get().getCertificatesList())
          .extracting(OwnCertificate::getChainCount)
          .hasSize(3);
      assertThat(gauge("postern.ingress.certificate.expires", "certificate", "rsa"))
          .isGreaterThan((double) Duration.ofHours(1).toSeconds());
      assertThat(gauge("postern.ingress.certificate.expires", "certificate", "default"))
          .isPositive();
    }
  }

  @Test
  void aBadCertificateKeepsItsOldAndDoesNotKeepTheOthersFromRenewal() throws Exception {
    nameRsa();
    try (ServerTls tls = start()) {
      Files.writeString(folder.resolve("rsa.pem"), "no certificate");
      NEXT.write(folder, "ec");
      tls.look();
      tls.look();
      assertThat(names(tls)).containsExactly("CN=next.postern.example", "CN=rsa.postern.example");
      assertThat(tls.refused().keySet()).containsExactly("rsa");
      assertThat(tls.refused().get("rsa")).contains("holds no certificate");
      assertThat(gauge("postern.ingress.tls.files.refused", "files", "rsa")).isOne();
      assertThat(gauge("postern.ingress.tls.files.refused", "files", "default")).isZero();
      RSA.write(folder, "rsa");
      tls.look();
      tls.look();
      assertThat(tls.refused()).isEmpty();
      assertThat(gauge("postern.ingress.tls.files.refused", "files", "rsa")).isZero();
    }
  }

  @Test
  void aTicketSecretIsReadAgainAndABadOneIsNot() throws Exception {
    set("ticket-secret", secret("tickets", new byte[32]));
    try (ServerTls tls = start()) {
      secret("tickets", new byte[31]);
      tls.look();
      tls.look();
      assertThat(tls.refused().get("ticket-secret")).contains("32 octets at least");
      secret("tickets", new byte[33]);
      tls.look();
      tls.look();
      assertThat(tls.refused()).isEmpty();
      Files.setPosixFilePermissions(
          secret("tickets", new byte[34]), PosixFilePermissions.fromString("rw-r--r--"));
      tls.look();
      tls.look();
      assertThat(tls.refused().get("ticket-secret")).contains("chmod 600");
      Files.setPosixFilePermissions(
          folder.resolve("tickets"), PosixFilePermissions.fromString("r--r-----"));
      tls.look();
      assertThat(tls.refused()).as("a new mode is seen").isEmpty();
    }
  }

  @Test
  void theOfferIsThatOfTheSettingsAndPublishedSo() {
    nameRsa();
    List<String> suites =
        List.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
    set("suites", String.join(",", suites));
    set("groups", "secp384r1,x25519");
    try (ServerTls tls = start()) {
      var capabilities = tls.presented().get().getCapabilities(0);
      assertThat(capabilities.getGroupsList()).containsExactly("secp384r1", "x25519");
      assertThat(capabilities.getVersionsList())
          .filteredOn(version -> version.getVersion() == TlsVersion.TLS_1_2)
          .singleElement()
          .extracting(TlsVersionSuites::getSuitesList, TlsVersionSuites::getClientOrder)
          .containsExactly(suites, false);
    }
    settings.remove("postern.tls.suites");
    set("minimum-version", "TLSv1.3");
    try (ServerTls tls = start()) {
      assertThat(tls.presented().get().getCapabilities(0).getVersionsList())
          .extracting(TlsVersionSuites::getVersion)
          .containsExactly(TlsVersion.TLS_1_3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "minimum-version | TLSv1.1 | postern.tls.minimum-version is \"TLSv1.1\": write TLSv1.2 or",
        "suites | TLS_RSA_WITH_AES_128_GCM_SHA256 | postern.tls.suites: \"TLS_RSA_WITH_AES_128",
        "suites | TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | no suite for the key type of any",
        "groups | sect163k1 | postern.tls.groups: \"sect163k1\" is not a group",
        "key-password-file | /nowhere | postern.tls.key-password-file names /nowhere, which",
        "ticket-secret | /nowhere | postern.tls.ticket-secret cannot be used: no such file:",
        "certificates.a.key | /nowhere | postern.tls.certificates.a.certificate is missing",
        "certificates.a.certificate | /nowhere | a.certificate names /nowhere, which cannot be",
        "certificates.a.pkcs12 | /nowhere | postern.tls.certificates.a.pkcs12 names /nowhere",
        "certificates.default.key | /nowhere | is not default",
        "certificate | /nowhere | postern.tls.certificate names /nowhere, which cannot be read"
      })
  void whatCannotBeUsedEndsTheStartWithASentence(String name, String value, String sentence) {
    set(name, value);
    assertThatThrownBy(this::start)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void namedCertificatesAloneAreEnough() {
    settings.clear();
    assertThatThrownBy(this::start).hasMessageStartingWith("postern.tls.certificate is missing");
    nameRsa();
    try (ServerTls tls = start()) {
      assertThat(names(tls)).containsExactly("CN=rsa.postern.example");
    }
    for (int i = 0; i < CertificateSettings.MOST; i++) {
      set("certificates.c" + i + ".certificate", folder.resolve("ec.pem"));
      set("certificates.c" + i + ".key", folder.resolve("ec.key"));
    }
    assertThatThrownBy(this::start).hasMessageContaining("keep 10 certificates");
  }
}
