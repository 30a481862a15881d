package io.postern.api.users;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A password's salted hash: PBKDF2 with HMAC-SHA-256 (RFC 8018 §5.2), written {@code
 * pbkdf2-sha256$ITERATIONS$SALT$HASH}, both in base64url. It needs time and no memory, so that
 * strangers' guesses cannot fill a small service (docs/decisions/0062-who-may.md). Any thread; one
 * computation takes some tenths of a second.
 */
final class PasswordHash {
  static final int MOST_ITERATIONS = 10_000_000;
  static final int LEAST_ITERATIONS = 100_000;

  private static final int BYTES = 32;
  private static final int SALT_BYTES = 16;
  private static final String KIND = "pbkdf2-sha256";
  private static final SecureRandom RANDOM = new SecureRandom();

  private PasswordHash() {}

  static String of(String password, int iterations) {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    return String.join(
        "$",
        KIND,
        Integer.toString(iterations),
        text(salt),
        text(compute(password, salt, iterations)));
  }

  static boolean isOne(String hash) {
    return parts(hash).length > 0;
  }

  static boolean matches(String password, String hash) {
    String[] parts = parts(hash);
    if (parts.length == 0) {
      return false;
    }
    Base64.Decoder decoder = Base64.getUrlDecoder();
    byte[] computed =
        compute(password, decoder.decode(parts[2]), Integer.parseInt(parts[1])); // checked
    return MessageDigest.isEqual(computed, decoder.decode(parts[3]));
  }

  /** Takes the time of a comparison: a name that nobody has costs what others cost. */
  static void ofNobody(String password, int iterations) {
    compute(password, new byte[SALT_BYTES], iterations);
  }

  /** Kind, iterations, salt, hash; empty: it is none. */
  private static String[] parts(String hash) {
    String[] parts = hash.split("\\$", -1);
    try {
      if (parts.length == 4 && parts[0].equals(KIND)) {
        int iterations = Integer.parseInt(parts[1]);
        Base64.Decoder decoder = Base64.getUrlDecoder();
        if (iterations >= LEAST_ITERATIONS
            && iterations <= MOST_ITERATIONS
            && decoder.decode(parts[2]).length == SALT_BYTES
            && decoder.decode(parts[3]).length == BYTES) {
          return parts;
        }
      }
    } catch (IllegalArgumentException e) {
      return new String[0]; // no number, or no base64
    }
    return new String[0];
  }

  private static byte[] compute(String password, byte[] salt, int iterations) {
    char[] characters = password.toCharArray();
    PBEKeySpec spec = new PBEKeySpec(characters, salt, iterations, BYTES * Byte.SIZE);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has PBKDF2 with HMAC-SHA-256", e);
    } finally {
      spec.clearPassword();
      Arrays.fill(characters, ' ');
    }
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
