package io.postern.bounds;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Levels that rise by use and fall with time: a level is the nanoseconds until it is empty. An
 * empty one takes no place. Beyond a number of keys the one that was looked at longest ago is empty
 * at once. Its owner synchronizes.
 */
public final class Levels<K> {
  private final LongSupplier nanos;
  private final Map<K, Long> ends; // when each will be empty

  /**
   * @param most keys
   * @param nanos a clock that never steps
   */
  public Levels(int most, LongSupplier nanos) {
    this.nanos = nanos;
    this.ends =
        new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<K, Long> eldest) {
            return size() > most;
          }
        };
  }

  /** Never negative. */
  public long level(K key) {
    return level(key, nanos.getAsLong());
  }

  /** Raises the level by so much, unless it would be above {@code most} then: false. */
  public boolean raise(K key, long by, long most) {
    long now = nanos.getAsLong();
    long level = level(key, now) + by;
    if (level > most) {
      return false;
    }
    ends.put(key, now + level);
    return true;
  }

  private long level(K key, long now) {
    Long end = ends.get(key);
    if (end == null) {
      return 0;
    }
    long level = end - now;
    if (level > 0) {
      return level;
    }
    ends.remove(key);
    return 0;
  }

  /**
   * @param change negative: the level falls, not below empty
   */
  public void change(K key, long change) {
    long now = nanos.getAsLong();
    long level = level(key, now) + change;
    if (level > 0) {
      ends.put(key, now + level);
    } else {
      ends.remove(key);
    }
  }

  public int keys() {
    return ends.size();
  }
}
