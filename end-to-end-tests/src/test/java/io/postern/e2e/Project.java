package io.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where things are: the checkout, and test data that lies beside it. */
final class Project {
  private Project() {}

  /** The folder with the root pom, found from the working directory upwards. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mail-contracts/pom.xml"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("not inside the project: " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }

  /**
   * Real messages, made by others: property postern.corpus, default ../shared/corpus from the
   * project's root.
   */
  static Path corpus() {
    return root().resolve(System.getProperty("postern.corpus", "../shared/corpus")).normalize();
  }

  /** All main sources of the project's modules. */
  static List<Path> mainSources() {
    try (Stream<Path> modules = Files.list(root())) {
      return modules
          .map(module -> module.resolve("src/main/java"))
          .filter(Files::isDirectory)
          .flatMap(folder -> walk(folder).stream())
          .filter(file -> file.toString().endsWith(".java"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Path> walk(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The module that a source file belongs to. */
  static Path module(Path source) {
    return root().resolve(root().relativize(source).getName(0));
  }
}
