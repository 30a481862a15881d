package io.postern.stack;

import io.postern.lab.EndWithParent;
import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * Where the classes stand that end a child with its parent: this very program's jar or classes
 * folder of mail-lab.
 */
final class WrapperJar {
  private WrapperJar() {}

  static Path path() {
    try {
      return Path.of(
          EndWithParent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
