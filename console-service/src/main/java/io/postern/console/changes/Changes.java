package io.postern.console.changes;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.console.store.ReadTo;
import io.postern.directory.DirectoryChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes, the newest first.
 *
 * @param next link to the next page; null: this is the last one
 * @param unfinished the search took too long: older changes of this page are behind the link
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Changes(
    List<Change> changes, @Nullable String next, @Nullable Boolean unfinished, ReadTo readTo) {
  /**
   * One command, of which the reader sees the objects of its own organizations.
   *
   * @param at the log's time, RFC 3339
   * @param by who asked for it
   * @param version of the directory that it became
   * @param objects added, changed or removed, with the fields that differ
   * @param recipients of a list of recipients: how many addresses were added, changed and removed
   * @param reason that was given with the command, for who sees all of its objects; empty: none
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Change(
      String commandId,
      String at,
      String by,
      long version,
      List<DirectoryChange> objects,
      String recipients,
      String reason) {
    public Change {
      objects = List.copyOf(objects);
    }
  }

  public Changes {
    changes = List.copyOf(changes);
  }
}
