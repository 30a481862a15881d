package io.postern.log.directory;

import io.postern.contracts.v1.DirectoryObject;
import java.util.Collection;
import java.util.Map;

/**
 * Maker of an immutable, indexed directory of the objects in force. Called by the reader's thread
 * alone.
 */
@FunctionalInterface
public interface SnapshotFactory<D> {
  /**
   * @param objects all objects that are not removed
   * @param version offset of the last command's last object; -1: empty directory
   * @param routingVersions by organization: highest offset among its connectors and accepted
   *     domains, removed ones included
   */
  D of(Collection<DirectoryObject> objects, long version, Map<String, Long> routingVersions);
}
