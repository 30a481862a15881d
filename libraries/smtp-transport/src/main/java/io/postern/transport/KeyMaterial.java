package io.postern.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate with its intermediates, leaf first, and its private key (EC or RSA). Immutable. The
 * key is never shown.
 */
public record KeyMaterial(List<X509Certificate> chain, PrivateKey key) {
  private static final int MAX_FILE = 1024 * 1024;
  static final int MAX_CHAIN = 10;
  static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  public KeyMaterial {
    chain = List.copyOf(chain);
    if (chain.isEmpty() || chain.size() > MAX_CHAIN) {
      throw new IllegalArgumentException(
          "a chain of 1 to " + MAX_CHAIN + " certificates is needed");
    }
  }

  /**
   * Reads PEM files: certificates, and a PKCS#8 key without a password. IOException when a file
   * cannot be read, GeneralSecurityException when its content will not do; both name the file, the
   * error and the cure.
   */
  public static KeyMaterial load(Path certificatePem, Path keyPem)
      throws IOException, GeneralSecurityException {
    return load(certificatePem, keyPem, Optional.empty());
  }

  /**
   * The same.
   *
   * @param passwordFile of an encrypted key ({@link SecretFile}); a plain one needs none
   */
  public static KeyMaterial load(Path certificatePem, Path keyPem, Optional<Path> passwordFile)
      throws IOException, GeneralSecurityException {
    List<X509Certificate> chain = certificates(certificatePem);
    PrivateKey key = PrivateKeys.read(keyPem, passwordFile);
    if (!belong(chain.getFirst().getPublicKey(), key)) {
      throw new KeyException(
          keyPem
              + " is not the key of the first certificate in "
              + certificatePem
              + ": put the server's own certificate first, or give the key that belongs to it");
    }
    return new KeyMaterial(chain, key);
  }

  /** Reads a PKCS#12 file with one key and its chain; errors as of {@link #load}. */
  public static KeyMaterial loadPkcs12(Path file, Path passwordFile)
      throws IOException, GeneralSecurityException {
    KeyMaterial material = Pkcs12File.read(file, passwordFile);
    if (!List.of("EC", "RSA").contains(material.type())
        || !belong(material.chain().getFirst().getPublicKey(), material.key())) {
      throw new KeyException(
          "the key in " + file + " is neither EC nor RSA, or not that of its certificate");
    }
    return material;
  }

  /** "EC" or "RSA". */
  public String type() {
    return key.getAlgorithm();
  }

  /** The certificates of a PEM file alone, leaf first; errors as of {@link #load}. */
  public static List<X509Certificate> certificates(Path file)
      throws IOException, CertificateException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> chain = new ArrayList<>();
    String text = read(file);
    Matcher matcher = PEM.matcher(text);
    while (matcher.find()) {
      if (matcher.group(1).equals("CERTIFICATE")) {
        try {
          byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
          chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        } catch (CertificateException | IllegalArgumentException e) {
          throw new CertificateException(
              "certificate "
                  + (chain.size() + 1)
                  + " in "
                  + file
                  + " is damaged: export it again as PEM",
              e);
        }
      }
    }
    if (text.split("-----BEGIN CERTIFICATE-----", -1).length - 1 > chain.size()) {
      throw new CertificateException(
          file
              + " is truncated within a certificate, or one in it is damaged: export it again as "
              + "PEM");
    }
    if (chain.isEmpty()) {
      throw new CertificateException(
          file + " holds no certificate: it must be PEM with -----BEGIN CERTIFICATE-----");
    }
    if (chain.size() > MAX_CHAIN) {
      throw new CertificateException(
          file
              + " holds more than "
              + MAX_CHAIN
              + " certificates: keep the leaf and its intermediates");
    }
    return chain;
  }

  private static boolean belong(PublicKey certified, PrivateKey key)
      throws GeneralSecurityException {
    if (!certified.getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    Signature signature =
        Signature.getInstance(
            key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
    byte[] probe = "do they belong together?".getBytes(StandardCharsets.US_ASCII);
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(probe);
    return signature.verify(signed);
  }

  static String read(Path file) throws IOException {
    return new String(octets(file), StandardCharsets.ISO_8859_1);
  }

  /** All of a file that may be a certificate or key. */
  static byte[] octets(Path file) throws IOException {
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new IOException(file + " is larger than 1 MiB: this is not a certificate or key");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("no such file: " + file, e);
    }
  }

  @Override
  public String toString() {
    return type() + " key of " + chain.getFirst().getSubjectX500Principal().getName();
  }
}
