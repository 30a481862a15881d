package io.postern.stack;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * docker-compose.yml as Docker Compose reads it: merge keys ({@code <<}) resolved, variables at
 * their defaults, with another file laid over it where there is one.
 */
final class ComposeFile {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{[A-Z_]+:-([^}]*)}");

  /** Lists of which a file that is laid over has its own, where others grow. */
  private static final Set<String> REPLACED = Set.of("command", "entrypoint", "test");

  /** A list in place of the former one. */
  private record Instead(List<String> items) {}

  private final Map<String, Object> root;

  private ComposeFile(Map<String, Object> root) {
    this.root = root;
  }

  static ComposeFile read(Path file) throws IOException {
    LoadSettings settings =
        LoadSettings.builder()
            .setTagConstructors(
                Map.of(
                    new Tag("!reset"), ComposeFile::instead,
                    new Tag("!override"), ComposeFile::instead))
            .build();
    try (Reader reader = Files.newBufferedReader(file)) {
      return new ComposeFile(map(new Load(settings).loadFromReader(reader)));
    }
  }

  private static Instead instead(@Nullable Node node) {
    List<String> items = new ArrayList<>();
    if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(item -> items.add(((ScalarNode) item).getValue()));
    }
    return new Instead(items);
  }

  /** This file with that one over it. */
  ComposeFile under(ComposeFile other) {
    Map<String, Object> services = new LinkedHashMap<>(services());
    other
        .services()
        .forEach(
            (name, service) -> {
              Map<String, Object> own = new LinkedHashMap<>(service);
              Object extended = map(own.remove("extends")).get("service");
              services.put(
                  name, over(service(extended == null ? name : String.valueOf(extended)), own));
            });
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("services", services);
    for (String part : List.of("networks", "volumes")) {
      all.put(part, over(part(part), other.part(part)));
    }
    return new ComposeFile(all);
  }

  private static Map<String, Object> over(Map<String, Object> below, Map<String, Object> above) {
    Map<String, Object> all = new LinkedHashMap<>(below);
    above.forEach((key, value) -> all.put(key, over(key, all.get(key), value)));
    return all;
  }

  private static Object over(String key, @Nullable Object below, Object above) {
    if (below instanceof Map<?, ?> && above instanceof Map<?, ?>) {
      return over(map(below), map(above));
    }
    if (above instanceof Instead instead) {
      return instead.items();
    }
    if (below instanceof List<?> && above instanceof List<?> && !REPLACED.contains(key)) {
      Map<String, String> items = new LinkedHashMap<>();
      Stream.concat(list(below).stream(), list(above).stream())
          .forEach(item -> items.put(key.equals("volumes") ? place(item) : item, item));
      return List.copyOf(items.values());
    }
    return above;
  }

  /** In the container, of a volume: of two at one place the later one is there. */
  private static String place(String volume) {
    List<String> parts = List.of(volume.split(":", -1));
    return parts.size() == 1 ? volume : parts.get(1);
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
