package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Texts avoid what docs/style.md avoids. */
class StyleTest {
  private static final StyleGuide ENGLISH = StyleGuide.english();
  private static final StyleGuide GERMAN = StyleGuide.german();

  @Test
  void noTextHasAnAvoidedPhrase() {
    List<String> found = new ArrayList<>();
    for (Path file : StyleTexts.files()) {
      String name = Project.root().relativize(file).toString();
      found.addAll(find(name, Project.read(file)));
    }
    assertThat(found).as("see docs/style.md").isEmpty();
  }

  @Test
  void everyPhraseOfTheTablesIsFoundAndNoExampleHasOne() {
    assertThat(ENGLISH.avoided().stream().map(StyleGuide.Avoided::example).distinct().count())
        .isGreaterThanOrEqualTo(60);
    assertThat(GERMAN.avoided()).hasSizeGreaterThanOrEqualTo(15);
    for (StyleGuide guide : List.of(ENGLISH, GERMAN)) {
      for (StyleGuide.Avoided avoided : guide.avoided()) {
        String planted =
            Stream.of(avoided.phrase().split(" "))
                .map(word -> word.split("/")[0])
                .collect(Collectors.joining(" "))
                .replace("…", "with some other");
        assertThat(guide.find("Here, " + planted + "."))
            .as(avoided.phrase())
            .anyMatch(found -> found.avoided().equals(avoided));
        assertThat(guide.find(avoided.example()))
            .as("the example of " + avoided.phrase())
            .isEmpty();
      }
    }
  }

  @Test
  void aBadWordIsFoundInEachKindOfText() {
    assertThat(find("page.md", "TLS 1.3\n\nalone, or `alone`.\n"))
        .containsExactly("page.md:3: alone -> only");
    assertThat(find("page.md", "```\nalone\n```\n[x](alone.md) let alone\n")).isEmpty();
    assertThat(
            find(
                "Some.java",
                """
                class Some { // alone
                  String alone = "a host" + name + " of TLS 1.3 "
                      + "alone";
                  String sql = "alone";
                }
                """))
        .isEmpty();
    assertThat(
            find(
                "Some.java",
                """
                class Some {
                  String two = "mail that "
                      + "waits for TLS";
                }
                """))
        .singleElement()
        .asString()
        .startsWith("Some.java:2: ");
    assertThat(find("t.properties", "# alone\nalone.key=TLS alone\n"))
        .containsExactly("t.properties:2: alone -> only");
    assertThat(find("t_de.properties", "key=Das ging nicht\n")).hasSize(1);
    assertThat(find("example.yaml", "# TLS alone\nname: alone\n")).hasSize(1);
  }

  @Test
  void anExceptionNeedsItsPhraseAndAReason() {
    assertThat(find("page.md", "He is alone. <!-- style: alone: a person -->\n")).isEmpty();
    assertThat(find("page.md", "<!-- style: alone: a person -->\nHe is alone.\n")).isEmpty();
    assertThat(find("page.md", "He is alone. <!-- style: alone: -->\n")).hasSize(1);
    assertThat(find("page.md", "He is alone. <!-- style: beside: a person -->\n")).hasSize(1);
    assertThat(find("t.properties", "# style: alone: a person\nkey=He is alone\n")).isEmpty();
  }

  private static List<String> find(String name, String text) {
    StyleGuide guide = name.endsWith("_de.properties") ? GERMAN : ENGLISH;
    String readable = StyleTexts.readable(name, text);
    List<String> lines = text.lines().toList();
    return guide.find(readable).stream()
        .filter(
            found -> !StyleTexts.excepted(lines, line(readable, found), found.avoided().phrase()))
        .map(
            found ->
                name
                    + ":"
                    + (line(readable, found) + 1)
                    + ": "
                    + found.avoided().phrase()
                    + " -> "
                    + found.avoided().use())
        .toList();
  }

  private static int line(String text, StyleGuide.Found found) {
    return (int) text.substring(0, found.at()).chars().filter(c -> c == '\n').count();
  }
}
