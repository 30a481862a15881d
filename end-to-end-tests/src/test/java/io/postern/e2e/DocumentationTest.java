package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the code has, the documentation has: settings, metrics, RFCs, links. */
class DocumentationTest {
  private static final Pattern MAPPING =
      Pattern.compile("@ConfigMapping\\(\\s*prefix\\s*=\\s*\"([^\"]+)\"");
  private static final Pattern SETTING =
      Pattern.compile(
          "(?:@WithName\\(\"([^\"]+)\"\\)\\s*)?(?:@\\w+(?:\\([^)]*\\))?\\s*)*([\\w<>.,]+)\\s+(\\w+)\\(\\);");
  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);
  private static final Pattern METRIC = Pattern.compile("\"(postern[._][a-z0-9._]+)\"");
  private static final Pattern RFC = Pattern.compile("RFC (\\d{3,5})");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @Test
  void everySettingIsInItsModulesReadme() {
    List<String> missing = new ArrayList<>();
    int settings = 0;
    for (Path source : Project.mainSources()) {
      String code = COMMENT.matcher(Project.read(source)).replaceAll("");
      Matcher mapping = MAPPING.matcher(code);
      if (!mapping.find()) {
        continue;
      }
      String readme = readme(source);
      Matcher setting = SETTING.matcher(code.substring(code.indexOf('{', mapping.end())));
      while (setting.find()) {
        if (code.contains("interface " + setting.group(2) + " {")) {
          continue; // a group: its own settings follow
        }
        settings++;
        String name = setting.group(1) != null ? setting.group(1) : kebab(setting.group(3));
        // A group of settings is an interface within the interface: one more part in the key.
        if (!readme.matches(
            "(?s).*"
                + Pattern.quote(mapping.group(1))
                + "(\\.[a-z-]+)?\\."
                + Pattern.quote(name)
                + "`.*")) {
          missing.add(
              mapping.group(1)
                  + "."
                  + name
                  + " ("
                  + Project.module(source).getFileName()
                  + "/README.md)");
        }
      }
    }
    assertThat(settings).isPositive();
    assertThat(missing).isEmpty();
  }

  @Test
  void everyMetricIsInItsModulesReadme() {
    List<String> missing = new ArrayList<>();
    int metrics = 0;
    for (Path source : Project.mainSources()) {
      String code = Project.read(source);
      if (!code.contains("io.micrometer")) {
        continue;
      }
      Matcher metric = METRIC.matcher(code);
      while (metric.find()) {
        metrics++;
        if (!documented(readme(source), metric.group(1))) {
          missing.add(
              metric.group(1) + " (" + Project.module(source).getFileName() + "/README.md)");
        }
      }
    }
    assertThat(metrics).isPositive();
    assertThat(missing).isEmpty();
  }

  @Test
  void everyRfcNamedInTheCodeIsInTheStatusTable() {
    String status = Project.read(Project.root().resolve("docs/rfc-status.md"));
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
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Project.read(page));
      while (link.find()) {
        if (!Files.exists(page.resolveSibling(link.group(1)))) {
          broken.add(Project.root().relativize(page) + " -> " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
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
    return pages;
  }

  /** By its own name or as Prometheus spells it, with or without a suffix. */
  private static boolean documented(String readme, String metric) {
    return readme.contains(metric) || readme.contains(metric.replace('.', '_'));
  }

  private static String readme(Path source) {
    Path readme = Project.module(source).resolve("README.md");
    return Files.exists(readme) ? Project.read(readme) : "";
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
