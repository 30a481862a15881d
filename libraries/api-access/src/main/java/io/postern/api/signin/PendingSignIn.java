package io.postern.api.signin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A browser's sign-in that waits for the provider's answer (RFC 6749 §4.1, RFC 7636). Immutable.
 *
 * @param state 43 characters that nobody guesses, which the answer must bring again
 * @param verifier as many, by which the provider knows who asked
 * @param next where the browser wanted to go, a path
 */
public record PendingSignIn(String state, String verifier, String next) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 32;
  private static final Pattern STATE = Pattern.compile("[A-Za-z0-9_-]{43}");
  private static final int MOST_NEXT = 300; // four cookies stay below 4 KB

  /**
   * @param next without its query if it is too long for a cookie with it
   */
  public static PendingSignIn begin(String next) {
    return new PendingSignIn(random(), random(), bounded(next));
  }

  private static String bounded(String next) {
    if (fits(next)) {
      return next;
    }
    String path = next.replaceFirst("[?].*", "");
    return fits(path) ? path : "/";
  }

  /** JSON as the cookie has it writes two characters for each of these. */
  private static boolean fits(String next) {
    long escaped = next.chars().filter(one -> one == '/' || one == '"' || one == '\\').count();
    return next.length() + escaped <= MOST_NEXT;
  }

  private static String random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return encoded(bytes);
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Whether it can be the state of one. */
  public static boolean isState(String text) {
    return STATE.matcher(text).matches();
  }

  /** In constant time. */
  public boolean hasState(String text) {
    return MessageDigest.isEqual(
        state.getBytes(StandardCharsets.US_ASCII), text.getBytes(StandardCharsets.UTF_8));
  }

  /** S256 of the verifier (RFC 7636 §4.2). */
  public String challenge() {
    try {
      return encoded(
          MessageDigest.getInstance("SHA-256")
              .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has SHA-256", e);
    }
  }

  /** Without its secrets. */
  @Override
  public String toString() {
    return "sign-in in progress at " + next;
  }
}
