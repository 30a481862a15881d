package io.postern.policy.api;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.policy.partner.ShownNames;
import io.postern.rules.Directory;
import io.postern.rules.DirectoryWarnings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The known traps in objects, of the directory and of what partners showed
 * (docs/reference/warnings.md).
 */
@Singleton
class Warnings {
  private final ShownNames shown;

  Warnings(ShownNames shown) {
    this.shown = shown;
  }

  /**
   * @param before the directory without the change
   * @param after the directory with the objects
   */
  List<DirectoryProblem> of(Directory before, Directory after, List<DirectoryObject> objects) {
    Instant now = Instant.now();
    return Stream.concat(
            DirectoryWarnings.of(after, objects, now).stream(),
            shown.warnings(before, objects, now).stream())
        .limit(DirectoryWarnings.MOST)
        .toList();
  }
}
