package io.postern.operator.audit.rules;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeKind;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The rule by which outcomes of one partition of {@code mail.outcomes} count. The last owner of the
 * partition is in force; of any other only <em>delivered</em> counts, and the outcome that follows
 * its own <em>still open</em> that counted.
 *
 * <p>Bounds: 100,000 deliveries that are still open, about 10 MB; the oldest is forgotten, as by
 * every reader. One thread; fed in the log's order.
 */
public final class OutcomeOwners {
  /** A recipient that needs no number: an outcome without one, or of mail that is left out. */
  public static final long NOBODY = -1;

  private static final int MOST_OPEN = 100_000;

  /** Worth of one recipient's outcome. */
  public enum Worth {
    COUNTS,
    /** Delivered by an owner that had lost the partition. */
    LATE,
    NOTHING
  }

  private record StillOpen(Owner owner, long recipient, int attempt) {}

  private Owner inForce = Owner.NOBODY;

  private final Map<StillOpen, Boolean> open =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<StillOpen, Boolean> eldest) {
          return size() > MOST_OPEN;
        }
      };

  /**
   * Takes a PartitionTaken.
   *
   * @return false: it is not above the one before, and everybody skips it
   */
  public boolean taken(Owner by) {
    boolean above = isAbove(by, inForce);
    inForce = above ? by : inForce;
    return above;
  }

  /** Whether this owner is in force; one above it is from here on, as its marker was before. */
  public boolean isInForce(Owner owner) {
    return taken(owner) || owner.equals(inForce);
  }

  /**
   * @param recipient a number that the caller gives it; {@link #NOBODY}
   */
  public Worth of(
      Owner owner, OutcomeKind kind, int attempt, long recipient, boolean afterStillOpen) {
    if (kind == OutcomeKind.MOVED) {
      return Worth.COUNTS;
    }
    boolean counts = isInForce(owner);
    boolean stillOpen = kind == OutcomeKind.STILL_OPEN;
    if (recipient == NOBODY || !stillOpen && !afterStillOpen && open.isEmpty()) {
      return counts ? Worth.COUNTS : kind == OutcomeKind.DELIVERED ? Worth.LATE : Worth.NOTHING;
    }
    StillOpen key = new StillOpen(owner, recipient, attempt);
    if (counts) {
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

  private static boolean isAbove(Owner owner, Owner other) {
    if (owner.era() != other.era()) {
      return owner.era() > other.era();
    }
    return owner.generation() != other.generation()
        ? owner.generation() > other.generation()
        : owner.take() > other.take();
  }
}
