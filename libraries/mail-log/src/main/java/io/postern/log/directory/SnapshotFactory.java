package io.postern.log.directory;

import io.postern.contracts.v1.DirectoryObject;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Maker of immutable, indexed directories, each of the one before and of what changed. Called by
 * the reader's thread alone.
 */
@FunctionalInterface
public interface SnapshotFactory<D> {
  /**
   * @param before the one before it; null: there is none, and the changes are all objects
   * @param changes what was written since then, removed objects included
   * @param version offset of the last command's last object; -1: empty directory
   * @param routingVersions by organization: highest offset among its connectors and accepted
   *     domains, removed ones included
   * @param markers by organization: how many markers of removed objects the topic has
   */
  D next(
      @Nullable D before,
      Collection<DirectoryObject> changes,
      long version,
      Map<String, Long> routingVersions,
      Map<String, Integer> markers);
}
