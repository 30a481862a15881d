package io.postern.policy.api;

import io.postern.directory.DirectoryChange;
import java.util.List;

/** A file would overwrite what somebody else has changed in its organizations: 412. */
final class OverwritesException extends Exception {
  private static final long serialVersionUID = 1L;

  private final long version;
  private final transient List<DirectoryChange> changes;

  /**
   * @param version of the directory now
   * @param changes what the file would change in it
   */
  OverwritesException(long version, List<DirectoryChange> changes) {
    super("the file's organizations have been changed", null, false, false);
    this.version = version;
    this.changes = changes;
  }

  long version() {
    return version;
  }

  List<DirectoryChange> changes() {
    return changes;
  }
}
