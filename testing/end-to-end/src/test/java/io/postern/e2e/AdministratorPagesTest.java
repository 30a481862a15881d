package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.VerdictReason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The pages for administrators: each reason has its row, each page its place in the index. */
class AdministratorPagesTest {
  private static final Path DOCS = Project.root().resolve("docs");

  private static final Pattern HEADING = Pattern.compile("(?m)^##+ (.*)$");
  private static final Pattern REASON_ROW =
      Pattern.compile("(?m)^\\| `([\\w-]+)` \\| ([\\d.]+)[^|]* \\|.*$");
  private static final Pattern RULE_ROW =
      Pattern.compile("(?m)^\\| `([\\w-]+)` \\| (?![\\d.]+).*$");
  private static final Pattern RULE_CONSTANT =
      Pattern.compile("static final String \\w+ = \"(\\w+)\";");
  private static final Pattern REPLY_RULE =
      Pattern.compile("(?m)^\\| \\d{3}[^|]*\\| [^|]*\\| ([^|]*)\\|");
  private static final Pattern CODE = Pattern.compile("`([\\w-]+)`");
  private static final Pattern MEANING =
      Pattern.compile("(?m)^([a-z0-9*-]+) \\| (\\d\\.\\d+) \\| ");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+\\.md)(?:#[^)]*)?\\)");

  @Test
  void eachReasonHasItsRowAndEachRowItsReason() {
    Set<String> reasons = reasons();
    Arrays.stream(VerdictReason.values())
        .filter(r -> r != VerdictReason.UNRECOGNIZED)
        .filter(r -> r != VerdictReason.VERDICT_REASON_UNSPECIFIED)
        .map(Spelling::of)
        .forEach(reasons::add);
    assertThat(reasons).hasSizeGreaterThan(70);
    assertThat(new TreeSet<>(rows().keySet()))
        .as("docs/reference/reasons.md: | `reason` | code | what happened | who | what to type |")
        .isEqualTo(reasons);
  }

  @Test
  void eachReasonHasTheCodeOfReportsToSenders() {
    String table =
        Project.read(
            Project.root()
                .resolve(
                    "policy-service/src/main/resources/io/postern/policy/notices/reasons.txt"));
    Map<String, String> codes =
        MEANING
            .matcher(table)
            .results()
            .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2)));
    String ofDane = codes.get(Reasons.DANE_PREFIX + "*");
    reasons().stream()
        .filter(reason -> reason.startsWith(Reasons.DANE_PREFIX))
        .forEach(reason -> codes.putIfAbsent(reason, ofDane));
    codes.keySet().removeIf(reason -> reason.endsWith("*"));
    assertThat(codes).hasSizeGreaterThan(60);
    assertThat(rows()).containsAllEntriesOf(codes);
  }

  @Test
  void eachRuleThatRefusesHasItsRowAndEachRowItsRule() {
    Set<String> rules = new TreeSet<>();
    for (String file : List.of("RecipientRefusal.java", "RecipientRules.java")) {
      Matcher constant = RULE_CONSTANT.matcher(Project.read(source(file)));
      while (constant.find()) {
        rules.add(constant.group(1));
      }
    }
    Matcher reply = REPLY_RULE.matcher(Project.read(DOCS.resolve("reference/replies.md")));
    while (reply.find()) {
      addCodes(reply.group(1), rules);
    }
    String readme = Project.read(Project.root().resolve("ingress-service/README.md"));
    Matcher list = Pattern.compile("(?s)Rules: (.*?)(?:\\R\\R|\\z)").matcher(readme);
    assertThat(list.find()).isTrue();
    addCodes(list.group(1), rules);
    assertThat(rules).hasSizeGreaterThan(35);
    String page = Project.read(DOCS.resolve("reference/reasons.md"));
    Set<String> rows = new TreeSet<>();
    Matcher row = RULE_ROW.matcher(page.substring(page.indexOf("## Mail in: ")));
    while (row.find()) {
      rows.add(row.group(1));
    }
    assertThat(rows)
        .as("docs/reference/reasons.md, Mail in: | `rule` | what happened | who | what to type |")
        .isEqualTo(rules);
  }

  @Test
  void eachPageIsInTheIndexOnOneShelf() {
    String index = Project.read(DOCS.resolve("README.md"));
    assertThat(headings(index))
        .containsExactly("Tutorials", "Guides", "Reference", "Operations", "Evidence", "Design");
    List<String> linked = new ArrayList<>();
    Matcher link = LINK.matcher(index);
    while (link.find()) {
      linked.add(link.group(1));
    }
    assertThat(linked).doesNotHaveDuplicates();
    List<String> pages =
        Project.walk(DOCS).stream()
            .map(page -> DOCS.relativize(page).toString())
            .filter(page -> page.endsWith(".md") && !page.equals("README.md"))
            .filter(page -> !page.startsWith("decisions/") || page.endsWith("README.md"))
            .toList();
    assertThat(linked).containsAll(pages);
  }

  private static Set<String> reasons() {
    Set<String> reasons = new TreeSet<>();
    for (var field : Reasons.class.getFields()) {
      if (!field.getName().endsWith("_PREFIX")) {
        try {
          reasons.add((String) field.get(null));
        } catch (IllegalAccessException e) {
          throw new AssertionError(e);
        }
      }
    }
    return reasons;
  }

  /** The codes by reason. */
  private static Map<String, String> rows() {
    String page = Project.read(DOCS.resolve("reference/reasons.md"));
    Map<String, String> rows = new TreeMap<>();
    Matcher row = REASON_ROW.matcher(page.substring(0, page.indexOf("## Mail in: ")));
    while (row.find()) {
      assertThat(rows.put(row.group(1), row.group(2))).as("second row of " + row.group(1)).isNull();
    }
    return rows;
  }

  private static List<String> headings(String page) {
    return HEADING.matcher(page).results().map(heading -> heading.group(1)).toList();
  }

  private static void addCodes(String text, Set<String> to) {
    CODE.matcher(text).results().forEach(code -> to.add(code.group(1)));
  }

  private static Path source(String file) {
    return Project.mainSources().stream()
        .filter(path -> path.getFileName().toString().equals(file))
        .findFirst()
        .orElseThrow();
  }
}
