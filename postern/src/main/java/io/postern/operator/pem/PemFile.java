package io.postern.operator.pem;

import io.postern.commandline.InputFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
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
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.encoders.DecoderException;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * Certificates and keys in PEM (RFC 7468). A file appears whole or not at all; only the owner reads
 * a file with a key, from its first byte on.
 */
public final class PemFile {
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String KEY = "PRIVATE KEY";
  private static final int MOST_SHOWN = 1 << 20;

  private PemFile() {}

  public static String of(List<X509Certificate> chain) throws GeneralSecurityException {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : chain) {
      text.append(block(CERTIFICATE, certificate.getEncoded()));
    }
    return text.toString();
  }

  /** PKCS #8. */
  public static String of(PrivateKey key) {
    return block(KEY, key.getEncoded());
  }

  private static String block(String label, byte[] der) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(label, der));
    } catch (IOException e) {
      throw new UncheckedIOException("no text takes a PEM block", e);
    }
    return text.toString();
  }

  /** For everybody to read. */
  public static void write(Path file, String text) throws IOException {
    place(file, text.getBytes(StandardCharsets.UTF_8), "rw-r--r--");
  }

  /** For its owner alone. */
  public static void writeSecret(Path file, String text) throws IOException {
    writeSecret(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same for octets that need be no text. */
  public static void writeSecret(Path file, byte[] octets) throws IOException {
    place(file, octets, "rw-------");
  }

  private static void place(Path file, byte[] octets, String mode) throws IOException {
    Path partial =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            ".new",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.write(partial, octets);
      try (FileChannel written = FileChannel.open(partial, StandardOpenOption.WRITE)) {
        written.force(true); // or the name may be there after a power cut, and the octets not
      }
      Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString(mode));
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** All certificates of a file, beside which a key may stand. */
  public static List<X509Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    return certificates(blocks(file, CERTIFICATE));
  }

  private static List<X509Certificate> certificates(List<byte[]> ders)
      throws GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    for (byte[] der : ders) {
      certificates.add(
          (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
    }
    return certificates;
  }

  /**
   * The certificates of a file in PEM, to be shown: a key beside them is left out.
   *
   * @param file at most 1 MiB; - is standard input
   * @throws IOException it cannot be read, or has none
   */
  public static String shown(Path file) throws IOException {
    try {
      String text = new String(InputFile.read(file, MOST_SHOWN), StandardCharsets.ISO_8859_1);
      List<X509Certificate> chain = certificates(blocks(new StringReader(text), file, CERTIFICATE));
      if (chain.isEmpty()) {
        throw new IOException(file + " has no certificate in PEM");
      }
      return of(chain);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " has a certificate that cannot be read: " + e.getMessage(), e);
    }
  }

  /** An EC key; a chain may stand beside it. */
  public static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    List<byte[]> keys = blocks(file, KEY);
    if (keys.isEmpty()) {
      throw new InvalidKeyException(file + " has no " + KEY);
    }
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(keys.getFirst()));
  }

  private static List<byte[]> blocks(Path file, String label) throws IOException {
    return blocks(Files.newBufferedReader(file, StandardCharsets.ISO_8859_1), file, label);
  }

  private static List<byte[]> blocks(Reader text, Path file, String label) throws IOException {
    List<byte[]> blocks = new ArrayList<>();
    try (PemReader reader = new PemReader(text)) {
      for (PemObject next = reader.readPemObject(); next != null; next = reader.readPemObject()) {
        if (next.getType().equals(label)) {
          blocks.add(next.getContent());
        }
      }
      return blocks;
    } catch (DecoderException e) {
      throw new IOException(file + " has a block that is not in base64", e);
    }
  }
}
