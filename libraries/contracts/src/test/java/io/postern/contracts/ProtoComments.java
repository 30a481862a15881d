package io.postern.contracts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The comments of the .proto files, which descriptors do not keep: that of a message or enum stands
 * above it, that of a field or value behind it. A message that is a topic's record says so in the
 * form {@code // topic; key: the key. Further sentences}.
 *
 * @param above by message or enum
 * @param behind by {@code Message.field} or {@code Enum.VALUE}
 * @param records the records of each topic
 */
record ProtoComments(
    Map<String, String> above, Map<String, String> behind, Map<String, List<TopicRecord>> records) {
  private static final Pattern TYPE = Pattern.compile("(message|enum) (\\w+) \\{");
  private static final Pattern FIELD =
      Pattern.compile("\\s+(?:repeated )?(?:[\\w.]+ )?(\\w+) = \\d+;\\s*(?:// ?(.*))?");
  private static final Pattern RECORD =
      Pattern.compile(
          "([a-z][\\w.-]*(?:(?:, | and )[a-z][\\w.-]*)*)(?: \\(compacted\\))?; key: ([^.;]*(?:\\.key\\(object\\))?[^.;]*)\\..*");

  /**
   * @param message its simple name
   */
  record TopicRecord(String message, String key) {}

  static ProtoComments read(Path folder) throws IOException {
    ProtoComments all = new ProtoComments(new HashMap<>(), new HashMap<>(), new LinkedHashMap<>());
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        all.readFile(Files.readAllLines(file));
      }
    }
    return all;
  }

  private void readFile(List<String> lines) {
    List<String> comment = new ArrayList<>();
    String type = "";
    for (String line : lines) {
      Matcher begin = TYPE.matcher(line);
      Matcher field = FIELD.matcher(line);
      if (begin.matches()) {
        type = begin.group(2);
        above.put(type, String.join(" ", comment));
        records(type, String.join(" ", comment));
      } else if (!type.isEmpty() && field.matches() && field.group(2) != null) {
        behind.put(type + "." + field.group(1), field.group(2));
      }
      if (line.startsWith("// ")) {
        comment.add(line.substring(3));
      } else {
        comment.clear();
      }
    }
  }

  private void records(String message, String comment) {
    Matcher record = RECORD.matcher(comment);
    if (record.matches()) {
      for (String topic : record.group(1).split(", | and ", -1)) {
        records
            .computeIfAbsent(topic, t -> new ArrayList<>())
            .add(new TopicRecord(message, record.group(2)));
      }
    }
  }
}
