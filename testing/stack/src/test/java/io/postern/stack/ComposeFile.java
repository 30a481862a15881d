package io.postern.stack;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * docker-compose.yml as Docker Compose reads it: merge keys ({@code <<}) resolved, variables at
 * their defaults.
 */
final class ComposeFile {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{[A-Z_]+:-([^}]*)}");

  private final Map<String, Object> root;

  private ComposeFile(Map<String, Object> root) {
    this.root = root;
  }

  static ComposeFile read(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file)) {
      return new ComposeFile(map(new Load(LoadSettings.builder().build()).loadFromReader(reader)));
    }
  }

  Map<String, Map<String, Object>> services() {
    Map<String, Map<String, Object>> services = new LinkedHashMap<>();
    map(root.get("services")).forEach((name, service) -> services.put(name, map(service)));
    return services;
  }

  Map<String, Object> service(String name) {
    return map(map(root.get("services")).get(name));
  }

  Map<String, Object> part(String name) {
    return map(root.get(name));
  }

  /** A mapping with the merged ones under it; empty where there is none. */
  static Map<String, Object> map(@Nullable Object node) {
    Map<String, Object> all = new LinkedHashMap<>();
    if (node instanceof Map<?, ?> own) {
      if (own.get("<<") instanceof List<?> merged) {
        merged
            .reversed()
            .forEach(each -> all.putAll(map(each))); // the first goes before the others
      } else {
        all.putAll(map(own.get("<<")));
      }
      own.forEach((key, value) -> all.put(String.valueOf(key), value));
      all.remove("<<");
    }
    return all;
  }

  static List<String> list(@Nullable Object node) {
    List<String> all = new ArrayList<>();
    if (node instanceof List<?> items) {
      items.forEach(item -> all.add(text(item)));
    }
    return all;
  }

  static String text(@Nullable Object node) {
    Matcher variable = VARIABLE.matcher(String.valueOf(node));
    return variable.replaceAll(match -> Matcher.quoteReplacement(match.group(1)));
  }
}
