package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import io.postern.e2e.pages.Markdown;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What the code has, the documentation has: RFCs, topics; and what names a section of the design, a
 * promise or a story finds it there.
 */
class DocumentationTest {
  private static final Pattern RFC = Pattern.compile("RFC (\\d{3,5})");

  /** The end of a comment's line and what begins the next one. */
  private static final Pattern LINE_END =
      Pattern.compile("[ \t]*\\R[ \t]*(?:\\*(?!/)|//|#)?[ \t]*");

  /** The form in which code and pages name a section: docs/design/PAGE.md, "Section". */
  private static final Pattern DESIGN =
      Pattern.compile("docs/design/([a-z-]+\\.md)((?:, \"[^\"]+\")*)(, \\p{Lu})?");

  private static final Pattern SECTION = Pattern.compile(", \"([^\"]+)\"");
  private static final Pattern OUTSIDE =
      Pattern.compile("DESIGN[ ]§|log[-]mechanics|exchange[-]semantics");
  private static final Pattern PROMISE = Pattern.compile("\\b[GSN][1-9]\\d?\\b");

  @Test
  void everyRfcNamedInTheCodeIsInTheStatusTable() {
    String status = Project.read(Project.root().resolve("docs/reference/rfc-status.md"));
    Set<String> named = new TreeSet<>();
    for (Path source : Project.mainSources()) {
      Matcher rfc = RFC.matcher(Project.read(source));
      while (rfc.find()) {
        named.add(rfc.group(1));
      }
    }
    assertThat(named).isNotEmpty();
    assertThat(named).allSatisfy(number -> assertThat(status).contains("| " + number + " |"));
  }

  @Test
  void everySectionOfTheDesignThatIsNamedIsThere() {
    List<String> broken = new ArrayList<>();
    int sections = 0;
    for (Path text : Project.texts()) {
      Matcher reference = DESIGN.matcher(inOneLine(text));
      while (reference.find()) {
        Path page = Project.root().resolve("docs/design").resolve(reference.group(1));
        boolean there = Files.exists(page) && reference.group(3) == null;
        Matcher section = SECTION.matcher(reference.group(2));
        while (there && section.find()) {
          sections++;
          there = Markdown.headings(Project.read(page)).contains(section.group(1));
        }
        if (!there) {
          broken.add(Project.root().relativize(text) + " -> " + reference.group());
        }
      }
    }
    assertThat(sections).isPositive();
    assertThat(broken)
        .as("write docs/design/PAGE.md, \"Section\", as its heading has it")
        .isEmpty();
  }

  @Test
  void noDocumentIsNamedThatTheProjectDoesNotHave() {
    List<String> named = new ArrayList<>();
    for (Path text : Project.texts()) {
      Matcher outside = OUTSIDE.matcher(inOneLine(text));
      while (outside.find()) {
        named.add(Project.root().relativize(text) + ": " + outside.group());
      }
    }
    assertThat(named).isEmpty();
  }

  @Test
  void everyPromiseAndStoryThatIsNamedIsInTheArchitecture() {
    String architecture = Project.read(Project.root().resolve("docs/design/architecture.md"));
    Set<String> named = new TreeSet<>();
    for (Path text : Project.texts()) {
      Matcher promise = PROMISE.matcher(Project.read(text));
      while (promise.find()) {
        named.add(promise.group());
      }
    }
    assertThat(named).isNotEmpty();
    assertThat(named).allSatisfy(one -> assertThat(architecture).contains("\n| " + one + " | "));
  }

  @Test
  void everyTopicIsInTheArchitectureAsItIsDeclared() {
    List<String> rows =
        Project.read(Project.root().resolve("docs/design/architecture.md")).lines().toList();
    List<String> missing = new ArrayList<>();
    for (TopicDeclaration topic : Topics.ALL) {
      String row =
          String.join(
              " | ",
              "",
              topic.partitioning().name().toLowerCase(Locale.ROOT),
              kept(topic),
              topic.flushEachAppend() ? "yes" : "no",
              String.join(", ", topic.writers()),
              String.join(", ", topic.readers()) + " |");
      if (rows.stream()
          .noneMatch(r -> r.startsWith("| `" + topic.name() + "` | ") && r.endsWith(row))) {
        missing.add("| `" + topic.name() + "` | key | value" + row);
      }
    }
    assertThat(missing).isEmpty();
  }

  private static String kept(TopicDeclaration topic) {
    Duration time = topic.retention();
    String written = time.toDays() > 0 ? time.toDays() + " d" : time.toHours() + " h";
    return switch (topic.cleanup()) {
      case DELETE -> written;
      case COMPACT -> "compacted after " + written;
      case COMPACT_AND_DELETE -> "compacted, " + written;
      case CHANGELOG -> "compacted";
    };
  }

  /** A reference may be broken over the lines of a comment. */
  private static String inOneLine(Path text) {
    return LINE_END.matcher(Project.read(text)).replaceAll(" ");
  }
}
