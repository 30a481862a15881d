package io.postern.ingress.bounds;

import io.postern.bounds.Levels;
import java.util.function.LongSupplier;

/**
 * A level of each owner: it rises by what is taken, and falls with time, evenly. Bounds: {@link
 * SourceBound#remembered}. Thread-safe, never blocks.
 */
public final class Level<K> {
  private final Levels<K> levels;
  private final long most;
  private final long periodNanos;

  /** With the number of the table. */
  public Level(SourceBound bound, LongSupplier nanos) {
    this(bound, bound.most(), nanos);
  }

  /**
   * @param most of the setting
   * @param nanos a clock that never steps
   */
  public Level(SourceBound bound, long most, LongSupplier nanos) {
    this.levels = new Levels<>(bound.remembered(), nanos);
    this.most = most;
    this.periodNanos = bound.period().toNanos();
  }

  private long nanos(long amount) {
    return (long) ((double) amount * periodNanos / most);
  }

  /** False: the owner has not so much left, and nothing is taken. */
  public synchronized boolean take(K owner, long amount) {
    return levels.raise(owner, nanos(amount), periodNanos);
  }

  /** What was taken counts no longer. */
  public synchronized void giveBack(K owner, long amount) {
    levels.change(owner, -nanos(amount));
  }

  /** Counts what has happened already, up to twice the most. */
  public synchronized void add(K owner, long amount) {
    levels.change(
        owner, Math.min(nanos(amount), Math.max(0, 2 * periodNanos - levels.level(owner))));
  }

  /** Above its most. */
  public synchronized boolean beyond(K owner) {
    return levels.level(owner) > periodNanos;
  }

  /** What counts now. */
  public synchronized long taken(K owner) {
    return Math.round((double) levels.level(owner) / periodNanos * most);
  }
}
