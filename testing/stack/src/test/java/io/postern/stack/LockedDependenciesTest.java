package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is shipped has the content that .mvn/checksums.sha256 locks (`make lock`). */
class LockedDependenciesTest {
  private static final Path ROOT = Path.of("../..");

  private static Map<String, String> locked() throws IOException {
    return Files.readAllLines(ROOT.resolve(".mvn/checksums.sha256")).stream()
        .map(line -> line.split(" +", 2))
        .collect(Collectors.toMap(line -> line[0], line -> line[1], (one, other) -> one));
  }

  private static List<Path> shipped() throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      return Stream.concat(
              folders
                  .filter(folder -> folder.getFileName().toString().endsWith("-service"))
                  .map(folder -> folder.resolve("target/quarkus-app/lib")),
              Stream.of("postern", "testing/broker", "testing/stack")
                  .map(module -> ROOT.resolve(module).resolve("target/libs")))
          .flatMap(LockedDependenciesTest::jars)
          .toList();
    }
  }

  private static Stream<Path> jars(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).toList().stream();
    } catch (IOException e) {
      throw new IllegalStateException(folder + " is missing: run `make build`", e);
    }
  }

  @Test
  void everyShippedDependencyIsInTheLock() throws Exception {
    Map<String, String> locked = locked();
    Map<String, Path> unlocked = new TreeMap<>();
    int dependencies = 0;
    for (Path jar : shipped()) {
      String name = jar.getFileName().toString();
      if (!name.endsWith("-0.1.0-SNAPSHOT.jar")) { // our own
        dependencies++;
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
        if (!locked.containsKey(HexFormat.of().formatHex(hash))) {
          unlocked.putIfAbsent(name, jar);
        }
      }
    }
    assertThat(dependencies).isGreaterThan(500);
    assertThat(unlocked).isEmpty();
  }
}
