package io.postern.console.web;

import java.util.regex.Pattern;

/** Words of a command line. Stateless. */
final class Shell {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9@._:/+=,-]+");

  private Shell() {}

  /** As a shell reads it as one word. */
  static String word(String text) {
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
