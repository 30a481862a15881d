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
final class Line {
  private final Map<String, Set<PlaceInLine>> places = new LinkedHashMap<>();
  private int size;
  private int notices;

  void add(PlaceInLine place) {
    places.computeIfAbsent(place.organization, o -> new LinkedHashSet<>()).add(place);
    counted(place, 1);
  }

  void remove(PlaceInLine place) {
    Set<PlaceInLine> own = places.get(place.organization);
    if (own != null && own.remove(place)) {
      counted(place, -1);
      if (own.isEmpty()) {
        places.remove(place.organization);
      }
    }
  }

  /** How many go before one that joins now. */
  long ahead(String organization) {
    Set<PlaceInLine> own = places.get(organization);
    int before = own == null ? 0 : own.size();
    long ahead = before;
    for (Map.Entry<String, Set<PlaceInLine>> other : places.entrySet()) {
      ahead +=
          other.getKey().equals(organization) ? 0 : Math.min(other.getValue().size(), before + 1);
    }
    return ahead;
  }

  /** Takes the next one out; null: nobody waits. */
  @Nullable PlaceInLine next() {
    if (places.isEmpty()) {
      return null;
    }
    Map.Entry<String, Set<PlaceInLine>> turn = places.entrySet().iterator().next();
    PlaceInLine place = turn.getValue().iterator().next();
    places.remove(turn.getKey());
    turn.getValue().remove(place);
    if (!turn.getValue().isEmpty()) {
      places.put(turn.getKey(), turn.getValue()); // behind the others
    }
    counted(place, -1);
    return place;
  }

  private void counted(PlaceInLine place, int by) {
    size += by;
    notices += place.notice ? by : 0;
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
