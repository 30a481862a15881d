package io.postern.rules.address;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Entries by address range. A look-up costs one hash probe a prefix length in use, however many
 * entries there are. Filled by one thread, then only read.
 */
public final class IpIndex<T> {
  private final TreeSet<Integer> lengths = new TreeSet<>();
  private final Map<Integer, Map<IpAddress, List<T>>> byLength = new HashMap<>();

  public void add(IpRange range, T entry) {
    lengths.add(range.prefixLength());
    byLength
        .computeIfAbsent(range.prefixLength(), length -> new HashMap<>())
        .computeIfAbsent(range.network(), network -> new ArrayList<>())
        .add(entry);
  }

  /** Narrowest range first, then in the order in which entries were added. */
  public List<T> find(IpAddress address) {
    List<T> found = new ArrayList<>(1);
    for (int length : lengths.descendingSet()) {
      if (length <= address.bits()) {
        found.addAll(
            byLength
                .getOrDefault(length, Map.of())
                .getOrDefault(address.masked(length), List.of()));
      }
    }
    return found;
  }
}
