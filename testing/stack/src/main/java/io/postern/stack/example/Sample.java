package io.postern.stack.example;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A sample message with the results that its file expects.
 *
 * @param file where it comes from
 * @param about one line for the reader
 * @param client whose certificate the sending side presents: fabrikam, contoso or none
 * @param from reverse-path
 * @param to forward-paths
 * @param content header and body with CRLF line ends
 * @param reply the reply code that ends the transaction, or refuses the first recipient
 * @param connector the inbound connector, null where the file expects none in particular
 * @param outcomes recipient to "delivered domain-validation:domain-validation" and the like
 */
public record Sample(
    Path file,
    String about,
    String client,
    String from,
    List<String> to,
    byte[] content,
    int reply,
    @Nullable String connector,
    Map<String, String> outcomes) {

  /** Reads each {@code *.yaml} of a folder, by name. */
  public static List<Sample> folder(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Sample> samples = new java.util.ArrayList<>();
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        samples.add(read(file));
      }
      return samples;
    }
  }

  /** Reads one file; an error names the file and the field. */
  public static Sample read(Path file) throws IOException {
    Object loaded;
    try {
      loaded =
          new Load(LoadSettings.builder().setLabel(file.toString()).build())
              .loadFromString(Files.readString(file));
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
    Map<?, ?> fields = map(file, "the file", loaded);
    Map<?, ?> expect = map(file, "expect", fields.get("expect"));
    Map<String, String> outcomes = new TreeMap<>();
    if (expect.get("outcomes") instanceof Map<?, ?> wanted) {
      wanted.forEach(
          (recipient, outcome) -> outcomes.put(String.valueOf(recipient), String.valueOf(outcome)));
    }
    return new Sample(
        file,
        text(file, fields, "about"),
        text(file, fields, "client"),
        text(file, fields, "from"),
        list(file, fields, "to"),
        text(file, fields, "message")
            .replace("\r\n", "\n")
            .replace("\n", "\r\n")
            .getBytes(StandardCharsets.UTF_8),
        Integer.parseInt(text(file, expect, "reply")),
        expect.get("connector") == null ? null : text(file, expect, "connector"),
        outcomes);
  }

  private static Map<?, ?> map(Path file, String field, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new IllegalArgumentException(
        file + ": " + field + " must be a list of fields, each as name: value");
  }

  private static String text(Path file, Map<?, ?> fields, String name) {
    Object value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException(file + ": the field " + name + " is missing");
    }
    return value.toString();
  }

  private static List<String> list(Path file, Map<?, ?> fields, String name) {
    if (fields.get(name) instanceof List<?> list && !list.isEmpty()) {
      return list.stream().map(String::valueOf).toList();
    }
    throw new IllegalArgumentException(
        file + ": " + name + " must be a list of addresses: [someone@example.com]");
  }
}
