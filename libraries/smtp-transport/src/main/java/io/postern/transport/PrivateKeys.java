package io.postern.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * The private key of a PEM file: PKCS#8 (RFC 5208), plain or encrypted by PBES2 (RFC 8018 §6.2)
 * with a password of a file. Errors name the file and the cure and quote nothing. Stateless.
 */
final class PrivateKeys {
  private static final String NEEDED =
      "PBES2 with PBKDF2, HMAC-SHA and AES: encrypt it again with openssl pkcs8 -topk8 -v2 "
          + "aes-256-cbc -in OLD -out NEW";

  private PrivateKeys() {}

  static PrivateKey read(Path file, Optional<Path> passwordFile)
      throws IOException, GeneralSecurityException {
    Matcher matcher = KeyMaterial.PEM.matcher(KeyMaterial.read(file));
    while (matcher.find()) {
      switch (matcher.group(1)) {
        case "PRIVATE KEY" -> {
          return plain(file, octets(file, matcher.group(2)));
        }
        case "ENCRYPTED PRIVATE KEY" -> {
          if (passwordFile.isEmpty()) {
            throw new KeyException(
                file
                    + " is encrypted: name a file with its password, or decrypt it with openssl pkcs8 -in OLD -out NEW and protect the file by its mode");
          }
          return encrypted(file, octets(file, matcher.group(2)), passwordFile.get());
        }
        case "EC PRIVATE KEY", "RSA PRIVATE KEY" ->
            throw new KeyException(
                file
                    + " is not PKCS#8: convert it with openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
        default -> {} // EC PARAMETERS, certificates in the same file
      }
    }
    throw new KeyException(
        file + " holds no private key: it must be PEM with -----BEGIN PRIVATE KEY-----");
  }

  private static byte[] octets(Path file, String base64) throws KeyException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new KeyException(
          "the private key in "
              + file
              + " is damaged: it is not base64"); // no cause: it could quote the key
    }
  }

  private static PrivateKey plain(Path file, byte[] der) throws GeneralSecurityException {
    return decode(file, new PKCS8EncodedKeySpec(der));
  }

  private static PrivateKey encrypted(Path file, byte[] der, Path passwordFile)
      throws IOException, GeneralSecurityException {
    EncryptedPrivateKeyInfo sealed;
    try {
      sealed = new EncryptedPrivateKeyInfo(der);
    } catch (IOException e) {
      throw new KeyException(
          "the private key in " + file + " is damaged, or not encrypted by " + NEEDED);
    }
    // Of PBES2 the parameters alone name key derivation and cipher.
    AlgorithmParameters parameters = sealed.getAlgParameters();
    String scheme = parameters == null ? "" : parameters.toString();
    if (!scheme.matches("PBEWithHmacSHA\\d+AndAES_\\d+")) {
      throw new KeyException(file + " is not encrypted by " + NEEDED);
    }
    char[] password = SecretFile.password(passwordFile);
    PBEKeySpec spec = new PBEKeySpec(password);
    try {
      SecretKey key = SecretKeyFactory.getInstance(scheme).generateSecret(spec);
      Cipher cipher = Cipher.getInstance(scheme);
      cipher.init(Cipher.DECRYPT_MODE, key, parameters);
      return decode(file, sealed.getKeySpec(cipher));
    } catch (InvalidKeySpecException e) { // the padding did not fit
      throw new KeyException(
          "the password in " + passwordFile + " is not that of " + file + ", or that is damaged");
    } finally {
      spec.clearPassword();
      Arrays.fill(password, '\0');
    }
  }

  private static PrivateKey decode(Path file, PKCS8EncodedKeySpec spec)
      throws GeneralSecurityException {
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
}
