package io.postern.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the conformance vectors are: the folder that the property {@code postern.conformance}
 * names, else {@code ../shared/conformance} beside the project.
 */
public final class Conformance {
  private Conformance() {}

  /** Empty, and {@link NotRun} records it, when the suite's data is not there. */
  public static Optional<Path> cases(Class<?> test, String suite) {
    return file(test, suite, "cases.jsonl");
  }

  /** The same for a file of another name. */
  public static Optional<Path> file(Class<?> test, String suite, String name) {
    Path file = folder().resolve(suite).resolve(name);
    if (Files.exists(file)) {
      return Optional.of(file);
    }
    NotRun.data(test, file);
    return Optional.empty();
  }

  private static Path folder() {
    String named = System.getProperty("postern.conformance", "");
    if (!named.isEmpty()) {
      return Path.of(named);
    }
    return ProjectFolder.root().resolveSibling("shared").resolve("conformance");
  }
}
