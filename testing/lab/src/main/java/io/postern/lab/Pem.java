package io.postern.lab;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Certificates and keys as PEM files (RFC 7468). A key's file is readable by its owner only from
 * its first byte on; every file appears whole or not at all.
 */
final class Pem {
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private Pem() {}

  static String of(List<X509Certificate> chain) throws GeneralSecurityException {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : chain) {
      text.append(block("CERTIFICATE", certificate.getEncoded()));
    }
    return text.toString();
  }

  static String of(PrivateKey key) {
    return block("PRIVATE KEY", key.getEncoded()); // PKCS #8
  }

  private static String block(String label, byte[] der) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(label, LINES.encodeToString(der));
  }

  static void write(Path file, String text) throws IOException {
    Path partial = Files.createTempFile(file.toAbsolutePath().getParent(), "pem", ".part");
    Files.writeString(partial, text);
    Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rw-r--r--"));
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }

  static void writeKey(Path file, PrivateKey key) throws IOException {
    Path partial =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            "key",
            ".part",
            PosixFilePermissions.asFileAttribute(OWNER));
    Files.writeString(partial, of(key));
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }

  static List<X509Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
        .stream()
        .map(X509Certificate.class::cast)
        .toList();
  }

  static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    String text = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(text));
    try {
      return KeyFactory.getInstance("EC").generatePrivate(spec);
    } catch (InvalidKeySpecException notEc) {
      return KeyFactory.getInstance("RSA").generatePrivate(spec);
    }
  }
}
