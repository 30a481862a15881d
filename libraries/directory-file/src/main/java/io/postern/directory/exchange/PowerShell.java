package io.postern.directory.exchange;

import java.util.List;
import java.util.stream.Collectors;

/**
 * PowerShell text. Each value is quoted so that it stays one: an administrator runs the text with
 * all rights, and names and comments may be anybody's. Not thread-safe.
 */
final class PowerShell {
  // All of these end a single-quoted string in PowerShell; doubled they stand for themselves.
  private static final String QUOTES = "['\u2018\u2019\u201a\u201b]";

  private final StringBuilder text = new StringBuilder();

  /** In single quotes, in which nothing is expanded; characters that are not seen become spaces. */
  static String quoted(String value) {
    return "'" + printable(value).replaceAll(QUOTES, "$0$0") + "'";
  }

  private static String printable(String value) {
    return value.replaceAll("[\\p{Cc}\\p{Cf}\u2028\u2029]", " ");
  }

  /** A line of comment, whatever is in it. */
  PowerShell comment(String line) {
    text.append("# ").append(printable(line)).append('\n');
    return this;
  }

  /**
   * @param cmdlet a word of ours
   */
  PowerShell command(String cmdlet) {
    text.append(cmdlet);
    return this;
  }

  PowerShell with(String parameter, String value) {
    if (!value.isEmpty()) {
      text.append(" -").append(parameter).append(' ').append(quoted(value));
    }
    return this;
  }

  /** A word of a choice, ours. */
  PowerShell word(String parameter, String word) {
    text.append(" -").append(parameter).append(' ').append(word);
    return this;
  }

  PowerShell flag(String parameter, boolean value) {
    return word(parameter, value ? "$true" : "$false");
  }

  PowerShell list(String parameter, List<String> values) {
    if (!values.isEmpty()) {
      text.append(" -")
          .append(parameter)
          .append(' ')
          .append(values.stream().map(PowerShell::quoted).collect(Collectors.joining(",")));
    }
    return this;
  }

  PowerShell end() {
    text.append('\n');
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
