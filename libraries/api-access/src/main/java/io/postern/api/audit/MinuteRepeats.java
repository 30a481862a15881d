package io.postern.api.audit;

import io.postern.contracts.v1.AccessEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sign-ins of one minute that are the same but for the session: the first from a client is recorded
 * at once, its repeats as one count when the minute is over. A program that signs in at each call
 * makes two records a minute. Bounds: 1,000 different ones a minute, each from eight clients;
 * beyond, one count of each kind, which names no user, and one of other clients. Thread-safe.
 */
final class MinuteRepeats {
  static final int MOST = 1_000;
  static final int MOST_CLIENTS = 8;

  /** By event without client and session, then by client. Guarded by this. */
  private final Map<AccessEvent, Map<String, Long>> repeats = new HashMap<>();

  /** False: it is counted, and needs no record of its own. */
  synchronized boolean isFirst(AccessEvent event) {
    AccessEvent key = event.toBuilder().clearClient().clearSession().build();
    Map<String, Long> clients = repeats.get(key);
    if (clients == null && repeats.size() >= MOST) {
      AccessEvent any = AccessEvent.newBuilder().setKind(event.getKind()).build();
      repeats
          .computeIfAbsent(any, kind -> new HashMap<>())
          .merge(MinuteCounts.OTHERS, 1L, Long::sum);
      return false;
    }
    if (clients == null) {
      clients = new HashMap<>();
      repeats.put(key, clients);
    }
    if (!clients.containsKey(event.getClient()) && clients.size() < MOST_CLIENTS) {
      clients.put(event.getClient(), 0L);
      return true;
    }
    String client =
        clients.containsKey(event.getClient()) ? event.getClient() : MinuteCounts.OTHERS;
    clients.merge(client, 1L, Long::sum);
    return false;
  }

  /** Takes the counts of the minute that is over. */
  synchronized List<AccessEvent.Builder> take() {
    List<AccessEvent.Builder> taken = new ArrayList<>();
    repeats.forEach(
        (key, clients) ->
            clients.forEach(
                (client, count) -> {
                  if (count > 0) {
                    taken.add(key.toBuilder().setClient(client).setCount(count));
                  }
                }));
    repeats.clear();
    return taken;
  }
}
