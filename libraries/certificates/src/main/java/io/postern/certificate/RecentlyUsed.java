package io.postern.certificate;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map with a bound: an entry too many removes the one that was not asked for longest. Not for
 * several threads at once: to ask changes it too.
 */
public final class RecentlyUsed<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1;
  private final int most;

  public RecentlyUsed(int most) {
    super(16, 0.75f, true);
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
