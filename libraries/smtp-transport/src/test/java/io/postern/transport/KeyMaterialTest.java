package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyMaterialTest {
  @TempDir private Path folder;
  private Path certificate;
  private Path key;

  @BeforeEach
  void write() throws Exception {
    certificate = write("server.pem", TestCa.EC);
    key =
        Files.writeString(
            folder.resolve("server.key"), pem("PRIVATE KEY", TestCa.EC.key().getEncoded()));
  }

  private Path write(String name, KeyMaterial material) throws Exception {
    StringBuilder text = new StringBuilder("a comment\n");
    for (var one : material.chain()) {
      text.append(pem("CERTIFICATE", one.getEncoded()));
    }
    return Files.writeString(folder.resolve(name), text);
  }

  private static String pem(String type, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
  }

  @Test
  void ecAndRsaAreRead() throws Exception {
    assertThat(KeyMaterial.load(certificate, key))
        .isEqualTo(TestCa.EC)
        .hasToString("EC key of CN=mx.example");
    Path rsa =
        Files.writeString(
            folder.resolve("rsa.key"), pem("PRIVATE KEY", TestCa.RSA.key().getEncoded()));
    assertThat(KeyMaterial.load(write("rsa.pem", TestCa.RSA), rsa).type()).isEqualTo("RSA");
  }

  @Test
  void anErrorIsNamedWithItsCure() throws Exception {
    assertThatThrownBy(() -> KeyMaterial.load(folder.resolve("missing.pem"), key))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no such file:")
        .hasMessageContaining("missing.pem");
    assertThatThrownBy(() -> KeyMaterial.load(key, key))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining("holds no certificate");
    assertThatThrownBy(() -> KeyMaterial.load(certificate, certificate))
        .hasMessageContaining("holds no private key");
    Path other = write("other.pem", TestCa.OTHER);
    assertThatThrownBy(() -> KeyMaterial.load(other, key))
        .hasMessageContaining("is not the key of the first certificate");
    Path rsa = write("rsa.pem", TestCa.RSA);
    assertThatThrownBy(() -> KeyMaterial.load(rsa, key))
        .hasMessageContaining("is not the key of the first certificate");
    Path pkcs1 =
        Files.writeString(folder.resolve("old.key"), pem("RSA PRIVATE KEY", new byte[] {1, 2}));
    assertThatThrownBy(() -> KeyMaterial.load(certificate, pkcs1))
        .hasMessageContaining("openssl pkcs8 -topk8");
    Path encrypted =
        Files.writeString(
            folder.resolve("encrypted.key"), pem("ENCRYPTED PRIVATE KEY", new byte[] {1, 2}));
    assertThatThrownBy(() -> KeyMaterial.load(certificate, encrypted))
        .hasMessageContaining("is encrypted");
    Path damaged =
        Files.writeString(folder.resolve("damaged.key"), pem("PRIVATE KEY", new byte[] {1, 2}));
    assertThatThrownBy(() -> KeyMaterial.load(certificate, damaged))
        .hasMessageContaining("neither EC");
    Path broken =
        Files.writeString(folder.resolve("broken.pem"), pem("CERTIFICATE", new byte[] {1, 2}));
    assertThatThrownBy(() -> KeyMaterial.load(broken, key)).hasMessageContaining("is damaged");
  }
}
