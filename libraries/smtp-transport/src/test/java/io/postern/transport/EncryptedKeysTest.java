package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys under a password. Bouncy Castle encrypts, as OpenSSL does. */
class EncryptedKeysTest {
  private static final String PASSWORD = "a pass-word of ours";

  @TempDir private Path folder;
  private Path certificate;
  private Path password;

  @BeforeEach
  void write() throws Exception {
    certificate = chain("server.pem", TestCa.EC);
    password = secret("password", PASSWORD + "\n");
  }

  private Path chain(String name, KeyMaterial material) throws Exception {
    StringBuilder text = new StringBuilder();
    for (X509Certificate one : material.chain()) {
      text.append(pem("CERTIFICATE", one.getEncoded()));
    }
    return Files.writeString(folder.resolve(name), text);
  }

  private Path secret(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static String pem(String type, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
  }

  private Path encrypted(KeyMaterial material, ASN1ObjectIdentifier cipher) throws Exception {
    byte[] der =
        new PKCS8EncryptedPrivateKeyInfoBuilder(
                PrivateKeyInfo.getInstance(material.key().getEncoded()))
            .build(
                new JcePKCSPBEOutputEncryptorBuilder(cipher)
                    .setProvider(new BouncyCastleProvider())
                    .setPRF(
                        new AlgorithmIdentifier(
                            PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE))
                    .setIterationCount(2048)
                    .setRandom(new SecureRandom())
                    .build(PASSWORD.toCharArray()))
            .getEncoded();
    return Files.writeString(folder.resolve(cipher + ".key"), pem("ENCRYPTED PRIVATE KEY", der));
  }

  @Test
  void anEncryptedKeyIsReadWithItsPassword() throws Exception {
    for (ASN1ObjectIdentifier cipher :
        new ASN1ObjectIdentifier[] {
          NISTObjectIdentifiers.id_aes128_CBC, NISTObjectIdentifiers.id_aes256_CBC
        }) {
      Path key = encrypted(TestCa.EC, cipher);
      assertThat(KeyMaterial.load(certificate, key, Optional.of(password))).isEqualTo(TestCa.EC);
    }
    Path rsa = encrypted(TestCa.RSA, NISTObjectIdentifiers.id_aes256_CBC);
    assertThat(KeyMaterial.load(chain("rsa.pem", TestCa.RSA), rsa, Optional.of(password)))
        .isEqualTo(TestCa.RSA);
  }

  @Test
  void anErrorIsNamedWithItsCureAndWithoutThePassword() throws Exception {
    Path key = encrypted(TestCa.EC, NISTObjectIdentifiers.id_aes256_CBC);
    refused(key, Optional.empty(), "name a file with its password");
    refused(key, Optional.of(secret("wrong", "another")), "is not that of");
    refused(key, Optional.of(folder.resolve("none")), "no such file:");
    refused(key, Optional.of(secret("empty", "\n")), "one line");
    refused(key, Optional.of(secret("two", "a\nb\n")), "one line");
    refused(key, Optional.of(secret("umlaut", "ü")), "printable ASCII");
    refused(key, Optional.of(secret("long", "a".repeat(1025))), "larger than 1024 octets");
    Path weak = encrypted(TestCa.EC, PKCSObjectIdentifiers.des_EDE3_CBC);
    refused(weak, Optional.of(password), "openssl pkcs8 -topk8 -v2 aes-256-cbc");
    Path damaged =
        Files.writeString(
            folder.resolve("damaged.key"), pem("ENCRYPTED PRIVATE KEY", new byte[] {1, 2}));
    refused(damaged, Optional.of(password), "is damaged");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
    refused(key, Optional.of(password), "chmod 600");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("r--r-----"));
    assertThat(KeyMaterial.load(certificate, key, Optional.of(password))).isEqualTo(TestCa.EC);
  }

  private void refused(Path key, Optional<Path> passwordFile, String message) {
    assertThatThrownBy(() -> KeyMaterial.load(certificate, key, passwordFile))
        .isInstanceOfAny(IOException.class, GeneralSecurityException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain(PASSWORD);
  }

  private Path pkcs12(String name, KeyMaterial... materials) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < materials.length; i++) {
      store.setKeyEntry(
          "key " + i,
          materials[i].key(),
          PASSWORD.toCharArray(),
          materials[i].chain().toArray(X509Certificate[]::new));
    }
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  @Test
  void aPkcs12FileIsReadWithItsChain() throws Exception {
    assertThat(KeyMaterial.loadPkcs12(pkcs12("ec.p12", TestCa.EC), password)).isEqualTo(TestCa.EC);
    assertThat(KeyMaterial.loadPkcs12(pkcs12("rsa.p12", TestCa.RSA), password))
        .isEqualTo(TestCa.RSA);
  }

  @Test
  void aPkcs12FileThatIsCutDamagedOrAmbiguousIsRefused() throws Exception {
    Path whole = pkcs12("ec.p12", TestCa.EC);
    byte[] octets = Files.readAllBytes(whole);
    for (int length : new int[] {0, 1, 100, octets.length / 2, octets.length - 1}) {
      Path cut = Files.write(folder.resolve("cut.p12"), java.util.Arrays.copyOf(octets, length));
      refusedPkcs12(cut, "damaged");
    }
    for (int at = 60; at < octets.length; at += 97) {
      byte[] damaged = octets.clone();
      damaged[at] ^= 0x55;
      Path file = Files.write(folder.resolve("damaged.p12"), damaged);
      assertThatThrownBy(() -> KeyMaterial.loadPkcs12(file, password))
          .isInstanceOfAny(IOException.class, GeneralSecurityException.class);
    }
    refusedPkcs12(pkcs12("two.p12", TestCa.EC, TestCa.RSA), "one private key");
    refusedPkcs12(pkcs12("none.p12"), "one private key");
    password = secret("wrong", "another");
    refusedPkcs12(whole, "is not that of");
  }

  private void refusedPkcs12(Path file, String message) {
    assertThatThrownBy(() -> KeyMaterial.loadPkcs12(file, password))
        .isInstanceOfAny(IOException.class, GeneralSecurityException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aCertificateFileThatEndsWithinACertificateIsRefused() throws Exception {
    String text = Files.readString(certificate, StandardCharsets.US_ASCII);
    int second = text.indexOf("-----BEGIN", 1);
    for (int length : new int[] {second + 30, second + 100, text.length() - 10}) {
      Path cut = Files.writeString(folder.resolve("cut.pem"), text.substring(0, length));
      assertThatThrownBy(() -> KeyMaterial.certificates(cut))
          .isInstanceOf(GeneralSecurityException.class)
          .hasMessageContaining("is truncated within a certificate");
    }
  }
}
