package io.postern.e2e.pages;

import io.postern.e2e.Project;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The modules in the order of the build, each by its pom: folder, description, own modules. */
final class ModulesTable {
  private static final Pattern MODULE = Pattern.compile("<module>(.+?)</module>");
  private static final Pattern DESCRIPTION =
      Pattern.compile("<description>(.+?)</description>", Pattern.DOTALL);
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<dependency>\\s*<groupId>io\\.postern</groupId>\\s*<artifactId>(.+?)</artifactId>(.*?)</dependency>",
          Pattern.DOTALL);

  private ModulesTable() {}

  static String table() {
    return MODULE
        .matcher(Project.read(Project.root().resolve("pom.xml")))
        .results()
        .map(module -> row(module.group(1)))
        .collect(Collectors.joining("\n", "| folder | purpose | uses |\n|---|---|---|\n", "\n"));
  }

  private static String row(String folder) {
    String pom = Project.read(Project.root().resolve(folder).resolve("pom.xml"));
    Matcher description = DESCRIPTION.matcher(pom);
    if (!description.find()) {
      throw new IllegalStateException(folder + "/pom.xml has no description");
    }
    List<String> uses =
        DEPENDENCY
            .matcher(pom)
            .results()
            .filter(dependency -> !dependency.group(2).contains("<scope>test</scope>"))
            .map((MatchResult dependency) -> dependency.group(1))
            .sorted()
            .toList();
    return "| `%s` | %s | %s |".formatted(folder, description.group(1), String.join(", ", uses));
  }
}
