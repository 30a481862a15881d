package io.postern.operator.setup;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and keys in PEM (RFC 7468). A file appears whole or not at all; only the owner reads
 * a file with a key, from its first byte on.
 */
final class PemFile {
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String KEY = "PRIVATE KEY";
  private static final Pattern KEY_BLOCK =
      Pattern.compile("-----BEGIN " + KEY + "-----([^-]*)-----END " + KEY + "-----");
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private PemFile() {}

  static String of(List<X509Certificate> chain) throws GeneralSecurityException {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : chain) {
      text.append(block(CERTIFICATE, certificate.getEncoded()));
    }
    return text.toString();
  }

  /** PKCS #8. */
  static String of(PrivateKey key) {
    return block(KEY, key.getEncoded());
  }

  private static String block(String label, byte[] der) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(label, LINES.encodeToString(der));
  }

  /** For everybody to read. */
  static void write(Path file, String text) throws IOException {
    place(file, text, "rw-r--r--");
  }

  /** For its owner alone. */
  static void writeSecret(Path file, String text) throws IOException {
    place(file, text, "rw-------");
  }

  private static void place(Path file, String text, String mode) throws IOException {
    Path partial =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            ".new",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(partial, text);
      try (FileChannel written = FileChannel.open(partial, StandardOpenOption.WRITE)) {
        written.force(true); // or the name may be there after a power cut, and the text not
      }
      Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString(mode));
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** All certificates of a file, in which a key may stand before them. */
  static List<X509Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    int first = text.indexOf("-----BEGIN " + CERTIFICATE + "-----");
    if (first < 0) {
      return List.of();
    }
    // CertificateFactory skips nothing but text.
    byte[] certificates = text.substring(first).getBytes(StandardCharsets.US_ASCII);
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(certificates))
        .stream()
        .map(X509Certificate.class::cast)
        .toList();
  }

  /** An EC key; a chain may stand beside it. */
  static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    Matcher block = KEY_BLOCK.matcher(Files.readString(file, StandardCharsets.US_ASCII));
    if (!block.find()) {
      throw new InvalidKeyException(file + " has no " + KEY);
    }
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(1))));
  }
}
