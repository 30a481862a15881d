package io.postern.bounds;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bound that is held and given back: an amount for all, of which one owner holds at most a part.
 * What is held is never taken away. An owner that holds nothing is forgotten. Thread-safe; never
 * blocks.
 */
public final class Share {
  private final long all;
  private final long ofOwner;
  private final Map<String, Long> byOwner = new HashMap<>(); // guarded by this
  private long taken; // the same

  /**
   * @param all places or bytes
   * @param ofOwner at most so many of them for one owner
   */
  public Share(long all, long ofOwner) {
    this.all = all;
    this.ofOwner = ofOwner;
  }

  /** What one owner holds until it is closed; closing it again means nothing. Thread-safe. */
  public final class Held implements AutoCloseable {
    private final String owner;
    private long amount; // guarded by the share

    private Held(String owner) {
      this.owner = owner;
    }

    /** False: the owner or all have no such amount left, and what was held stays held. */
    public boolean grow(long more) {
      synchronized (Share.this) {
        long own = byOwner.getOrDefault(owner, 0L);
        if (more > ofOwner - own || more > all - taken) {
          return false;
        }
        byOwner.put(owner, own + more);
        taken += more;
        amount += more;
        return true;
      }
    }

    @Override
    public void close() {
      synchronized (Share.this) {
        long given = amount;
        byOwner.computeIfPresent(owner, (_, own) -> own == given ? null : own - given);
        taken -= given;
        amount = 0;
      }
    }
  }

  /**
   * @return null: the owner or all have no such amount left
   */
  public @Nullable Held take(String owner, long amount) {
    Held held = new Held(owner);
    return held.grow(amount) ? held : null;
  }
}
