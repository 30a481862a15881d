package io.postern.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A service's OpenAPI description as it stands in docs/api, compared with the running service's.
 * {@code -Dapi.docs.renew=true} writes it anew ({@code make api-docs}).
 */
public final class ApiDescription {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private ApiDescription() {}

  /**
   * The differences; empty: none. Changes that break a client come first, each with its name.
   *
   * @param stored docs/api/NAME.yaml
   * @param running as {@code /q/openapi} answers
   */
  public static List<String> differences(Path stored, String running) throws IOException {
    if (Boolean.getBoolean("api.docs.renew")) {
      Files.createDirectories(stored.resolveSibling("."));
      Files.writeString(stored, running);
      return List.of();
    }
    if (!Files.exists(stored)) {
      return List.of(stored + " is missing: make api-docs");
    }
    String before = Files.readString(stored);
    if (before.equals(running)) {
      return List.of();
    }
    List<String> differences = breaking(YAML.readTree(before), YAML.readTree(running));
    differences.add(stored + " is not what the service says: make api-docs");
    return differences;
  }

  /** What a client of the former description may not find any more, or has to send. */
  static List<String> breaking(JsonNode before, JsonNode now) {
    List<String> breaking = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : before.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        if (METHODS.contains(operation.getKey())) {
          operation(
              operation.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey(),
              operation.getValue(),
              now.path("paths").path(path.getKey()).path(operation.getKey()),
              breaking);
        }
      }
    }
    for (Map.Entry<String, JsonNode> schema : before.at("/components/schemas").properties()) {
      schema(
          schema.getKey(),
          schema.getValue(),
          now.at("/components/schemas").path(schema.getKey()),
          breaking);
    }
    return breaking;
  }

  private static void operation(String name, JsonNode before, JsonNode now, List<String> breaking) {
    if (now.isMissingNode()) {
      breaking.add("breaking: " + name + " is gone");
      return;
    }
    Set<String> had = required(before);
    required(now).stream()
        .filter(parameter -> !had.contains(parameter))
        .forEach(parameter -> breaking.add("breaking: " + name + " needs " + parameter + " now"));
  }

  private static Set<String> required(JsonNode operation) {
    Set<String> names = new TreeSet<>();
    for (JsonNode parameter : operation.path("parameters")) {
      if (parameter.path("required").asBoolean()) {
        names.add(parameter.path("name").asText());
      }
    }
    if (operation.at("/requestBody/required").asBoolean()) {
      names.add("a body");
    }
    return names;
  }

  private static void schema(String name, JsonNode before, JsonNode now, List<String> breaking) {
    if (now.isMissingNode()) {
      breaking.add("breaking: the schema " + name + " is gone");
      return;
    }
    for (Map.Entry<String, JsonNode> field : before.path("properties").properties()) {
      JsonNode kept = now.path("properties").path(field.getKey());
      if (kept.isMissingNode()) {
        breaking.add("breaking: " + name + "." + field.getKey() + " is gone");
      } else if (!kept.path("type").equals(field.getValue().path("type"))) {
        breaking.add("breaking: " + name + "." + field.getKey() + " has another type");
      }
    }
    Set<String> had = new TreeSet<>();
    before.path("required").forEach(field -> had.add(field.asText()));
    for (JsonNode field : now.path("required")) {
      if (!had.contains(field.asText())) {
        breaking.add("breaking: " + name + "." + field.asText() + " is required now");
      }
    }
  }
}
