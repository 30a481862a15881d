package io.postern.e2e.pages;

import io.postern.e2e.Project;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What pages may name. */
final class Known {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z][a-z0-9.<>-]+)`");

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)");

  private Known() {}

  /**
   * The keys of all settings: the services' own, and those in tables of docs/reference/settings.md.
   */
  static Set<String> settings() {
    Set<String> keys =
        SettingsSource.in(Project.mainSources()).stream()
            .flatMap(mapping -> mapping.settings().stream())
            .map(SettingsSource.Setting::key)
            .collect(Collectors.toCollection(TreeSet::new));
    String page = Project.read(Project.root().resolve("docs/reference/settings.md"));
    ROW.matcher(page).results().forEach(row -> keys.add(row.group(1)));
    return keys;
  }

  /** What the environment has beside settings: of the compose files, and of the programs. */
  static Set<String> variables() {
    Set<String> variables = new TreeSet<>(Set.of("POSTERN_CONTEXT"));
    for (String file : List.of("docker-compose.yml", "docker-compose.cluster.yml")) {
      String compose = Project.read(Project.root().resolve(file));
      VARIABLE.matcher(compose).results().forEach(name -> variables.add(name.group(1)));
    }
    return variables;
  }
}
