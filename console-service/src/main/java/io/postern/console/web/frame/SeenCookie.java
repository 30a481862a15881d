package io.postern.console.web.frame;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * When a browser's session was last used: {@code SECONDS.MAC}, under a key that is the session's
 * own token. Each replica can read it, and it is of no other session. Stateless; any thread.
 */
final class SeenCookie {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ALGORITHM = "HmacSHA256";

  private SeenCookie() {}

  static String value(String token, Instant at) {
    String seconds = Long.toString(at.getEpochSecond());
    return seconds + "." + mac(token, seconds);
  }

  /**
   * The later one of the issue of the token and what the cookie says.
   *
   * @param value null: there is no cookie
   */
  static Instant last(String token, @Nullable String value) {
    Instant issued = issued(token);
    String[] parts = value == null ? new String[0] : value.split("[.]", -1);
    if (parts.length != 2
        || !parts[0].matches("\\d{1,12}")
        || !MessageDigest.isEqual(
            parts[1].getBytes(StandardCharsets.UTF_8),
            mac(token, parts[0]).getBytes(StandardCharsets.UTF_8))) {
      return issued;
    }
    Instant seen = Instant.ofEpochSecond(Long.parseLong(parts[0]));
    return seen.isAfter(issued) ? seen : issued;
  }

  /** As the token says, whose signature is checked later; long ago: it is no token. */
  private static Instant issued(String token) {
    String[] parts = token.split("[.]", -1);
    try {
      return parts.length == 3
          ? Instant.ofEpochSecond(
              JSON.readTree(Base64.getUrlDecoder().decode(parts[1])).path("iat").asLong())
          : Instant.EPOCH;
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      return Instant.EPOCH;
    }
  }

  private static String mac(String token, String seconds) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(mac.doFinal(("seen " + seconds).getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
    }
  }
}
