package io.postern.service;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.log.directory.SnapshotFactory;
import io.postern.rules.Directory;
import io.postern.rules.recipients.RecipientLists;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The maker of directories without lists of recipients. Owner: the reader's thread. */
final class DirectorySequence implements SnapshotFactory<Directory> {
  private Directory last = Directory.of(List.of(), -1, Map.of());

  @Override
  public Directory of(
      Collection<DirectoryObject> objects, long version, Map<String, Long> routingVersions) {
    last = last.next(objects, version, routingVersions, RecipientLists.NONE);
    return last;
  }
}
