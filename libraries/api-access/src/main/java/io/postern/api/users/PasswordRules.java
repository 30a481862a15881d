package io.postern.api.users;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which passwords a user may choose (OWASP ASVS 5, 6.2; NIST SP 800-63B §3.1.1.2): 12 to 200
 * characters of any kind, not one of those that are guessed first. Stateless; any thread; the time
 * is linear in the password's length, which is looked at first.
 */
public final class PasswordRules {
  private static final int LEAST = 12;
  private static final int MOST = 200;
  private static final int LEAST_DIFFERENT = 5;
  private static final int LEAST_NAME = 4;

  /** Of a password that is only runs of neighbours, the least length of a run on average. */
  private static final int RUN = 4;

  private static final List<String> ROWS =
      List.of("1234567890", "qwertzuiop", "qwertyuiop", "asdfghjkl", "yxcvbnm", "zxcvbnm");

  /** How words are disguised. */
  private static final String SIGNS = "@$!013457";

  private static final String LETTERS = "asioieast";

  private static final Set<String> COMMON = common();

  private PasswordRules() {}

  /**
   * What is wrong with a password, and the cure.
   *
   * @param problem after "it", as in "it has 8 characters"
   */
  public record Fault(String problem, String cure) {}

  private static Set<String> common() {
    try (InputStream list =
        Objects.requireNonNull(PasswordRules.class.getResourceAsStream("common-passwords.txt"))) {
      return new String(list.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .flatMap(line -> Arrays.stream(line.split(" ", -1)))
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param name of the user
   * @return empty: the password may be used
   */
  public static Optional<Fault> fault(String name, String password) {
    if (password.length() < LEAST || password.length() > MOST) {
      return because(
          "it has " + password.length() + " characters", "write " + LEAST + " to " + MOST);
    }
    String lower = password.toLowerCase(Locale.ROOT);
    String own = name.toLowerCase(Locale.ROOT).replaceFirst("@.*", "");
    if (own.length() >= LEAST_NAME && lower.contains(own)) {
      return because("it contains the user's name", "write one without it");
    }
    if (lower.chars().distinct().count() < LEAST_DIFFERENT) {
      return because("it repeats a few characters", "use more different ones");
    }
    if (runs(lower) <= lower.length() / RUN) {
      return because("it is a sequence of letters, digits or keys", "write one without a pattern");
    }
    if (isCommon(lower)) {
      return because(
          "it is one of the passwords that are tried first", "write several unrelated words");
    }
    return Optional.empty();
  }

  private static Optional<Fault> because(String problem, String cure) {
    return Optional.of(new Fault(problem, cure));
  }

  /** Pieces of neighbours in the alphabet, among the digits, or on the keyboard. */
  private static int runs(String text) {
    int runs = 1;
    for (int i = 1; i < text.length(); i++) {
      if (!areNeighbours(text.charAt(i - 1), text.charAt(i))) {
        runs++;
      }
    }
    return runs;
  }

  private static boolean areNeighbours(char one, char next) {
    if (Character.isLetterOrDigit(one)
        && Character.isLetterOrDigit(next)
        && Math.abs(one - next) <= 1) {
      return true;
    }
    for (String row : ROWS) {
      int at = row.indexOf(one);
      if (at >= 0 && row.indexOf(next) >= 0 && Math.abs(at - row.indexOf(next)) <= 1) {
        return true;
      }
    }
    return false;
  }

  /** A common word, as it is or disguised, repeated, or with digits and signs around it. */
  private static boolean isCommon(String lower) {
    String letters = lower.replaceAll("[^\\p{L}]", "");
    String trimmed = lower.replaceAll("^[^\\p{L}]+|[^\\p{L}]+$", "");
    return List.of(lower, letters, trimmed, plain(lower), plain(trimmed)).stream()
        .anyMatch(text -> COMMON.contains(text) || COMMON.contains(unit(text)));
  }

  private static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (char letter : text.toCharArray()) {
      int at = SIGNS.indexOf(letter);
      plain.append(at < 0 ? letter : LETTERS.charAt(at));
    }
    return plain.toString();
  }

  /** What a text repeats; else the text. */
  private static String unit(String text) {
    int at = (text + text).indexOf(text, 1);
    return at > 0 && at < text.length() ? text.substring(0, at) : text;
  }
}
