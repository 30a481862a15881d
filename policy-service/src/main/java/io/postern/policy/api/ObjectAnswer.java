package io.postern.policy.api;

import io.postern.contracts.v1.DirectoryProblem;
import io.postern.directory.DirectoryChange;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a change of one object.
 *
 * @param version of the directory that it is in, or was compared with; -1: empty
 * @param applied false for a dry run, and where nothing was to change
 * @param change null: nothing was to change
 * @param object as it is, or would be; null: removed
 * @param warnings known traps in it, which refuse nothing
 */
public record ObjectAnswer(
    long version,
    boolean dryRun,
    boolean applied,
    @Nullable DirectoryChange change,
    @Nullable Map<String, Object> object,
    List<Warning> warnings) {

  /**
   * A known trap (docs/reference/warnings.md).
   *
   * @param object its key
   * @param field empty: the whole object
   * @param line of the file or body, from 1; 0: not known
   */
  public record Warning(String object, String field, String warning, String cure, int line) {
    static Warning of(DirectoryProblem found, int line) {
      return new Warning(
          found.getObject(), found.getField(), found.getProblem(), found.getCure(), line);
    }
  }
}
