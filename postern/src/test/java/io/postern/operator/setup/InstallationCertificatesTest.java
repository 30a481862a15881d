package io.postern.operator.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.operator.links.CertificateEnds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ssl.PEMKeyManager;

class InstallationCertificatesTest {
  private static final Instant NOW = Instant.now();
  @TempDir private Path root;

  @BeforeEach
  void folders() throws IOException {
    for (String holder : InstallationCertificates.PRINCIPALS) {
      Files.createDirectory(root.resolve(holder));
    }
    for (String service : InstallationCertificates.SERVICES) {
      Files.createDirectory(root.resolve(service).resolve("http"));
    }
    Files.createDirectory(root.resolve("broker"));
    Files.createDirectory(root.resolve("postgres"));
    Files.createDirectory(root.resolve("console/database"));
    Files.createDirectory(root.resolve("smtp"));
    Files.createDirectory(root.resolve("monitoring"));
  }

  @Test
  void eachHolderGetsKeysThatKafkaReads() throws Exception {
    make(NOW);
    for (String holder : InstallationCertificates.PRINCIPALS) {
      try (DefaultSslEngineFactory kafka = new DefaultSslEngineFactory()) {
        kafka.configure(
            Map.of(
                "ssl.protocol", "TLSv1.3",
                "ssl.keystore.type", "PEM",
                "ssl.keystore.location", root.resolve(holder).resolve("keys.pem").toString(),
                "ssl.truststore.type", "PEM",
                "ssl.truststore.location",
                    root.resolve(holder).resolve("authority.pem").toString()));
        assertThat(kafka.keystore().size()).isEqualTo(1);
        assertThat(kafka.truststore().size()).isEqualTo(1);
      }
    }
  }

  @Test
  void theCommonNameIsThePrincipalAndTheBrokerIsKnownByItsHost() throws Exception {
    make(NOW);
    KeyFolder broker = new KeyFolder(root.resolve("broker"), true);
    var leaf = broker.leaf(broker.trusted().orElseThrow()).orElseThrow();
    assertThat(leaf.getSubjectX500Principal().getName()).startsWith("CN=broker,");
    assertThat(KeyFolder.names(leaf)).containsExactlyInAnyOrder("broker", "localhost", "kafka");
    assertThat(leaf.getExtendedKeyUsage()).hasSize(2);
    KeyFolder ingress = new KeyFolder(root.resolve("ingress"), true);
    var client = ingress.leaf(ingress.trusted().orElseThrow()).orElseThrow();
    assertThat(client.getSubjectX500Principal().getName()).startsWith("CN=ingress,");
    // A stolen one cannot pose as the broker.
    assertThat(client.getExtendedKeyUsage()).hasSize(1);
  }

  @Test
  void eachOfThreeBrokersHasItsOwnKeyForItsOwnNameAndOneStaysAsItWas() throws Exception {
    InstallationCertificates.make(root, List.of("broker"), "gate.contoso.example", NOW);
    Map<Path, String> before = contents();
    Files.createDirectory(root.resolve("broker-2"));
    Files.createDirectory(root.resolve("broker-3"));
    List<String> hosts = List.of("broker", "broker-2", "log3.contoso.example");
    assertThat(InstallationCertificates.make(root, hosts, "gate.contoso.example", NOW))
        .filteredOn(line -> line.contains("made"))
        .extracting(line -> line.substring(0, line.indexOf(':')))
        .containsExactly("broker-2", "broker-3");
    assertThat(contents()).containsAllEntriesOf(before);
    assertThat(brokerNames("broker")).containsExactlyInAnyOrder("broker", "localhost");
    assertThat(brokerNames("broker-2")).containsExactlyInAnyOrder("broker-2", "localhost");
    assertThat(brokerNames("broker-3"))
        .containsExactlyInAnyOrder("broker-3", "localhost", "log3.contoso.example");
    assertThat(ends().ends()).containsKeys("broker", "broker-2", "broker-3");
  }

  /** Of a broker whose principal is the one of all brokers. */
  private Set<String> brokerNames(String folder) throws Exception {
    KeyFolder broker = new KeyFolder(root.resolve(folder), true);
    var leaf = broker.leaf(broker.trusted().orElseThrow()).orElseThrow();
    assertThat(leaf.getSubjectX500Principal().getName()).startsWith("CN=broker,");
    assertThat(leaf.getExtendedKeyUsage()).hasSize(2);
    return KeyFolder.names(leaf);
  }

  @Test
  void eachServicesHttpHasACertificateThatTheBrokerTakesFromNobody() throws Exception {
    make(NOW);
    for (String service : InstallationCertificates.SERVICES) {
      KeyFolder folder = new KeyFolder(root.resolve(service).resolve("http"), true);
      var leaf = folder.leaf(folder.trusted().orElseThrow()).orElseThrow();
      assertThat(KeyFolder.names(leaf))
          .containsExactlyInAnyOrder(service + "-service", "localhost");
      assertThat(leaf.getExtendedKeyUsage()).containsExactly(KeyPurposeId.id_kp_serverAuth.getId());
    }
    // Whoever trusts the log's authority trusts them.
    assertThat(contents().get(Path.of("policy/http/authority.pem")))
        .isEqualTo(contents().get(Path.of("administrator/authority.pem")))
        .isEqualTo(contents().get(Path.of("monitoring/authority.pem")));
  }

  @Test
  void theDatabaseIsAServerOfTheSameAuthorityAndKnowsTheConsoleByItsCertificate() throws Exception {
    make(NOW);
    KeyFolder folder = new KeyFolder(root.resolve("postgres"), false);
    var leaf = folder.leaf(folder.trusted().orElseThrow()).orElseThrow();
    assertThat(KeyFolder.names(leaf)).containsExactly("postgres");
    assertThat(leaf.getExtendedKeyUsage()).containsExactly(KeyPurposeId.id_kp_serverAuth.getId());
    KeyFolder console = new KeyFolder(root.resolve("console/database"), false);
    var client = console.leaf(folder.trusted().orElseThrow()).orElseThrow();
    // As deploy/docker/postgres/pg_hba.conf asks: the common name is the role.
    assertThat(client.getSubjectX500Principal().getName()).startsWith("CN=console,");
    // As the driver reads them, by the settings in docker-compose.yml.
    PEMKeyManager driver =
        new PEMKeyManager(
            root.resolve("console/database/key.pem").toString(),
            root.resolve("console/database/certificate.pem").toString(),
            "EC");
    assertThat(driver.getCertificateChain("user")).hasSize(2).contains(client);
    assertThat(driver.getPrivateKey("user")).isNotNull();
  }

  @Test
  void aHostNameThatIsLongerThanACommonNameMayBeIsAlternativeNameOnly() throws Exception {
    String host = "mx." + "a".repeat(60) + ".example";
    X509Certificate leaf =
        Authority.create("Postern development", NOW)
            .issue(List.of(host), Authority.Use.SERVER, NOW, NOW.plusSeconds(60))
            .leaf();
    assertThat(KeyFolder.names(leaf)).containsExactly(host);
    assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("O=Postern development");
  }

  @Test
  void onlyTheOwnerReadsAPrivateKey() throws Exception {
    make(NOW);
    try (Stream<Path> files = Files.walk(root)) {
      assertThat(files.filter(Files::isRegularFile).filter(InstallationCertificatesTest::hasKey))
          .hasSizeGreaterThanOrEqualTo(13)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void anotherRunChangesNothing() throws Exception {
    make(NOW);
    Map<Path, String> before = contents();
    List<String> said = make(NOW.plus(Duration.ofDays(300)));
    assertThat(contents()).isEqualTo(before);
    assertThat(said).noneMatch(line -> line.contains("made"));
  }

  @Test
  void whatEndsSoonIsMadeAnewByTheSameAuthoritySoThatRunningOnesGoOn() throws Exception {
    make(NOW);
    Map<Path, String> before = contents();
    assertThat(make(NOW.plus(Duration.ofDays(350))))
        .filteredOn(l -> l.contains("made"))
        .hasSize(15);
    Map<Path, String> after = contents();
    assertThat(after.get(Path.of("ingress/keys.pem")))
        .isNotEqualTo(before.get(Path.of("ingress/keys.pem")));
    assertThat(after.get(Path.of("broker/authority.pem")))
        .isEqualTo(before.get(Path.of("ingress/authority.pem")));
    assertThat(after.get(Path.of("authority/root.key")))
        .isEqualTo(before.get(Path.of("authority/root.key")));
  }

  /** Each one but the authority lasts 397 days from when it was made. */
  @ParameterizedTest
  @CsvSource({
    "-2, true", // made while the clock was ahead
    "0, false",
    "330, false",
    "336, false",
    "338, true",
    "396, true",
    "400, true",
    "1000, true"
  })
  void whatEndsWithin60DaysOrDoesNotHoldIsMadeAnew(int day, boolean renewed) throws Exception {
    make(NOW);
    Instant then = NOW.plus(Duration.ofDays(day));
    List<String> said = make(then);
    assertThat(said).filteredOn(line -> line.contains("made")).hasSize(renewed ? 15 : 0);
    assertThat(said).filteredOn(line -> line.contains("kept")).hasSize(renewed ? 1 : 16);
    CertificateEnds ends = ends();
    assertThat(ends.seen()).isEqualTo(then);
    assertThat(ends.ends().keySet())
        .containsExactlyInAnyOrder(
            "administrator",
            "authority",
            "broker",
            "certificate",
            "certificate-service",
            "console",
            "console-service",
            "console-database",
            "postgres",
            "delivery",
            "delivery-service",
            "ingress",
            "ingress-service",
            "policy",
            "policy-service",
            "smtp");
    assertThat(ends.ends().get("ingress"))
        .isEqualTo(
            (renewed ? then : NOW).plus(Duration.ofDays(397)).truncatedTo(ChronoUnit.SECONDS));
  }

  @Test
  void aKeyOfAnotherCertificateIsMadeAnew() throws Exception {
    make(NOW);
    String policy = read(root.resolve("policy/keys.pem"));
    String delivery = read(root.resolve("delivery/keys.pem"));
    int chain = policy.indexOf("-----BEGIN CERTIFICATE");
    Files.writeString(
        root.resolve("policy/keys.pem"),
        delivery.substring(0, delivery.indexOf("-----BEGIN CERTIFICATE"))
            + policy.substring(chain));
    assertThat(make(NOW)).filteredOn(line -> line.contains("made")).hasSize(1);
  }

  @Test
  void whatIsMissingOrBrokenIsMadeAndTheRestLeft() throws Exception {
    make(NOW);
    Map<Path, String> before = contents();
    Files.delete(root.resolve("delivery/keys.pem"));
    Files.writeString(root.resolve("policy/keys.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n");
    assertThat(make(NOW)).filteredOn(line -> line.contains("made")).hasSize(2);
    Map<Path, String> after = contents();
    assertThat(after).containsKey(Path.of("delivery/keys.pem"));
    assertThat(after.get(Path.of("broker/keys.pem")))
        .isEqualTo(before.get(Path.of("broker/keys.pem")));
  }

  @Test
  void anotherMailServersNameGetsAnotherCertificate() throws Exception {
    make(NOW);
    assertThat(InstallationCertificates.make(root, List.of("kafka"), "mx.contoso.example", NOW))
        .filteredOn(line -> line.contains("made"))
        .singleElement()
        .asString()
        .startsWith("smtp");
  }

  private List<String> make(Instant now) throws Exception {
    return InstallationCertificates.make(root, List.of("kafka"), "gate.contoso.example", now);
  }

  private CertificateEnds ends() throws IOException {
    return CertificateEnds.read(root.resolve("administrator").resolve(CertificateEnds.FILE));
  }

  private static boolean hasKey(Path file) {
    return read(file).contains("PRIVATE KEY");
  }

  private Map<Path, String> contents() throws IOException {
    Map<Path, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(Files::isRegularFile)
          .filter(file -> !file.endsWith(CertificateEnds.FILE)) // each run writes when it was
          .forEach(file -> contents.put(root.relativize(file), read(file)));
    }
    return contents;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
