package io.postern.operator.commands.access;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A home folder for the commands of one test, in place of that of whoever runs it. */
public final class UserHome implements AutoCloseable {
  private static final String PROPERTY = "user.home";

  private final String before = System.getProperty(PROPERTY);
  private final Path folder;

  public UserHome(Path home) throws Exception {
    System.setProperty(PROPERTY, home.toString());
    folder = Files.createDirectories(home.resolve(".config/postern"));
  }

  /** {@code ~/.config/postern}. */
  public Path folder() {
    return folder;
  }

  /** Writes a context with a name. */
  public void context(String name, String... lines) throws Exception {
    Files.writeString(folder.resolve(name + ".properties"), String.join("\n", lines) + "\n");
  }

  /** Makes the token of each context one that has ended. */
  public void endToken() throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("tokens"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".json")).toList()) {
        Files.writeString(
            file,
            Files.readString(file)
                .replaceFirst("\"ends\":\"[^\"]+\"", "\"ends\":\"2026-01-01T00:00:00Z\""));
      }
    }
  }

  @Override
  public void close() {
    System.setProperty(PROPERTY, before);
  }
}
