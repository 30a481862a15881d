package io.postern.rules.address;

import io.postern.names.DomainNames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Entries by domain pattern. A look-up costs one hash probe a label, however many entries there
 * are. Filled by one thread, each (pattern, entry) once, then only read.
 */
public final class DomainIndex<T> {
  /** Entries that one pattern brought in, in the order in which they were added. */
  public record Tier<T>(DomainPattern pattern, List<T> entries) {}

  private final Map<DomainPattern, List<T>> entries = new HashMap<>();

  public void add(DomainPattern pattern, T entry) {
    entries.computeIfAbsent(pattern, p -> new ArrayList<>()).add(entry);
  }

  /**
   * The entries that match, most specific first: exact, longest wildcard, "*". An entry appears
   * once, where it is most specific.
   *
   * @param domain null (the null sender) or an address literal: only "*" matches
   */
  public List<Tier<T>> find(@Nullable String domain) {
    List<Tier<T>> tiers = new ArrayList<>(2);
    if (domain != null) {
      add(tiers, new DomainPattern(DomainPattern.Kind.EXACT, domain));
      for (String suffix = domain; !suffix.isEmpty(); suffix = DomainNames.parent(suffix)) {
        add(tiers, new DomainPattern(DomainPattern.Kind.WILDCARD, suffix));
      }
    }
    add(tiers, new DomainPattern(DomainPattern.Kind.ANY, ""));
    return tiers;
  }

  private void add(List<Tier<T>> tiers, DomainPattern pattern) {
    List<T> found = entries.get(pattern);
    if (found == null) {
      return;
    }
    List<T> fresh = found;
    if (!tiers.isEmpty()) {
      Set<T> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      tiers.forEach(tier -> seen.addAll(tier.entries()));
      fresh = found.stream().filter(entry -> !seen.contains(entry)).toList();
    }
    if (!fresh.isEmpty()) {
      tiers.add(new Tier<>(pattern, fresh));
    }
  }
}
