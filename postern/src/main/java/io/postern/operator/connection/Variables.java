package io.postern.operator.connection;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code ${name}} places of a directory file; one of {@code ${name:usual}} has a usual value.
 */
public final class Variables {
  private static final Pattern PLACE = Pattern.compile("\\$\\{(\\w+)(?::(\\w+))?}");

  private Variables() {}

  /** Fills in known and usual values; refuses an unknown name outside a comment, with its line. */
  public static String fill(String text, Map<String, String> values) {
    StringBuilder filled = new StringBuilder();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      if (number > 1) {
        filled.append('\n');
      }
      filled.append(line.stripLeading().startsWith("#") ? line : fillLine(line, number, values));
    }
    return filled.toString();
  }

  private static String fillLine(String line, int number, Map<String, String> values) {
    return PLACE
        .matcher(line)
        .replaceAll(
            place -> {
              String value = values.getOrDefault(place.group(1), place.group(2));
              if (value == null) {
                throw new IllegalArgumentException(
                    "line "
                        + number
                        + ": unknown variable "
                        + place.group()
                        + "; known variables are "
                        + values.keySet());
              }
              return Matcher.quoteReplacement(value);
            });
  }
}
