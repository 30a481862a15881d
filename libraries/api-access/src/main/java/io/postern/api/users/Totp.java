package io.postern.api.users;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One-time codes by time (RFC 6238): HMAC-SHA-1, six digits, steps of 30 s, which every
 * authenticator app has. A code of the step before or after is accepted, for clocks that differ.
 * Stateless.
 */
public final class Totp {
  private static final int STEP_SECONDS = 30;
  private static final long WINDOW = 1; // steps
  private static final int DIGITS = 6;
  private static final int MODULUS = 1_000_000;
  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648 §6

  private Totp() {}

  static long step(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), STEP_SECONDS);
  }

  /** Of a step (RFC 4226 §5.3). */
  static String code(byte[] key, long step) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(key, "HmacSHA1"));
      byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
      int offset = hash[hash.length - 1] & 0xf;
      int number = ByteBuffer.wrap(hash).getInt(offset) & Integer.MAX_VALUE;
      return String.format(Locale.ROOT, "%0" + DIGITS + "d", number % MODULUS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-1", e);
    }
  }

  /** The step of a right code that was not used; empty: it is wrong, or was used. */
  static OptionalLong step(SecondFactor factor, String code, Instant now) {
    byte[] given = code.replace(" ", "").getBytes(StandardCharsets.UTF_8);
    long right = -1;
    for (long step = step(now) - WINDOW; step <= step(now) + WINDOW; step++) {
      byte[] wanted = code(factor.key(), step).getBytes(StandardCharsets.US_ASCII);
      if (MessageDigest.isEqual(wanted, given) && step > factor.lastStep()) {
        right = step;
      }
    }
    return right < 0 ? OptionalLong.empty() : OptionalLong.of(right);
  }

  /** The secret as it is typed into an app: base32 without padding (RFC 4648 §6). */
  static String base32(byte[] key) {
    StringBuilder text = new StringBuilder();
    int bits = 0;
    int held = 0;
    for (byte each : key) {
      bits = (bits << Byte.SIZE) | (each & 0xff);
      held += Byte.SIZE;
      while (held >= 5) {
        held -= 5;
        text.append(ALPHABET.charAt((bits >> held) & 0x1f));
      }
      bits &= (1 << held) - 1;
    }
    if (held > 0) {
      text.append(ALPHABET.charAt((bits << (5 - held)) & 0x1f));
    }
    return text.toString();
  }

  /**
   * What an app takes from a link or a QR code.
   *
   * @param user name, as the app shows it
   */
  public static String uri(String user, String secret) {
    String label = URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
    return "otpauth://totp/Postern:"
        + label
        + "?secret="
        + secret
        + "&issuer=Postern&algorithm=SHA1&digits="
        + DIGITS
        + "&period="
        + STEP_SECONDS;
  }
}
