package io.postern.smtp;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The service extensions in a server's reply to EHLO (RFC 5321 §4.1.1.1): keywords in upper case
 * with their parameters. Immutable. After STARTTLS the client asks again and forgets these (RFC
 * 3207 §4.2). Lines without a keyword are left out.
 */
public record Capabilities(Map<String, String> keywords) {
  /** After HELO. */
  public static final Capabilities NONE = new Capabilities(Map.of());

  public Capabilities {
    keywords = Map.copyOf(keywords);
  }

  /** The first line is the server's name; the first of two lines with the same keyword counts. */
  public static Capabilities parse(Reply ehlo) {
    Map<String, String> keywords = new HashMap<>();
    for (String line : ehlo.lines().subList(1, ehlo.lines().size())) {
      String text = line.strip();
      int end = 0;
      while (end < text.length() && Texts.isKeywordCharacter(text.charAt(end))) {
        end++;
      }
      if (end > 0) {
        String parameters =
            text.substring(end).replaceFirst("^[ =]+", "").strip(); // "SIZE=1000" was seen
        keywords.putIfAbsent(text.substring(0, end).toUpperCase(Locale.ROOT), parameters);
      }
    }
    return new Capabilities(keywords);
  }

  public boolean has(String keyword) {
    return keywords.containsKey(keyword.toUpperCase(Locale.ROOT));
  }

  /**
   * RFC 1870 §4: the largest message; empty when there is no fixed limit (no SIZE, none given, or
   * 0).
   */
  public OptionalLong size() {
    String size = keywords.getOrDefault("SIZE", "");
    if (!size.matches("[0-9]{1,18}") || Long.parseLong(size) == 0) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(size));
  }

  public boolean startTls() {
    return has("STARTTLS");
  }

  public boolean has8BitMime() {
    return has("8BITMIME");
  }

  public boolean pipelining() {
    return has("PIPELINING");
  }

  public boolean smtpUtf8() {
    return has("SMTPUTF8");
  }

  public boolean dsn() {
    return has("DSN");
  }

  public boolean requireTls() {
    return has("REQUIRETLS");
  }

  /** RFC 3030 §3: BINARYMIME is of use only with CHUNKING. */
  public boolean binaryMime() {
    return has("BINARYMIME") && has("CHUNKING");
  }

  /** RFC 9422; {@link Limits#NONE} without LIMITS. */
  public Limits limits() {
    return Limits.parse(keywords.getOrDefault("LIMITS", ""));
  }
}
