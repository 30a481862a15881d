package io.postern.console.web.frame;

import java.util.regex.Pattern;

/** Words of a command line. Stateless. */
public final class Shell {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9@._:/+=,-]+");

  private Shell() {}

  /**
   * A question that postern has no command for.
   *
   * @param service in the place of its address
   * @param path below /api/v1, encoded
   */
  public static String curl(String service, String path) {
    return "curl -u USER " + word("https://" + service + "/api/v1" + path);
  }

  /** As a shell reads it as one word. */
  public static String word(String text) {
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
