package io.postern.log.rules;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of sealed contents as a reader has them from the log (docs/design/the-log.md, "Sealed
 * contents"): exactly those that the log had when it was read last, and none when that was a day
 * ago. So a key goes when the log has forgotten it, whatever times its records have: a clock that
 * was days ahead makes no other key older. Bounded by what the log has: twelve keys a day of each
 * replica of ingress, and one at each start. Thread-safe.
 *
 * @param <K> a key
 */
public final class KnownKeys<K> {
  private static final long LASTS_NANOS = Duration.ofDays(1).toNanos();

  private Map<String, K> keys = Map.of(); // guarded by this
  private long read; // the same

  /**
   * Takes what the log has; all else is forgotten.
   *
   * @param all keys by their id
   * @param nanoTime when the reading began
   */
  public synchronized void are(Map<String, K> all, long nanoTime) {
    keys = Map.copyOf(all);
    read = nanoTime;
  }

  /** Null: it is not known, or the log was read too long ago. */
  public synchronized @Nullable K find(String id, long nanoTime) {
    return nanoTime - read > LASTS_NANOS ? null : keys.get(id);
  }
}
