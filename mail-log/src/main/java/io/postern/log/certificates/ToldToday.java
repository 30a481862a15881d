package io.postern.log.certificates;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which handshakes were told since midnight UTC, so that each kind is told once. Bounded for each
 * connector and in all. Thread-safe.
 */
final class ToldToday {
  /** What is to be done with one. */
  enum Room {
    NEW,
    KNOWN,
    FULL
  }

  private static final long DAY_MILLIS = 86_400_000;

  private final int most;
  private final int mostOfConnector;
  private final Map<String, Set<String>> kinds = new HashMap<>();
  private int count;
  private long day;

  ToldToday(int most, int mostOfConnector) {
    this.most = most;
    this.mostOfConnector = mostOfConnector;
  }

  /** NEW: it is remembered from now on. */
  synchronized Room add(String connector, String kind, long nowMillis) {
    if (nowMillis / DAY_MILLIS != day) {
      day = nowMillis / DAY_MILLIS;
      kinds.clear();
      count = 0;
    }
    Set<String> known = kinds.getOrDefault(connector, Set.of());
    if (known.contains(kind)) {
      return Room.KNOWN;
    }
    if (count >= most || known.size() >= mostOfConnector) {
      return Room.FULL;
    }
    kinds.computeIfAbsent(connector, _ -> new HashSet<>()).add(kind);
    count++;
    return Room.NEW;
  }

  /** It could not be told: the next one is new again. */
  synchronized void forget(String connector, String kind) {
    Set<String> known = kinds.get(connector);
    if (known != null && known.remove(kind)) {
      count--;
      if (known.isEmpty()) {
        kinds.remove(connector);
      }
    }
  }
}
