package io.postern.log.rules;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of sealed contents as a reader has them from the log (docs/design/the-log.md, "Sealed
 * contents"). It keeps them no longer than the log does, by the log's own times: a key goes when a
 * record comes that is so much later. Bounded by what the replicas of ingress write in that time:
 * four a day each, and one at each start. Thread-safe.
 *
 * @param <K> a key
 */
public final class KnownKeys<K> {
  private record Entry<K>(K key, long atMillis) {}

  private final Duration kept;
  private final Map<String, Entry<K>> keys = new HashMap<>(); // guarded by this
  private long newest; // the same

  /**
   * @param kept as long as the log keeps a key
   */
  public KnownKeys(Duration kept) {
    this.kept = kept;
  }

  /**
   * Takes a record. Records may come again.
   *
   * @param atMillis the log's time of it
   */
  public synchronized void take(String id, K key, long atMillis) {
    newest = Math.max(newest, atMillis);
    keys.put(id, new Entry<>(key, atMillis));
    keys.values().removeIf(entry -> newest - entry.atMillis() > kept.toMillis());
  }

  /** Null: it is not known, or was forgotten. */
  public synchronized @Nullable K find(String id) {
    Entry<K> entry = keys.get(id);
    return entry == null ? null : entry.key();
  }
}
