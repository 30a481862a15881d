package io.postern.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.TextFormat;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.rules.Directory;
import io.postern.rules.checks.DirectoryRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What 2,000 random directory files are read as, shown as and refused for is what was recorded: a
 * change of the code that should change nothing of it does not. {@code -Drecorded.renew=true}
 * writes the record anew, {@code -Drecorded.text=FOLDER} all of the text, to compare two versions.
 */
class RecordedDirectoriesTest {
  private static final Path RECORD = Path.of("src/test/resources/recorded-directories.txt");
  private static final int BLOCKS = 20;
  private static final int FILES = 100;
  private static final long SEED = 20_261_130;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void randomFilesAreReadShownAndRefusedAsRecorded() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int block = 0; block < BLOCKS; block++) {
      for (Map.Entry<String, StringBuilder> part : parts(block).entrySet()) {
        byte[] text = part.getValue().toString().getBytes(StandardCharsets.UTF_8);
        lines.add(
            "%s %02d %s"
                .formatted(
                    part.getKey(),
                    block,
                    Fingerprints.hex(Fingerprints.sha256(text)).substring(0, 16)));
        String folder = System.getProperty("recorded.text", "");
        if (!folder.isEmpty()) {
          Files.write(Path.of(folder).resolve(part.getKey() + "-" + block + ".txt"), text);
        }
      }
    }
    lines.sort(String::compareTo);
    if (Boolean.getBoolean("recorded.renew")) {
      Files.write(RECORD, lines);
    }
    assertThat(lines).isEqualTo(Files.readAllLines(RECORD));
  }

  /** The parts of one block of files, by name. */
  private static Map<String, StringBuilder> parts(int block) throws JsonProcessingException {
    RandomFiles random = new RandomFiles(SEED + block);
    Map<String, StringBuilder> parts = new LinkedHashMap<>();
    List<DirectoryObject> before = List.of();
    for (int i = 0; i < FILES; i++) {
      String text = random.text();
      DirectoryFile file = DirectoryFile.parse(text.getBytes(StandardCharsets.UTF_8));
      List<DirectoryObject> objects = file.objects();
      List<DirectoryObject> mutated = random.mutated(objects);
      add(parts, "text", i, text);
      add(parts, "objects", i, printed(objects));
      add(parts, "views", i, json(FileView.organizations(objects)));
      add(parts, "views", i, json(FileView.organizations(mutated)));
      add(parts, "differences", i, json(DirectoryDiff.of(before, file)));
      add(parts, "differences", i, json(DirectoryDiff.between(objects, mutated)));
      add(parts, "faults", i, sorted(file.problems().stream().map(Object::toString).toList()));
      add(parts, "checks", i, checked(objects));
      add(parts, "checks", i, checked(mutated));
      before = objects;
    }
    return parts;
  }

  private static void add(Map<String, StringBuilder> parts, String part, int file, String text) {
    parts
        .computeIfAbsent(part, name -> new StringBuilder())
        .append("-- ")
        .append(file)
        .append('\n')
        .append(text)
        .append('\n');
  }

  private static String printed(List<DirectoryObject> objects) {
    return objects.stream()
        .map(TextFormat.printer()::printToString)
        .collect(Collectors.joining("\n"));
  }

  private static String json(Object value) throws JsonProcessingException {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value);
  }

  private static String json(DirectoryDiff diff) throws JsonProcessingException {
    return printed(diff.objects()) + json(diff.changes());
  }

  private static String checked(List<DirectoryObject> objects) {
    List<DirectoryProblem> problems =
        DirectoryRules.validate(Directory.of(List.of(), 0, Map.of()), objects);
    return sorted(
        problems.stream()
            .map(
                p ->
                    p.getObject() + " " + p.getField() + ": " + p.getProblem() + "; " + p.getCure())
            .toList());
  }

  /** Their order says nothing. */
  private static String sorted(List<String> faults) {
    return faults.stream().sorted().collect(Collectors.joining("\n"));
  }
}
