package io.postern.console.search;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What TLS came of a delivery's attempts: the tokens of docs/guides/tracing-a-message.md in six
 * classes.
 */
public enum TlsResult {
  /** The required level, or more. */
  REQUIRED,
  /** TLS that was not required. */
  OPPORTUNISTIC,
  /** It went in plaintext. */
  PLAINTEXT,
  /** It did not go, since the required level was not there. */
  REFUSED,
  /** It did not go for something else, such as a private address. */
  NOT_SENT,
  /** No attempt came to a result. */
  NONE_YET;

  /**
   * @param token required:achieved, or required/reason; empty: none
   */
  public static TlsResult of(String token) {
    if (token.isEmpty()) {
      return NONE_YET;
    }
    if (token.contains(":none(")) {
      return PLAINTEXT;
    }
    boolean opportunistic = token.startsWith("opportunistic");
    if (!token.contains(":")) {
      return opportunistic ? NOT_SENT : REFUSED;
    }
    return opportunistic ? OPPORTUNISTIC : REQUIRED;
  }

  /** As a search has it: not-sent. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<TlsResult> ofWord(String word) {
    return Arrays.stream(values()).filter(result -> result.word().equals(word)).findFirst();
  }
}
