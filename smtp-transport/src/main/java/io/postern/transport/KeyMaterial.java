package io.postern.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate with its intermediates, leaf first, and its private key (EC or RSA). Immutable. The
 * key is never shown.
 */
public record KeyMaterial(List<X509Certificate> chain, PrivateKey key) {
  private static final int MAX_FILE = 1024 * 1024;
  private static final int MAX_CHAIN = 10;
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  public KeyMaterial {
    chain = List.copyOf(chain);
    if (chain.isEmpty() || chain.size() > MAX_CHAIN) {
      throw new IllegalArgumentException(
          "a chain of 1 to " + MAX_CHAIN + " certificates is needed");
    }
  }

  /**
   * Reads PEM files: certificates, and a PKCS#8 key. IOException when a file cannot be read,
   * GeneralSecurityException when its content will not do; both name the file, the error and the
   * cure.
   */
  public static KeyMaterial load(Path certificatePem, Path keyPem)
      throws IOException, GeneralSecurityException {
    List<X509Certificate> chain = certificates(certificatePem);
    PrivateKey key = key(keyPem);
    if (!belong(chain.getFirst().getPublicKey(), key)) {
      throw new KeyException(
          keyPem
              + " is not the key of the first certificate in "
              + certificatePem
              + ": put the server's own certificate first, or give the key that belongs to it");
    }
    return new KeyMaterial(chain, key);
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
    Matcher matcher = PEM.matcher(read(file));
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
    if (chain.isEmpty()) {
      throw new CertificateException(
          file + " holds no certificate: it must be PEM with -----BEGIN CERTIFICATE-----");
    }
    if (chain.size() > MAX_CHAIN) {
      throw new CertificateException(
          file
              + " holds more than "
              + MAX_CHAIN
              + " certificates: leave the leaf and its intermediates");
    }
    return chain;
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    Matcher matcher = PEM.matcher(read(file));
    while (matcher.find()) {
      switch (matcher.group(1)) {
        case "PRIVATE KEY" -> {
          return decode(file, matcher.group(2));
        }
        case "EC PRIVATE KEY", "RSA PRIVATE KEY" ->
            throw new KeyException(
                file
                    + " is not PKCS#8: convert it with openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
        case "ENCRYPTED PRIVATE KEY" ->
            throw new KeyException(
                file
                    + " is encrypted: decrypt it with openssl pkcs8 -in OLD -out NEW and protect the file by its mode");
        default -> {} // EC PARAMETERS, certificates in the same file
      }
    }
    throw new KeyException(
        file + " holds no private key: it must be PEM with -----BEGIN PRIVATE KEY-----");
  }

  private static PrivateKey decode(Path file, String base64) throws GeneralSecurityException {
    PKCS8EncodedKeySpec spec;
    try {
      spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw new KeyException(
          "the private key in "
              + file
              + " is damaged: it is not base64"); // no cause: it could quote the key
    }
    for (String algorithm : List.of("EC", "RSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // the next one
      }
    }
    throw new KeyException(
        "the private key in " + file + " is neither EC (P-256, P-384, P-521) nor RSA, or damaged");
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

  private static String read(Path file) throws IOException {
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new IOException(file + " is larger than 1 MiB: this is no certificate or key");
      }
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    }
  }

  @Override
  public String toString() {
    return type() + " key of " + chain.getFirst().getSubjectX500Principal().getName();
  }
}
