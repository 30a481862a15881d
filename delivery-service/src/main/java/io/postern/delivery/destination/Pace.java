package io.postern.delivery.destination;

/**
 * How many deliveries a second a destination can take when all its slots are in use: slots by the
 * time that one takes (Little's law). Not how many it took of late, which says little of a
 * destination that gets a mail now and then. Owner: whoever holds the destination.
 */
final class Pace {
  // Of the last twenty or so.
  private static final double WEIGHT = 0.1;
  private static final double SHORTEST_NANOS = 1e7;

  private boolean known;
  private double nanos = 1e9;

  /** One has ended by what its host did. */
  void took(long oneNanos) {
    nanos = known ? nanos + WEIGHT * (oneNanos - nanos) : oneNanos;
    known = true;
  }

  /**
   * @param stillNanos for how long none has begun or ended: where all slots are in use, they take
   *     as long as that at least
   */
  double perSecond(int slots, long stillNanos) {
    return slots * 1e9 / Math.max(SHORTEST_NANOS, Math.max(nanos, stillNanos));
  }

  boolean known() {
    return known;
  }

  /** One is known to take no longer. */
  boolean within(long limitNanos, long stillNanos) {
    return known && Math.max(nanos, stillNanos) <= limitNanos;
  }
}
