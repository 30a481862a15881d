package io.postern.delivery.destination;

/**
 * The pace of a destination: the deliveries a second that it can take when all its slots are in
 * use, which is slots by the time of a delivery (Little's law). The deliveries that it took of late
 * say little where there is a mail now and then. Owner: the holder of the destination.
 */
final class Pace {
  // Of the last twenty or so.
  private static final double WEIGHT = 0.1;
  private static final double SHORTEST_NANOS = 1e7;

  private boolean known;
  private double nanos = 1e9;

  /** A delivery has ended by its host's doing. */
  void took(long oneNanos) {
    nanos = known ? nanos + WEIGHT * (oneNanos - nanos) : oneNanos;
    known = true;
  }

  /**
   * @param stillNanos for how long none has begun or ended: where all slots are in use, they take
   *     as long as that at least
   */
  double perSecond(int slots, long stillNanos) {
    return slots * 1e9 / Math.max(SHORTEST_NANOS, Math.max(nanos, (double) stillNanos));
  }

  boolean known() {
    return known;
  }

  /** One is known to take no longer. */
  boolean within(long limitNanos, long stillNanos) {
    return known && Math.max(nanos, (double) stillNanos) <= limitNanos;
  }
}
