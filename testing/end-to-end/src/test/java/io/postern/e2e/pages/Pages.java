package io.postern.e2e.pages;

import io.postern.e2e.Project;
import java.nio.file.Path;
import java.util.List;

/**
 * The pages that people read: docs/, and each README and page at the top of the tree or a module.
 */
final class Pages {
  private Pages() {}

  static List<Path> all() {
    return Project.texts().stream()
        .filter(text -> text.toString().endsWith(".md"))
        .sorted()
        .toList();
  }

  /** Such as {@code docs/guides/queue.md}. */
  static String name(Path page) {
    return Project.root().relativize(page).toString();
  }
}
