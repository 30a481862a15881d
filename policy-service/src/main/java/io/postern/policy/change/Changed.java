package io.postern.policy.change;

import io.postern.contracts.v1.DirectoryProblem;
import io.postern.directory.DirectoryChange;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A change that was made, or would be.
 *
 * @param version of the directory that it is in, or was compared with; -1: empty
 * @param applied false for a dry run, and where nothing was to change
 * @param changes the differences that it makes
 * @param warnings known traps in it, which refuse nothing
 */
@Schema(name = "DirectoryChanged")
public record Changed(
    long version,
    boolean dryRun,
    boolean applied,
    List<DirectoryChange> changes,
    List<Warning> warnings) {

  /**
   * A known trap (docs/reference/warnings.md).
   *
   * @param object its key
   * @param field empty: the whole object
   * @param line of the file or body, from 1; 0: not known
   */
  @Schema(name = "Warning")
  public record Warning(String object, String field, String warning, String cure, int line) {
    public static Warning of(DirectoryProblem found, int line) {
      return new Warning(
          found.getObject(), found.getField(), found.getProblem(), found.getCure(), line);
    }
  }
}
