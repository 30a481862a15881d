package io.postern.api.audit;

import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts of refusals of one minute, by kind, user, network and detail. Unauthenticated clients
 * cause them: 200 counts a minute, and of each kind one more for all others, which names neither
 * user nor network. Thread-safe.
 */
final class MinuteCounts {
  static final int MOST = 200;

  /** In place of a network: of all that have no count of their own. */
  static final String OTHERS = "others";

  private record Key(AccessEventKind kind, String user, String network, String detail) {}

  private final Map<Key, Long> counts = new HashMap<>(); // guarded by this

  synchronized void add(AccessEventKind kind, String user, String network, String detail) {
    Key key = new Key(kind, user, network, detail);
    boolean room = counts.size() < MOST || counts.containsKey(key);
    counts.merge(room ? key : new Key(kind, "", OTHERS, ""), 1L, Long::sum);
  }

  /** Takes the counts of the minute that is over. */
  synchronized List<AccessEvent.Builder> take() {
    List<AccessEvent.Builder> taken = new ArrayList<>();
    counts.forEach(
        (key, count) ->
            taken.add(
                AccessEvent.newBuilder()
                    .setKind(key.kind())
                    .setUser(key.user())
                    .setClient(key.network())
                    .setDetail(key.detail())
                    .setCount(count)));
    counts.clear();
    return taken;
  }
}
