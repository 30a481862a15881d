package io.postern.e2e.console;

import io.postern.e2e.Project;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

/** The console's texts in one language, by their keys. Immutable. */
final class PageTexts {
  private static final List<String> FILES = List.of("frame", "search", "partners", "operation");

  private final Properties texts = new Properties();

  /**
   * @param language en or de
   */
  PageTexts(String language) throws IOException {
    Path folder = Project.root().resolve("console-service/src/main/resources/web/texts");
    for (String file : FILES) {
      String name = file + (language.equals("en") ? "" : "_" + language) + ".properties";
      try (Reader reader = Files.newBufferedReader(folder.resolve(name))) {
        texts.load(reader);
      }
    }
  }

  String text(String key, String... values) {
    String text = Objects.requireNonNull(texts.getProperty(key), key);
    for (int i = 0; i < values.length; i++) {
      text = text.replace("{" + i + "}", values[i]);
    }
    return text;
  }

  /** What stands in front of the first value that is left out. */
  String beginning(String key, String... values) {
    String text = text(key, values);
    int value = text.indexOf('{');
    return value < 0 ? text : text.substring(0, value).strip();
  }
}
