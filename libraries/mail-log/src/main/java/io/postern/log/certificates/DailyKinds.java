package io.postern.log.certificates;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Kinds of records that were published since midnight UTC. Bounded for each connector and in all.
 * Thread-safe.
 */
final class DailyKinds {
  /** A kind's place among today's. */
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

  DailyKinds(int most, int mostOfConnector) {
    this.most = most;
    this.mostOfConnector = mostOfConnector;
  }

  /** Remembers a kind that is NEW. */
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

  /** Its record could not be published: the kind is new again. */
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
