package io.postern.console.web.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each text is there in both languages, and each text that a page names is there. */
class TextsTest {
  private static final Path RESOURCES = Path.of("src/main/resources");
  private static final Path TEXTS = RESOURCES.resolve("web/texts");
  private static final Pattern NAMED = Pattern.compile("f\\.t\\('([a-zA-Z0-9.-]+)'");
  private static final Pattern TITLED =
      Pattern.compile("frames\\s*\\.of\\(\\s*\"([a-zA-Z0-9.-]+)\"");

  private static Properties read(Path file) throws IOException {
    Properties texts = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      texts.load(reader);
    }
    return texts;
  }

  private static List<Path> english() throws IOException {
    try (Stream<Path> files = Files.list(TEXTS)) {
      return files.filter(file -> !file.toString().contains("_de")).sorted().toList();
    }
  }

  private static Path german(Path english) {
    return TEXTS.resolve(english.getFileName().toString().replace(".properties", "_de.properties"));
  }

  @Test
  void bothLanguagesHaveTheSameTexts() throws Exception {
    for (Path english : english()) {
      assertThat(new TreeSet<>(read(german(english)).stringPropertyNames()))
          .as(english.toString())
          .isEqualTo(new TreeSet<>(read(english).stringPropertyNames()));
    }
  }

  @Test
  void textsTakeTheSameValuesInBothLanguages() throws Exception {
    for (Path english : english()) {
      Properties here = read(english);
      Properties there = read(german(english));
      for (String key : here.stringPropertyNames()) {
        assertThat(values(there.getProperty(key))).as(key).isEqualTo(values(here.getProperty(key)));
      }
    }
  }

  /** The numbers of the values; a text without any is shown as it is, apostrophes included. */
  private static Set<String> values(String text) {
    Set<String> values = new TreeSet<>();
    Matcher value = Pattern.compile("\\{(\\d)").matcher(text);
    while (value.find()) {
      values.add(value.group(1));
    }
    if (!values.isEmpty()) {
      Object[] given = {"<zero>", "<one>", "<two>"};
      String shown = new MessageFormat(text, Locale.UK).format(given);
      assertThat(shown).as(text).doesNotContain("{");
      for (String number : values) {
        assertThat(shown).as(text).contains(given[Integer.parseInt(number)].toString());
      }
    }
    return values;
  }

  @Test
  void eachTextThatAPageNamesIsThere() throws Exception {
    List<String> missing = new ArrayList<>();
    Words words = Words.english();
    int named = 0;
    for (Path file : sources()) {
      String source = Files.readString(file);
      for (Pattern pattern : List.of(NAMED, TITLED)) {
        Matcher key = pattern.matcher(source);
        while (key.find()) {
          named++;
          // A key that ends so is completed by a value.
          if (!key.group(1).endsWith(".") && !words.has(key.group(1))) {
            missing.add(file.getFileName() + ": " + key.group(1));
          }
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(20);
  }

  /** What a reader could not escape from: text of strangers goes through Qute's escape. */
  @Test
  void noTemplateLeavesTextUnescapedOrHasScriptsOrStylesOfItsOwn() throws Exception {
    Pattern forbidden =
        Pattern.compile(
            "\\.raw\\b|\\.safe\\b|<style|<script(?! src)|\\sstyle=|\\son[a-z]+=|hx-on|javascript:");
    for (Path file : sources()) {
      if (file.toString().endsWith(".html")) {
        assertThat(forbidden.matcher(Files.readString(file)).find()).as(file.toString()).isFalse();
      }
    }
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> templates = Files.walk(RESOURCES.resolve("templates"));
        Stream<Path> classes = Files.walk(Path.of("src/main/java/io/postern/console/web"))) {
      return Stream.concat(templates, classes).filter(Files::isRegularFile).toList();
    }
  }
}
