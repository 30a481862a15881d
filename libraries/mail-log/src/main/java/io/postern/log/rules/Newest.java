package io.postern.log.rules;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map with a bound: an entry too many removes the one that came first. Not thread-safe. */
public final class Newest<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;
  private final int most;

  public Newest(int most) {
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
