package io.postern.rules;

import io.postern.rules.address.IpAddress;
import io.postern.rules.address.IpIndex;
import io.postern.rules.address.IpRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which inbound connectors of an organization have addresses in a range. A look-up costs a few
 * probes, and the ranges of the connector itself: an administrator may write 500 connectors with
 * 500 ranges each. Filled by one thread, then only read.
 */
public final class AddressOverlaps {
  /** A range of a connector. */
  public record Held(IpRange range, InboundEntry entry) {}

  private static final Comparator<IpAddress> ORDER =
      Comparator.comparingInt(IpAddress::bits)
          .thenComparing((one, other) -> Long.compareUnsigned(one.high(), other.high()))
          .thenComparing((one, other) -> Long.compareUnsigned(one.low(), other.low()));

  /** Of each range the first two connectors: one of them is another than the one that asks. */
  private static final int ENOUGH = 2;

  private final IpIndex<Held> byRange = new IpIndex<>();
  private final TreeMap<IpAddress, List<Held>> byNetwork = new TreeMap<>(ORDER);

  AddressOverlaps(Collection<InboundEntry> entries) {
    for (InboundEntry entry : entries) {
      for (IpRange range : entry.ranges) {
        List<Held> there = byNetwork.computeIfAbsent(range.network(), network -> new ArrayList<>());
        if (!isKnown(there, range, entry)) {
          Held held = new Held(range, entry);
          byRange.add(range, held);
          there.add(held);
        }
      }
    }
  }

  private static boolean isKnown(List<Held> there, IpRange range, InboundEntry entry) {
    int same = 0;
    for (Held held : there) {
      if (held.range().prefixLength() == range.prefixLength()) {
        same++;
        if (same == ENOUGH || held.entry().name().equals(entry.name())) {
          return true;
        }
      }
    }
    return false;
  }

  /** A range of a connector with another name that shares an address with this one; null: none. */
  public @Nullable Held other(IpRange range, String name) {
    for (Held held : byRange.find(range.network())) {
      if (!held.entry().name().equals(name)) {
        return held;
      }
    }
    for (List<Held> within : byNetwork.tailMap(range.network()).values()) {
      for (Held held : within) {
        if (!range.contains(held.range().network())) {
          return null;
        }
        if (!held.entry().name().equals(name)) {
          return held;
        }
      }
    }
    return null;
  }
}
