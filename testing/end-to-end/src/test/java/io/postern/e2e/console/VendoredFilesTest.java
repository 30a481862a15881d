package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.e2e.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files that others made are those that tools/vendor.lock names, octet for octet, and no more. */
class VendoredFilesTest {
  private static final List<String> FOLDERS =
      List.of(
          "console-service/src/main/resources/web/vendor",
          "testing/end-to-end/src/test/resources/axe-core");

  @Test
  void eachFileHasItsHashAndEachHashItsFile() throws Exception {
    Path root = Project.root();
    Set<String> listed = new TreeSet<>();
    for (String line : Files.readAllLines(root.resolve("tools/vendor.lock"))) {
      if (line.startsWith("#")) {
        continue;
      }
      String[] fields = line.split(" ", -1);
      assertThat(fields).as(line).hasSize(6);
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(root.resolve(fields[4])));
      assertThat(HexFormat.of().formatHex(digest)).as(fields[4]).isEqualTo(fields[3]);
      listed.add(fields[4]);
    }
    Set<String> there = new TreeSet<>();
    for (String folder : FOLDERS) {
      try (Stream<Path> files = Files.walk(root.resolve(folder))) {
        files
            .filter(Files::isRegularFile)
            .forEach(file -> there.add(root.relativize(file).toString()));
      }
    }
    assertThat(there).isEqualTo(listed).isNotEmpty();
  }
}
