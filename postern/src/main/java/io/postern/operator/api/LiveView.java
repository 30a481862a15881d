package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A view of the API that grows until its last state; asked for again and again. One thread. */
final class LiveView {
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration AWAY = Duration.ofSeconds(30);

  private final ServiceApi api;
  private final String path;
  private final Duration pause;

  /** Twice a second. */
  LiveView(ServiceApi api, String path) {
    this(api, path, PAUSE);
  }

  /**
   * @param path below /api/v1
   * @param pause between two questions
   */
  LiveView(ServiceApi api, String path, Duration pause) {
    this.api = api;
    this.path = path;
    this.pause = pause;
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
    for (; System.nanoTime() - end < 0; Thread.sleep(pause)) {
      JsonNode view;
      try {
        view = api.send(api.request(path).GET(), Set.of(200));
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
    throw new IOException(api + " did not end with " + path + " in time");
  }
}
