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

  /** Empty, and one line says so, when the suite's data is not there. */
  public static Optional<Path> cases(String suite) {
    return file(suite, "cases.jsonl");
  }

  /** The same for a file of another name. */
  public static Optional<Path> file(String suite, String name) {
    Path file = folder().resolve(suite).resolve(name);
    if (Files.exists(file)) {
      return Optional.of(file);
    }
    System.out.println(
        "Not run: " + name + " of conformance suite " + suite + ", no data in " + folder());
    return Optional.empty();
  }

  private static Path folder() {
    String named = System.getProperty("postern.conformance", "");
    if (!named.isEmpty()) {
      return Path.of(named);
    }
    Path at = Path.of("").toAbsolutePath();
    while (at.getParent() != null && !Files.exists(at.resolve(".mvn"))) {
      at = at.getParent();
    }
    return at.resolveSibling("shared").resolve("conformance");
  }
}
