package io.postern.e2e.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.e2e.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the pages for users name is there: settings, metrics, files, ports, versions, commands. */
class PageFactsTest {
  private static final int MOST_LINES = 400;
  private static final Pattern PORT_IN_CODE =
      Pattern.compile(
          "(?i)(?:port|ports|_PORTS?)[^\\n\\d]{0,40}?(\\d{2,5})(?:-(\\d{2,5}))?|\\b(?:broker|postgres|service):(\\d{4})\\b");
  private static final Pattern MADE =
      Pattern.compile("<!-- made by make reference.*?<!-- end -->", Pattern.DOTALL);

  private static final Pattern FIGURE = Pattern.compile("```mermaid\n(.*?)```", Pattern.DOTALL);

  /** A break of a contract that was accepted names what is there no more. */
  private static final Pattern GONE = Pattern.compile("(?m)^\\| setting of .* is gone: .*$");

  private static final Pattern NODE = Pattern.compile("(?m)(?:^ *|> )([A-Z][A-Za-z]+)(?= --|$)");

  /** SMTP, DNS, HTTP, HTTPS, submission over TLS, submission (RFC 8314), LMTP by custom. */
  private static final Set<Integer> ASSIGNED = Set.of(25, 53, 80, 443, 465, 587, 24);

  @Test
  void everySettingThatIsNamedIsThere() {
    Set<String> keys = new TreeSet<>(Known.settings());
    Set<String> metrics = new TreeSet<>();
    metrics().values().forEach(metric -> metrics.add(metric.name()));
    keys.addAll(metrics); // by their names in code
    assertThat(
            wrong(
                page ->
                    PageChecks.settings(
                        GONE.matcher(page).replaceAll(""), keys, Known.variables())))
        .isEmpty();
  }

  @Test
  void everyMetricThatIsNamedIsThere() {
    Set<String> names = new TreeSet<>();
    metrics().values().forEach(metric -> names.addAll(metric.names()));
    assertThat(wrong(page -> PageChecks.metrics(page, names))).isEmpty();
  }

  @Test
  void everyFileThatIsNamedIsThere() {
    assertThat(
            wrong(
                page -> PageChecks.files(page, file -> Files.exists(Project.root().resolve(file)))))
        .isEmpty();
  }

  @Test
  void everyLinkLeadsSomewhere() {
    List<String> dead = new ArrayList<>();
    for (Path page : Pages.all()) {
      Markdown.deadLinks(Project.read(page), link -> target(page.resolveSibling(link)))
          .forEach(link -> dead.add(Pages.name(page) + " -> " + link));
    }
    assertThat(dead).isEmpty();
  }

  /** Classes are nodes without a text of their own, and their names begin with a capital. */
  @Test
  void everyClassOfAFigureIsThere() {
    Set<String> classes =
        Project.mainSources().stream()
            .map(file -> String.valueOf(file.getFileName()).replace(".java", ""))
            .collect(Collectors.toSet());
    Set<String> unknown = new TreeSet<>();
    for (Path page : Pages.all()) {
      FIGURE
          .matcher(Project.read(page))
          .results()
          .flatMap(figure -> NODE.matcher(figure.group(1)).results())
          .map(node -> node.group(1))
          .filter(node -> !classes.contains(node))
          .forEach(unknown::add);
    }
    assertThat(unknown).isEmpty();
  }

  private static @Nullable String target(Path file) {
    return !Files.exists(file) ? null : file.toString().endsWith(".md") ? Project.read(file) : "";
  }

  @Test
  void everyPortThatIsNamedIsInCodeOrAssigned() {
    Set<Integer> ports = new TreeSet<>(ASSIGNED);
    for (Path text : Project.texts()) {
      String name = Pages.name(text);
      if (name.equals("docker-compose.yml")
          || name.endsWith("application.properties")
          || name.startsWith("deploy/")
          || name.contains("/main/java/")) {
        Matcher port = PORT_IN_CODE.matcher(Project.read(text));
        while (port.find()) {
          for (int group = 1; group <= port.groupCount(); group++) {
            if (port.group(group) != null) {
              ports.add(Integer.valueOf(port.group(group)));
            }
          }
        }
      }
    }
    String settings = Project.read(Project.root().resolve("docs/reference/settings.md"));
    Pattern.compile("port`<br>[^|]*\\|([^|]*)\\|")
        .matcher(settings)
        .results()
        .flatMap(row -> Pattern.compile("\\d+").matcher(row.group(1)).results())
        .forEach(port -> ports.add(Integer.valueOf(port.group())));
    assertThat(wrong(page -> PageChecks.ports(page, ports))).isEmpty();
  }

  @Test
  void everyVersionThatIsNamedIsTheOneInUse() {
    String pom = Project.read(Project.root().resolve("pom.xml"));
    String walk = Project.read(Project.root().resolve("deploy/docker/steps"));
    Map<String, String> versions = new TreeMap<>();
    versions.put("JDK", first("<maven.compiler.release>(\\d+)<", pom));
    versions.put("Java", versions.get("JDK"));
    versions.put("Quarkus", first("<quarkus[\\w.]*version>([\\d.]+)<", pom));
    versions.put("Docker Engine", first("Docker Engine (\\d+)", walk));
    assertThat(wrong(page -> PageChecks.versions(page, versions))).isEmpty();
  }

  @Test
  void everyCommandThatIsShownIsThere() {
    CommandLine postern = new CommandLine(io.postern.operator.Main.class);
    CommandLine run = new CommandLine(new io.postern.stack.Main());
    assertThat(wrong(page -> PageChecks.commands(page, postern, run))).isEmpty();
    String script = Project.read(Project.root().resolve("deploy/ten-questions"));
    assertThat(PageChecks.commands(script, postern, run)).isEmpty();
  }

  @Test
  void noPageForUsersIsLongerThanItsReadersPatience() {
    List<String> longer = new ArrayList<>();
    for (Path page : pages()) {
      if (Pages.name(page).startsWith("docs/design/")) {
        continue;
      }
      long lines = MADE.matcher(Project.read(page)).replaceAll("").lines().count();
      if (lines > MOST_LINES) {
        longer.add(Pages.name(page) + ": " + lines);
      }
    }
    assertThat(longer).as("split it: " + MOST_LINES + " lines").isEmpty();
  }

  private static Map<String, MetricsSource.Metric> metrics() {
    return MetricsSource.in(Project.mainSources(), Known.settings());
  }

  private static String first(String pattern, String text) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    assertThat(found.find()).as(pattern).isTrue();
    return found.group(1);
  }

  private static List<String> wrong(Function<String, List<String>> check) {
    List<String> wrong = new ArrayList<>();
    for (Path page : pages()) {
      check.apply(Project.read(page)).forEach(one -> wrong.add(Pages.name(page) + ": " + one));
    }
    return wrong;
  }

  /** Not the records of what once was: measurements and decisions. */
  private static List<Path> pages() {
    return Pages.all().stream()
        .filter(
            page -> {
              String name = Pages.name(page);
              return name.equals("README.md")
                  || name.startsWith("docs/tutorials/")
                  || name.startsWith("docs/guides/")
                  || name.startsWith("docs/reference/")
                  || name.startsWith("docs/operations/")
                  || name.startsWith("docs/design/");
            })
        .toList();
  }
}
