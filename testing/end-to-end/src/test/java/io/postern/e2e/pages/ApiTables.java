package io.postern.e2e.pages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.postern.e2e.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An API as tables: docs/api/NAME.yaml by its tags, and who may call, which is the table of the
 * service's AccessTest.
 */
final class ApiTables {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  private ApiTables() {}

  static List<String> names() {
    return Project.walk(Project.root().resolve("docs/api")).stream()
        .map(file -> file.getFileName().toString().replaceFirst("\\.yaml$", ""))
        .toList();
  }

  /** Of docs/api/NAME.yaml. */
  static String of(String name) {
    try {
      JsonNode api =
          YAML.readTree(
              Files.readString(Project.root().resolve("docs/api").resolve(name + ".yaml")));
      Map<String, String> access = access(name);
      Map<String, StringBuilder> tables = new LinkedHashMap<>();
      for (JsonNode tag : api.path("tags")) {
        tables.put(
            tag.path("name").asText(),
            new StringBuilder()
                .append("\n### ")
                .append(tag.path("description").asText(tag.path("name").asText()))
                .append("\n\n| call | who may | parameters | answers |\n|---|---|---|---|\n"));
      }
      for (Map.Entry<String, JsonNode> path : api.path("paths").properties()) {
        for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
          if (METHODS.contains(operation.getKey())) {
            String call = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
            tables
                .computeIfAbsent(
                    operation.getValue().path("tags").path(0).asText("other"),
                    tag -> new StringBuilder())
                .append(row(call, operation.getValue(), path.getValue(), access));
          }
        }
      }
      return String.join("", tables.values());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String row(
      String call, JsonNode operation, JsonNode path, Map<String, String> access) {
    return "| `"
        + call
        + "`<br>"
        + cell(operation.path("summary").asText())
        + " | "
        + access.getOrDefault(call, "?")
        + " | "
        + parameters(operation, path)
        + " | "
        + answers(operation)
        + " |\n";
  }

  private static String parameters(JsonNode operation, JsonNode path) {
    List<String> parts = new ArrayList<>();
    for (JsonNode owner : List.of(path, operation)) {
      for (JsonNode parameter : owner.path("parameters")) {
        String text = cell(parameter.path("description").asText());
        parts.add(
            "`" + parameter.path("name").asText() + "`" + (text.isEmpty() ? "" : ": " + text));
      }
    }
    List<String> types = new ArrayList<>();
    operation.at("/requestBody/content").fieldNames().forEachRemaining(types::add);
    if (!types.isEmpty()) {
      String text = cell(operation.at("/requestBody/description").asText());
      parts.add("body: " + String.join(", ", types) + (text.isEmpty() ? "" : ": " + text));
    }
    return String.join("<br>", parts);
  }

  private static String answers(JsonNode operation) {
    Map<String, String> answers = new TreeMap<>();
    operation
        .path("responses")
        .properties()
        .forEach(
            answer ->
                answers.put(answer.getKey(), cell(answer.getValue().path("description").asText())));
    // They are every call's.
    answers.remove("401", "Not Authorized");
    answers.remove("403", "Not Allowed");
    answers.remove("429", "Too Many Requests");
    List<String> parts = new ArrayList<>();
    answers.forEach(
        (status, text) ->
            parts.add(text.isEmpty() || text.equals("OK") ? status : status + " " + text));
    return String.join("<br>", parts);
  }

  private static String cell(String text) {
    return text.strip().replaceAll("\\s+", " ").replace("|", "\\|");
  }

  /** Who may call, by call. Where a call has several rows, the one with the most roles counts. */
  private static Map<String, String> access(String name) throws IOException {
    Map<String, String> access = new TreeMap<>();
    for (Path table : tables(name)) {
      for (String line : Files.readAllLines(table)) {
        String[] parts = line.split("\\|", -1);
        if (!line.startsWith("#") && parts.length == 5) {
          String call = parts[0].strip();
          String who = who(List.of(parts[4].strip().split(" +")));
          access.merge(call, who, (one, other) -> one.length() > other.length() ? one : other);
        }
      }
    }
    return access;
  }

  /**
   * @param statuses of nobody, an operator, an administrator and an auditor of the organization,
   *     and an administrator of another one, as AccessTable has them
   */
  static String who(List<String> statuses) {
    List<Boolean> may =
        statuses.stream()
            .map(status -> status.replaceFirst("/.*", ""))
            // 404 hides another's object, or is the answer to all about one that is not there; 422
            // refuses what an operator may.
            .map(
                status ->
                    !status.equals("401")
                        && !status.equals("403")
                        && (!status.equals("404") || statuses.get(1).startsWith("404"))
                        && (!status.equals("422") || !statuses.get(1).startsWith("200")))
            .toList();
    if (may.get(0)) {
      return "everyone";
    }
    if (!may.get(1)) {
      return "a user, by password only";
    }
    if (may.get(4)) {
      return may.get(3) ? "every user" : "operator, administrators";
    }
    return !may.get(2)
        ? "operator"
        : may.get(3)
            ? "operator; administrator and auditor of the organization"
            : "operator; administrator of the organization";
  }

  private static List<Path> tables(String name) {
    return Project.walk(Project.root().resolve(name + "-service/src/test/resources")).stream()
        .filter(file -> file.endsWith("access.txt"))
        .toList();
  }
}
