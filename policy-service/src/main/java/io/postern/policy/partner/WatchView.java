package io.postern.policy.partner;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A watch as the API shows it.
 *
 * @param state watching, ended
 * @param until when it ends by itself
 * @param further sessions beyond the 50 that are shown
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "Watch")
public record WatchView(
    String id,
    String organization,
    String state,
    String began,
    String until,
    long further,
    List<WatchedSession> sessions) {
  public WatchView {
    sessions = List.copyOf(sessions);
  }
}
