package io.postern.policy.file;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One object that differs, for people.
 *
 * @param change added, changed or removed
 * @param object its key
 * @param fields what differs, in the file's order; of a removed object nothing
 */
public record DirectoryChange(String change, String object, List<Field> fields) {
  public static final String ADDED = "added";
  public static final String CHANGED = "changed";
  public static final String REMOVED = "removed";

  /**
   * @param before null where it was not set
   * @param after null where it is not set any more
   */
  public record Field(String field, @Nullable Object before, @Nullable Object after) {}
}
