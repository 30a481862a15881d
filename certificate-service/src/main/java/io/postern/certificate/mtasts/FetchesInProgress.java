package io.postern.certificate.mtasts;

import io.postern.certificate.fetch.ParentDomain;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The domains whose policies are being fetched, or wait for a turn: each once, at most {@value
 * #MOST} in all and {@value #MOST_OF_PARENT} below one {@link ParentDomain}. Any thread.
 */
final class FetchesInProgress {
  static final int MOST = 500;
  static final int MOST_OF_PARENT = 20;

  private final Set<String> domains = new HashSet<>();
  private final Map<String, Integer> parents = new HashMap<>();

  /** The result of a try to begin. */
  enum Begin {
    BEGUN,
    MERGED,
    FULL
  }

  synchronized Begin begin(String domain) {
    if (domains.contains(domain)) {
      return Begin.MERGED;
    }
    String parent = ParentDomain.of(domain);
    if (domains.size() >= MOST || parents.getOrDefault(parent, 0) >= MOST_OF_PARENT) {
      return Begin.FULL;
    }
    domains.add(domain);
    parents.merge(parent, 1, Integer::sum);
    return Begin.BEGUN;
  }

  synchronized void end(String domain) {
    if (domains.remove(domain)) {
      parents.computeIfPresent(
          ParentDomain.of(domain), (_, count) -> count == 1 ? null : count - 1);
    }
  }

  synchronized int count() {
    return domains.size();
  }
}
