package io.postern.console.watch;

import io.postern.console.store.ReadTo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The sessions of a partner in a time, the oldest first, as far as the read model has them.
 *
 * @param state watching: more may come; ended
 * @param since the log's time, RFC 3339
 * @param until the same, exclusive
 * @param asOf when it was searched
 * @param further sessions beyond the 50 that are shown; of each kind, accepted and refused, at most
 *     1,000 are counted
 */
@Schema(name = "Watch")
public record Watch(
    String organization,
    @Schema(enumeration = {"watching", "ended"}) String state,
    String since,
    String until,
    String asOf,
    long further,
    List<WatchedSession> sessions,
    ReadTo readTo) {
  public Watch {
    sessions = List.copyOf(sessions);
  }

  public boolean running() {
    return state.equals("watching");
  }
}
