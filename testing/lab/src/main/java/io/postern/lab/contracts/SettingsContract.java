package io.postern.lab.contracts;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The settings with their environment names and defaults, by service: the rows of
 * docs/reference/settings.md, which its own test compares with the code.
 */
public final class SettingsContract {
  private static final String REQUIRED = "required";
  private static final String NONE = "none";
  private static final Pattern ROW =
      Pattern.compile("\\| `([^`]+)`<br>`([A-Z][^`]+)` \\| (.*?) \\| .*");
  private static final Pattern VALUE = Pattern.compile("`([^`]+)`|\\b(\\d\\w*)");

  private SettingsContract() {}

  /** Facts of a setting: its default, none or required; words about either are left out. */
  public static Map<String, String> entries(List<String> page) {
    Map<String, String> entries = new LinkedHashMap<>();
    String service = "";
    for (String line : page) {
      Matcher row = ROW.matcher(line);
      if (line.startsWith("## ")) {
        service = line.substring(3).toLowerCase(Locale.ROOT);
      } else if (row.matches()) {
        entries.put(
            "%s, %s (%s)".formatted(service, row.group(1), row.group(2)), standard(row.group(3)));
      }
    }
    return entries;
  }

  private static String standard(String cell) {
    for (String word : List.of(REQUIRED, NONE)) {
      if (cell.startsWith(word)) {
        return word;
      }
    }
    String values =
        VALUE
            .matcher(cell)
            .results()
            .map(value -> value.group(1) == null ? value.group(2) : value.group(1))
            .collect(Collectors.joining(", "));
    return values.isEmpty() ? "in words" : values;
  }

  /** Settings gone, and defaults changed, and for whom. */
  public static List<String> breaks(Map<String, String> before, Map<String, String> now) {
    List<String> breaks = new ArrayList<>();
    before.forEach(
        (setting, was) -> {
          String is = now.get(setting);
          if (is == null) {
            breaks.add(
                "setting of %s is gone: an installation that sets it is not obeyed, or does not start"
                    .formatted(setting));
          } else if (is.equals(REQUIRED) && !was.equals(REQUIRED)) {
            breaks.add(required(setting));
          } else if (!is.equals(was) && !was.equals(REQUIRED)) {
            breaks.add(
                "setting of %s: the default was %s and is %s: an installation that does not set it behaves otherwise"
                    .formatted(setting, was, is));
          }
        });
    now.forEach(
        (setting, is) -> {
          if (!before.isEmpty() && !before.containsKey(setting) && is.equals(REQUIRED)) {
            breaks.add(required(setting));
          }
        });
    return breaks;
  }

  private static String required(String setting) {
    return "setting of %s is required now: an installation that does not set it does not start"
        .formatted(setting);
  }
}
