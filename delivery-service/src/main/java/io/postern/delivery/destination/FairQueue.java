package io.postern.delivery.destination;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries that wait for a slot of one destination. Organizations take turns, so that one's
 * burst does not hold up another's message; of one organization the first comes first. Owner: the
 * holder of the destination. Bounded by the open deliveries.
 */
final class FairQueue {
  private final Map<String, Set<Waiter>> waiters = new LinkedHashMap<>();
  private int size;
  private int notices;

  void add(Waiter waiter) {
    waiters.computeIfAbsent(waiter.organization, o -> new LinkedHashSet<>()).add(waiter);
    counted(waiter, 1);
  }

  void remove(Waiter waiter) {
    Set<Waiter> own = waiters.get(waiter.organization);
    if (own != null && own.remove(waiter)) {
      counted(waiter, -1);
      if (own.isEmpty()) {
        waiters.remove(waiter.organization);
      }
    }
  }

  /** How many go before one that joins now. */
  long ahead(String organization) {
    Set<Waiter> own = waiters.get(organization);
    int before = own == null ? 0 : own.size();
    long ahead = before;
    for (Map.Entry<String, Set<Waiter>> other : waiters.entrySet()) {
      ahead +=
          other.getKey().equals(organization) ? 0 : Math.min(other.getValue().size(), before + 1);
    }
    return ahead;
  }

  /** Takes the next one out; null: nobody waits. */
  @Nullable Waiter next() {
    if (waiters.isEmpty()) {
      return null;
    }
    Map.Entry<String, Set<Waiter>> turn = waiters.entrySet().iterator().next();
    Waiter waiter = turn.getValue().iterator().next();
    waiters.remove(turn.getKey());
    turn.getValue().remove(waiter);
    if (!turn.getValue().isEmpty()) {
      waiters.put(turn.getKey(), turn.getValue()); // behind the others
    }
    counted(waiter, -1);
    return waiter;
  }

  private void counted(Waiter waiter, int by) {
    size += by;
    notices += waiter.notice ? by : 0;
  }

  int size() {
    return size;
  }

  /** Of them, with a null reverse-path. */
  int notices() {
    return notices;
  }

  boolean isEmpty() {
    return size == 0;
  }
}
