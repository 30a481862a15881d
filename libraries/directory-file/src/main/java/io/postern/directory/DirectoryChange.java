package io.postern.directory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The difference of one object, for people.
 *
 * @param change added, changed or removed
 * @param object its key
 * @param fields that differ, in the file's order; none of a removed object
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
