package io.postern.stack.certificates;

import io.postern.lab.Identity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One holder's folder: {@code keys.pem} with private key and chain, as Kafka reads it, or, for
 * SMTP, {@code key.pem} and {@code certificate.pem}; and {@code authority.pem}, whom to trust. Only
 * the owner reads a private key, from its file's first byte on; a file appears whole or not at all,
 * so that a running reader never sees half of one.
 *
 * @param both key and chain in one file
 */
record KeyFolder(Path folder, boolean both) {
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
  private static final int DNS_NAME = 2; // RFC 5280 §4.2.1.6

  /** The leaf, where there are a key and a chain that this root's holder issued. */
  Optional<X509Certificate> leaf(X509Certificate root) {
    try {
      List<X509Certificate> chain = read(chainFile());
      boolean whole =
          chain.size() == 2
              && Files.readString(keyFile()).contains("PRIVATE KEY")
              && read(authorityFile()).equals(List.of(root));
      if (!whole) {
        return Optional.empty();
      }
      chain.get(1).verify(root.getPublicKey());
      chain.get(0).verify(chain.get(1).getPublicKey());
      return Optional.of(chain.getFirst());
    } catch (IOException | GeneralSecurityException missingOrForeign) {
      return Optional.empty(); // it is made anew, and said
    }
  }

  /** The root that is trusted here. */
  Optional<X509Certificate> trusted() {
    try {
      return read(authorityFile()).stream().findFirst();
    } catch (IOException | GeneralSecurityException missing) {
      return Optional.empty();
    }
  }

  /** DNS names of a certificate. */
  static Set<String> names(X509Certificate leaf) {
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      return names == null
          ? Set.of()
          : names.stream()
              .filter(name -> name.getFirst().equals(DNS_NAME))
              .map(name -> String.valueOf(name.get(1)))
              .collect(Collectors.toSet());
    } catch (CertificateParsingException unreadable) {
      return Set.of();
    }
  }

  static boolean endsBefore(X509Certificate certificate, Instant when) {
    return certificate.getNotAfter().toInstant().isBefore(when);
  }

  void write(Identity identity, X509Certificate root) throws IOException, GeneralSecurityException {
    String key = block("PRIVATE KEY", identity.key().getEncoded()); // PKCS #8
    StringBuilder chain = new StringBuilder();
    for (X509Certificate certificate : identity.chain()) {
      chain.append(block("CERTIFICATE", certificate.getEncoded()));
    }
    place(authorityFile(), block("CERTIFICATE", root.getEncoded()), "rw-r--r--");
    if (both) {
      place(keyFile(), key + chain, "rw-------");
    } else {
      place(keyFile(), key, "rw-------");
      place(chainFile(), chain.toString(), "rw-r--r--");
    }
  }

  private Path keyFile() {
    return folder.resolve(both ? "keys.pem" : "key.pem");
  }

  private Path chainFile() {
    return folder.resolve(both ? "keys.pem" : "certificate.pem");
  }

  private Path authorityFile() {
    return folder.resolve("authority.pem");
  }

  // The CertificateFactory skips nothing but text: the key goes first.
  private static List<X509Certificate> read(Path file)
      throws IOException, GeneralSecurityException {
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    int first = text.indexOf("-----BEGIN CERTIFICATE-----");
    if (first < 0) {
      return List.of();
    }
    byte[] certificates = text.substring(first).getBytes(StandardCharsets.US_ASCII);
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(certificates))
        .stream()
        .map(X509Certificate.class::cast)
        .toList();
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
      Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString(mode));
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private static String block(String label, byte[] der) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(label, LINES.encodeToString(der));
  }
}
