package io.postern.e2e.pages;

import io.postern.e2e.pages.SettingsSource.Mapping;
import io.postern.e2e.pages.SettingsSource.Setting;
import java.nio.file.Path;
import java.util.List;

/** The settings of a module as a part of docs/reference/settings.md. */
final class SettingsTables {
  private static final long KIB = 1024;
  private static final List<String> UNITS = List.of("KiB", "MiB", "GiB");

  private SettingsTables() {}

  /**
   * @param page where the text will be, for its links
   */
  static String of(List<Mapping> mappings, Path page) {
    StringBuilder text = new StringBuilder();
    for (Mapping mapping : mappings) {
      String[] comment = mapping.comment().split("(?<=\\.)\\s+", 2);
      text.append("\n### ").append(comment[0].replaceFirst("\\.$", "")).append("\n\n");
      if (comment.length > 1) {
        text.append(Markdown.linked(comment[1], page)).append("\n\n");
      }
      text.append("| setting | default | effect |\n|---|---|---|\n");
      for (Setting setting : mapping.settings()) {
        text.append("| `")
            .append(setting.key())
            .append("`<br>`")
            .append(setting.variable())
            .append("` | ")
            .append(standard(setting))
            .append(" | ")
            .append(Markdown.linked(setting.effect(), page).replace("|", "\\|"))
            .append(" |\n");
      }
    }
    return text.toString();
  }

  private static String standard(Setting setting) {
    if (!setting.standard().isEmpty()) {
      String value = "`" + setting.standard() + "`";
      return setting.key().endsWith("bytes") ? value + size(setting.standard()) : value;
    }
    return setting.words().isEmpty() ? "none" : setting.words();
  }

  /** In words such as " (36 MiB)". */
  private static String size(String octets) {
    long value = Long.parseLong(octets);
    String words = "";
    for (int i = 0; i < UNITS.size() && value >= KIB && value % KIB == 0; i++) {
      value /= KIB;
      words = " (" + value + " " + UNITS.get(i) + ")";
    }
    return words;
  }
}
