package io.postern.lab.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.postern.lab.contracts.AcceptedBreaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A service's OpenAPI description as it stands in docs/api, compared with the running service's.
 * {@code -Dapi.docs.renew=true} writes it anew ({@code make api-docs}), unless that breaks a client
 * and is not accepted ({@link AcceptedBreaks}).
 */
public final class ApiDescription {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  /** Shapes that say nothing of a body, so that a type says more of the same. */
  private static final Set<String> UNSAID = Set.of("any", "string binary");

  private final List<String> breaks = new ArrayList<>();

  private ApiDescription() {}

  /**
   * The differences; empty: none. Changes that break a client come first, each with its name.
   *
   * @param stored docs/api/NAME.yaml
   * @param running as {@code /q/openapi} answers
   */
  public static List<String> differences(Path stored, String running) throws IOException {
    boolean renew = Boolean.getBoolean("api.docs.renew");
    String before = Files.exists(stored) ? Files.readString(stored) : "";
    if (before.equals(running)) {
      return List.of();
    }
    String api = stored.getFileName().toString().replace(".yaml", "");
    List<String> differences =
        new ArrayList<>(
            AcceptedBreaks.read()
                .notIn(
                    breaks(YAML.readTree(before), YAML.readTree(running)).stream()
                        .map(broken -> "API of " + api + ": " + broken)
                        .toList()));
    if (renew && differences.isEmpty()) {
      Files.createDirectories(stored.resolveSibling("."));
      Files.writeString(stored, running);
    } else {
      differences.add(stored + " is not what the service says: make api-docs");
    }
    return differences;
  }

  /**
   * What a client of the former description may not find any more, or has to send, and who that is.
   */
  static List<String> breaks(JsonNode before, JsonNode now) {
    ApiDescription description = new ApiDescription();
    for (Map.Entry<String, JsonNode> path : before.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        if (METHODS.contains(operation.getKey())) {
          description.operation(
              operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(),
              operation.getValue(),
              now.path("paths").path(path.getKey()).path(operation.getKey()));
        }
      }
    }
    for (Map.Entry<String, JsonNode> schema : before.at("/components/schemas").properties()) {
      description.schema(
          schema.getKey(), schema.getValue(), now.at("/components/schemas").path(schema.getKey()));
    }
    return description.breaks;
  }

  private void add(String broken, String whom) {
    breaks.add(broken + ": " + whom);
  }

  private void operation(String name, JsonNode before, JsonNode now) {
    if (now.isMissingNode()) {
      add(name + " is gone", "its callers get 404 or 405");
      return;
    }
    parameters(name, parameters(before), parameters(now));
    if (now.at("/requestBody/required").asBoolean()
        && !before.at("/requestBody/required").asBoolean()) {
      add(name + " needs a body now", "its callers get 400");
    }
    content(name + " takes", before.at("/requestBody/content"), now.at("/requestBody/content"));
    for (Map.Entry<String, JsonNode> status : before.path("responses").properties()) {
      JsonNode kept = now.path("responses").path(status.getKey());
      if (kept.isMissingNode()) {
        add(name + " answers " + status.getKey() + " no longer", "callers that handle it fail");
      } else {
        content(
            name + " answers " + status.getKey() + " with",
            status.getValue().path("content"),
            kept.path("content"));
      }
    }
  }

  private static Map<String, JsonNode> parameters(JsonNode operation) {
    Map<String, JsonNode> parameters = new TreeMap<>();
    for (JsonNode parameter : operation.path("parameters")) {
      parameters.put(parameter.path("name").asText(), parameter);
    }
    return parameters;
  }

  private void parameters(String name, Map<String, JsonNode> before, Map<String, JsonNode> now) {
    before.forEach(
        (parameter, had) -> {
          JsonNode has = now.get(parameter);
          if (has == null) {
            add(name + " takes " + parameter + " no longer", "callers that send it are not obeyed");
          } else {
            value(name + " " + parameter, had.path("schema"), has.path("schema"));
          }
        });
    now.forEach(
        (parameter, has) -> {
          JsonNode had = before.get(parameter);
          if (has.path("required").asBoolean()
              && (had == null || !had.path("required").asBoolean())) {
            add(name + " needs " + parameter + " now", "its callers get 400");
          }
        });
  }

  private void content(String what, JsonNode before, JsonNode now) {
    for (Map.Entry<String, JsonNode> type : before.properties()) {
      JsonNode kept = now.path(type.getKey());
      if (kept.isMissingNode()) {
        add(what + " " + type.getKey() + " no longer", "clients cannot read or write the other");
      } else {
        value(what + " " + type.getKey(), type.getValue().path("schema"), kept.path("schema"));
      }
    }
  }

  private void schema(String name, JsonNode before, JsonNode now) {
    if (now.isMissingNode()) {
      add("the schema " + name + " is gone", "clients that were made from it fail");
      return;
    }
    value(name, before, now);
    for (Map.Entry<String, JsonNode> field : before.path("properties").properties()) {
      JsonNode kept = now.path("properties").path(field.getKey());
      String path = name + "." + field.getKey();
      if (kept.isMissingNode()) {
        add(
            path + " is gone",
            "clients that read it find nothing, one that sends it is not obeyed");
      } else {
        value(path, field.getValue(), kept);
      }
    }
    Set<String> had = texts(before.path("required"));
    for (String field : texts(now.path("required"))) {
      if (!had.contains(field)) {
        add(name + "." + field + " is required now", "clients that do not send it get 400");
      }
    }
  }

  private void value(String what, JsonNode before, JsonNode now) {
    if (!shape(before).equals(shape(now)) && !UNSAID.contains(shape(before))) {
      add(
          "%s was %s and is %s".formatted(what, shape(before), shape(now)),
          "clients read or send the former");
    }
    Set<String> gone = texts(before.path("enum"));
    gone.removeAll(texts(now.path("enum")));
    if (!now.path("enum").isMissingNode() && !gone.isEmpty()) {
      add(what + " is " + String.join(", ", gone) + " no longer", "clients that send it get 400");
    }
  }

  /** A schema's type in a word. */
  private static String shape(JsonNode schema) {
    if (schema.has("$ref")) {
      return schema.path("$ref").asText().replaceFirst(".*/", "");
    }
    if (schema.has("items")) {
      return "array of " + shape(schema.path("items"));
    }
    for (String several : List.of("allOf", "anyOf", "oneOf")) {
      if (schema.has(several)) {
        List<String> shapes = new ArrayList<>();
        schema.path(several).forEach(each -> shapes.add(shape(each)));
        return several + " " + String.join(", ", shapes);
      }
    }
    JsonNode type = schema.path("type");
    String name = type.isArray() ? String.join(" or ", texts(type)) : type.asText("any");
    return schema.has("format") ? name + " " + schema.path("format").asText() : name;
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new TreeSet<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
