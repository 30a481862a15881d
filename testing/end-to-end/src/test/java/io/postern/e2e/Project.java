package io.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Where things are: the checkout, and test data that lies beside it. */
public final class Project {
  private static final Set<String> NOT_OURS = Set.of(".git", ".idea", "state", "target");
  private static final Set<String> TEXTS =
      Set.of("java", "md", "proto", "properties", "sh", "yaml", "yml", "xml", "py");
  private static final Set<String> SCRIPTS = Set.of("Makefile", "run", "test");

  private Project() {}

  /** The folder with the root pom, found from the working directory upwards. */
  public static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docker-compose.yml"))) {
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
  public static Path corpus() {
    return root().resolve(System.getProperty("postern.corpus", "../shared/corpus")).normalize();
  }

  /** All main sources of the project's modules. */
  public static List<Path> mainSources() {
    try (Stream<Path> modules = Files.walk(root(), 2)) {
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

  /** All texts that people write: code, contracts, pages, settings, scripts. Nothing built. */
  public static List<Path> texts() {
    List<Path> texts = new ArrayList<>();
    try {
      Files.walkFileTree(
          root(),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return !folder.equals(root()) && NOT_OURS.contains(folder.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              String name = file.getFileName().toString();
              if (TEXTS.contains(name.substring(name.lastIndexOf('.') + 1))
                  || SCRIPTS.contains(name)) {
                texts.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    texts.sort(null);
    return texts;
  }

  public static List<Path> walk(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The module that a source file belongs to. */
  public static Path module(Path source) {
    for (Path folder = source.getParent(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("pom.xml"))) {
        return folder;
      }
    }
    throw new IllegalArgumentException(source + " is in no module");
  }
}
