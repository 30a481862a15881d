package io.postern.link;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Certificate, key and authority in files of their own, as secrets of Kubernetes have them: {@code
 * tls.crt}, {@code tls.key} and {@code ca.crt}, behind a symbolic link that is swapped.
 */
class FilesApartTest {
  private static final LabCa AUTHORITY = LabCa.create("Log");
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  @TempDir private Path folder;
  private LinkFiles files;
  private LinkCertificate certificate;
  private Identity first;
  private int version;

  @BeforeEach
  void start() throws IOException {
    first = issue(false);
    secret(pem("PRIVATE KEY", first.key().getEncoded()), chain(first));
    for (String file : new String[] {"tls.crt", "tls.key", "ca.crt"}) {
      Files.createSymbolicLink(folder.resolve(file), Path.of("..data", file));
    }
    files = LinkFiles.in(settings()).orElseThrow();
    certificate = new LinkCertificate(files);
  }

  @Test
  void aSwappedSecretIsTakenUp() throws Exception {
    RenewableSslEngineFactory user = user();
    assertThat(leaf(user)).isEqualTo(first.leaf());
    Identity second = issue(false);
    secret(pem("PRIVATE KEY", second.key().getEncoded()), chain(second));
    certificate.look(NOW);
    assertThat(certificate.usable()).isTrue();
    assertThat(leaf(user)).isEqualTo(second.leaf());
    assertThat(leaf(user())).isEqualTo(second.leaf());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tls.crt", "tls.key"})
  void theFormerPairStaysUntilBothFilesAreNew(String sooner) throws Exception {
    RenewableSslEngineFactory user = user();
    Identity second = issue(false);
    Map<String, String> next =
        Map.of("tls.crt", chain(second), "tls.key", pem("PRIVATE KEY", second.key().getEncoded()));
    replace(sooner, requireNonNull(next.get(sooner)));
    certificate.look(NOW);
    assertThat(certificate.usable()).isFalse();
    assertThat(leaf(user)).isEqualTo(first.leaf());
    assertThat(leaf(user())).isEqualTo(first.leaf());

    String later = sooner.equals("tls.crt") ? "tls.key" : "tls.crt";
    replace(later, requireNonNull(next.get(later)));
    certificate.look(NOW);
    assertThat(certificate.usable()).isTrue();
    assertThat(leaf(user)).isEqualTo(second.leaf());
  }

  /** The swap happens after the first of the files was read. */
  @Test
  void aSwapBetweenTwoFilesGivesNoMixedPair() throws Exception {
    Identity second = issue(false);
    int[] reads = {0};
    LinkContent content =
        files.read(
            file -> {
              Password read = LinkFiles.text(file);
              if (++reads[0] == 1) {
                secret(pem("PRIVATE KEY", second.key().getEncoded()), chain(second));
              }
              return read;
            });
    assertThat(reads[0]).isGreaterThan(3);
    assertThat(content).isEqualTo(files.read());
    assertThat(content.facts(settings(), NOW).trusted()).isTrue();
  }

  /** Kafka itself reads PKCS#8; cert-manager writes the others unless it is told otherwise. */
  @ParameterizedTest
  @CsvSource({
    "PRIVATE KEY, false",
    "PRIVATE KEY, true",
    "RSA PRIVATE KEY, true",
    "EC PRIVATE KEY, false"
  })
  void theKeyMayHaveEachFormThatToolsWrite(String form, boolean rsa) throws Exception {
    Identity next = issue(rsa);
    secret(key(form, next), chain(next));
    assertThat(leaf(user())).isEqualTo(next.leaf());
  }

  @Test
  void openSslsBlockOfParametersBeforeAnEcKeyIsNoKey() throws Exception {
    byte[] curve = {6, 8, 42, (byte) 134, 72, (byte) 206, 61, 3, 1, 7}; // prime256v1
    secret(pem("EC PARAMETERS", curve) + key("EC PRIVATE KEY", first), chain(first));
    assertThat(leaf(user())).isEqualTo(first.leaf());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no key at all | No matching PRIVATE KEY",
        "-----BEGIN EC PRIVATE KEY-----\\nMAA=\\n-----END EC PRIVATE KEY----- | not usable",
        "-----BEGIN RSA PRIVATE KEY-----\\nProc-Type: 4,ENCRYPTED\\n\\nMAA=\\n-----END RSA PRIVATE KEY----- | encrypted",
      })
  void oneThatCannotBeReadIsRefused(String key, String why) throws Exception {
    secret(key.replace("\\n", "\n"), chain(first));
    assertThatThrownBy(this::user)
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining(folder.resolve("tls.key").toString())
        .hasMessageContaining(why);
  }

  @Test
  void settingsThatCannotWorkNameTheKey() {
    assertRefused("ssl.keystore.key.location", null, "ssl.keystore.key.location is missing");
    assertRefused(
        "ssl.keystore.certificate.chain.location",
        null,
        "ssl.keystore.certificate.chain.location is missing");
    assertRefused("ssl.keystore.location", "keys.pem", "ssl.keystore.location");
    assertRefused("ssl.truststore.type", "JKS", "ssl.truststore.type");
    assertRefused("ssl.truststore.location", null, "ssl.truststore.location");
  }

  private void assertRefused(String key, @Nullable String value, String expected) {
    Map<String, Object> settings = settings();
    settings.remove(key);
    if (value != null) {
      settings.put(key, value);
    }
    assertThatThrownBy(() -> LinkFiles.in(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(expected);
  }

  /** As a kubelet does it: a new folder, and one rename of the link to it. */
  private void secret(String key, String chain) throws IOException {
    Path next = Files.createDirectory(folder.resolve("..version" + ++version));
    Files.writeString(next.resolve("tls.key"), key);
    Files.writeString(next.resolve("tls.crt"), chain);
    Files.writeString(next.resolve("ca.crt"), AUTHORITY.rootPem());
    Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), next.getFileName());
    Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  private void replace(String file, String text) throws IOException {
    Path made = Files.writeString(folder.resolve("made"), text);
    Files.move(made, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
  }

  private RenewableSslEngineFactory user() {
    RenewableSslEngineFactory user = new RenewableSslEngineFactory(files -> certificate);
    user.configure(settings());
    return user;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("ssl.protocol", "TLSv1.3");
    settings.put("ssl.keystore.type", "JKS"); // Kafka's default where nobody sets it
    settings.put("ssl.keystore.certificate.chain.location", folder.resolve("tls.crt").toString());
    settings.put("ssl.keystore.key.location", folder.resolve("tls.key").toString());
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", folder.resolve("ca.crt").toString());
    return settings;
  }

  private static Identity issue(boolean rsa) {
    Issue issue =
        Issue.to("ingress").clientOnly().valid(NOW.minusSeconds(60), NOW.plus(Duration.ofDays(90)));
    return AUTHORITY.issue(rsa ? issue.withRsaKey() : issue);
  }

  private static String key(String form, Identity of) throws IOException {
    return switch (form) {
      case "RSA PRIVATE KEY" -> pem(form, bare(of.key()).getEncoded());
      case "EC PRIVATE KEY" -> pem(form, sec1(of).getEncoded());
      default -> pem(form, of.key().getEncoded());
    };
  }

  private static ASN1Object bare(PrivateKey key) throws IOException {
    return PrivateKeyInfo.getInstance(key.getEncoded()).parsePrivateKey().toASN1Primitive();
  }

  private static ECPrivateKey sec1(Identity of) throws IOException {
    PrivateKeyInfo info = PrivateKeyInfo.getInstance(of.key().getEncoded());
    ECPrivateKey bare = ECPrivateKey.getInstance(info.parsePrivateKey());
    return new ECPrivateKey(
        256,
        bare.getKey(),
        SubjectPublicKeyInfo.getInstance(of.leaf().getPublicKey().getEncoded()).getPublicKeyData(),
        info.getPrivateKeyAlgorithm().getParameters());
  }

  private static String chain(Identity of) throws IOException {
    StringBuilder all = new StringBuilder();
    for (X509Certificate each : of.chain()) {
      try {
        all.append(pem("CERTIFICATE", each.getEncoded()));
      } catch (CertificateEncodingException impossible) {
        throw new IOException(impossible);
      }
    }
    return all.toString();
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), label);
  }

  private static Certificate leaf(RenewableSslEngineFactory user) throws KeyStoreException {
    return requireNonNull(user.keystore()).getCertificate("kafka");
  }
}
