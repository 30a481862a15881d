package io.postern.lab;

import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout that a test runs in. */
public final class ProjectFolder {
  private ProjectFolder() {}

  /** The folder with the root pom, found from the working directory upwards. */
  public static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve(".mvn"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("not inside the project: " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }
}
