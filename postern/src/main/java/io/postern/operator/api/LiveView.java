package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A view of the API that grows until its last state. It comes by events; where none comes for
 * {@value #QUIET_SECONDS} s, or the stream breaks, the view itself is asked for. One thread.
 */
final class LiveView {
  private static final int QUIET_SECONDS = 5;
  private static final Duration QUIET = Duration.ofSeconds(QUIET_SECONDS);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration AWAY = Duration.ofSeconds(30);

  private final ServiceApi api;
  private final String path;

  /**
   * @param path below /api/v1; its events are at {@code path/events}
   */
  LiveView(ServiceApi api, String path) {
    this.api = api;
    this.path = path;
  }

  /**
   * Follows the view to its last state, which it returns.
   *
   * @param last of a state: no other comes
   * @param patience for all of it
   * @param each takes the states, the same one perhaps twice
   * @throws IOException the service was away for 30 s, or did not come to an end in time
   */
  JsonNode follow(Predicate<JsonNode> last, Duration patience, Consumer<JsonNode> each)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    long answered = System.nanoTime();
    try (Events events = events()) {
      while (System.nanoTime() - end < 0) {
        JsonNode view = events == null ? pause() : events.next(events.hasEnded() ? LOOK : QUIET);
        try {
          view = view == null ? api.send(api.request(path).GET(), Set.of(200)) : view;
          answered = System.nanoTime();
        } catch (IOException e) {
          if (System.nanoTime() - answered > AWAY.toNanos()) {
            throw e;
          }
          continue;
        }
        each.accept(view);
        if (last.test(view)) {
          return view;
        }
      }
    }
    throw new IOException(api + " did not come to an end with " + path + " in time");
  }

  /** Null: a service, or something on the way to it, that has no events. */
  private @Nullable Events events() throws InterruptedException {
    try {
      return new Events(
          api.stream(api.request(path + "/events").setHeader("Accept", "text/event-stream").GET()));
    } catch (IOException e) {
      return null;
    }
  }

  private static @Nullable JsonNode pause() throws InterruptedException {
    Thread.sleep(LOOK);
    return null;
  }
}
