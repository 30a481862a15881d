package io.postern.operator.audit.rules;

import io.postern.contracts.v1.OutcomeKind;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which outcomes of one partition of {@code mail.outcomes} count. Whoever took the partition last
 * is in force; of anybody else only <em>delivered</em> counts, and what follows that owner's own
 * <em>still open</em> that counted.
 *
 * <p>Bounds: 100,000 deliveries that are still open, about 10 MB; the oldest is forgotten, as by
 * every reader. One thread; fed in the log's order.
 */
public final class OutcomeOwners {
  /** A recipient of whom nothing is asked: an outcome without one, or of mail that is left out. */
  public static final long NOBODY = -1;

  private static final int MOST_OPEN = 100_000;

  /** What one recipient's outcome is worth. */
  public enum Worth {
    COUNTS,
    /** Delivered by an owner who had lost the partition. */
    LATE,
    NOTHING
  }

  private record StillOpen(int era, int generation, int take, long recipient, int attempt) {}

  private int era;
  private int generation;
  private int take;

  private final Map<StillOpen, Boolean> open =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<StillOpen, Boolean> eldest) {
          return size() > MOST_OPEN;
        }
      };

  /**
   * PartitionTaken was read.
   *
   * @return false: it is not above the one before, and everybody skips it
   */
  public boolean taken(int byEra, int byGeneration, int byTake) {
    boolean above = isAbove(byEra, byGeneration, byTake);
    if (above) {
      inForce(byEra, byGeneration, byTake);
    }
    return above;
  }

  /** Whether this owner is in force; one above it is from here on, as its marker was before. */
  public boolean isInForce(int byEra, int byGeneration, int byTake) {
    if (isAbove(byEra, byGeneration, byTake)) {
      inForce(byEra, byGeneration, byTake);
    }
    return byEra == era && byGeneration == generation && byTake == take;
  }

  /**
   * @param recipient a number that the caller gives it; {@link #NOBODY}
   */
  public Worth of(
      int byEra,
      int byGeneration,
      int byTake,
      OutcomeKind kind,
      int attempt,
      long recipient,
      boolean afterStillOpen) {
    if (kind == OutcomeKind.MOVED) {
      return Worth.COUNTS;
    }
    boolean inForce = isInForce(byEra, byGeneration, byTake);
    boolean stillOpen = kind == OutcomeKind.STILL_OPEN;
    if (recipient == NOBODY || !stillOpen && !afterStillOpen && open.isEmpty()) {
      return inForce ? Worth.COUNTS : kind == OutcomeKind.DELIVERED ? Worth.LATE : Worth.NOTHING;
    }
    StillOpen key = new StillOpen(byEra, byGeneration, byTake, recipient, attempt);
    if (inForce) {
      follow(key, stillOpen);
      return Worth.COUNTS;
    }
    if (stillOpen) {
      return Worth.NOTHING;
    }
    boolean follows = afterStillOpen && open.containsKey(key);
    if (!follows && kind != OutcomeKind.DELIVERED) {
      return Worth.NOTHING;
    }
    open.remove(key);
    return follows ? Worth.COUNTS : Worth.LATE;
  }

  private void follow(StillOpen key, boolean stillOpen) {
    if (stillOpen) {
      open.put(key, true);
    } else {
      open.remove(key);
    }
  }

  private boolean isAbove(int byEra, int byGeneration, int byTake) {
    if (byEra != era) {
      return byEra > era;
    }
    return byGeneration != generation ? byGeneration > generation : byTake > take;
  }

  private void inForce(int byEra, int byGeneration, int byTake) {
    era = byEra;
    generation = byGeneration;
    take = byTake;
  }
}
