package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
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
 * What the code has, the documentation has: RFCs, topics; and what names a page, a section, a
 * promise or a story finds it there.
 */
class DocumentationTest {
  private static final Pattern RFC = Pattern.compile("RFC (\\d{3,5})");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]*)(?:#([^)\\s]+))?\\)");
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*?) *#*");

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
  void everyLinkBetweenPagesLeadsSomewhere() {
    List<String> broken = new ArrayList<>();
    int sections = 0;
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Project.read(page));
      while (link.find()) {
        Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
        String section = link.group(2);
        if (section != null) {
          sections++;
        }
        if (!Files.exists(target) || section != null && !anchors(target).contains(section)) {
          broken.add(Project.root().relativize(page) + " -> " + link.group());
        }
      }
    }
    assertThat(sections).isPositive();
    assertThat(broken).isEmpty();
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
          there = headings(page).contains(section.group(1));
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

  private static List<Path> pages() {
    List<Path> pages = new ArrayList<>();
    for (Path file : Project.walk(Project.root().resolve("docs"))) {
      if (file.toString().endsWith(".md")) {
        pages.add(file);
      }
    }
    pages.add(Project.root().resolve("README.md"));
    pages.add(Project.root().resolve("CONTRIBUTING.md"));
    for (Path text : Project.texts()) {
      if (text.endsWith("README.md") && Project.root().relativize(text).getNameCount() == 2) {
        pages.add(text);
      }
    }
    return pages;
  }

  /** The headings of a page, without those in code. */
  private static List<String> headings(Path page) {
    List<String> headings = new ArrayList<>();
    boolean code = false;
    for (String line : Project.read(page).lines().toList()) {
      code ^= line.startsWith("```");
      Matcher heading = HEADING.matcher(line);
      if (!code && heading.matches()) {
        headings.add(heading.group(1));
      }
    }
    return headings;
  }

  /** The headings as the usual hosts of Markdown make anchors of them. */
  private static List<String> anchors(Path page) {
    return headings(page).stream()
        .map(heading -> heading.toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }

  /** A reference may be broken over the lines of a comment. */
  private static String inOneLine(Path text) {
    return LINE_END.matcher(Project.read(text)).replaceAll(" ");
  }
}
