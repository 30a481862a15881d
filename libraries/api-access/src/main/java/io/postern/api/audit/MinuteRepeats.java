package io.postern.api.audit;

import io.postern.contracts.v1.AccessEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Events of one minute that are the same but for client and session: the first is recorded at once,
 * its repeats as one count when the minute is over. A program that signs in at each call makes two
 * records a minute. Bounds: 1,000 different events a minute; beyond, one count of each kind, which
 * names no user. Thread-safe.
 */
final class MinuteRepeats {
  static final int MOST = 1_000;

  private final Map<AccessEvent, Repeats> repeats = new HashMap<>(); // guarded by this

  private static final class Repeats {
    private final String client;
    private long count;
    private boolean severalClients;

    Repeats(String client) {
      this.client = client;
    }
  }

  /** False: it is counted, and needs no record of its own. */
  synchronized boolean isFirst(AccessEvent event) {
    AccessEvent key = event.toBuilder().clearClient().clearSession().build();
    Repeats known = repeats.get(key);
    if (known == null && repeats.size() < MOST) {
      repeats.put(key, new Repeats(event.getClient()));
      return true;
    }
    if (known == null) {
      known =
          repeats.computeIfAbsent(
              AccessEvent.newBuilder().setKind(event.getKind()).build(),
              any -> new Repeats(MinuteCounts.OTHERS));
    }
    known.count++;
    known.severalClients |= !known.client.equals(event.getClient());
    return false;
  }

  /** Takes the counts of the minute that is over. */
  synchronized List<AccessEvent.Builder> take() {
    List<AccessEvent.Builder> taken = new ArrayList<>();
    repeats.forEach(
        (key, one) -> {
          if (one.count > 0) {
            taken.add(
                key.toBuilder()
                    .setClient(one.severalClients ? MinuteCounts.OTHERS : one.client)
                    .setCount(one.count));
          }
        });
    repeats.clear();
    return taken;
  }
}
