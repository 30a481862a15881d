package io.postern.delivery.destination;

/** Events per second over about the last minute. Owner: whoever holds the destination. */
final class Rate {
  private static final double MINUTE = 60;
  private static final double NANOS = 1e9;

  private boolean begun;
  private long since;
  private long at;
  private double weight;

  void count(long now) {
    if (!begun) {
      begun = true;
      since = now;
      at = now;
    }
    weight = decayed(now) + 1;
    at = now;
  }

  /** Zero before the first event. What is young is not taken for a whole minute. */
  double perSecond(long now) {
    if (!begun) {
      return 0;
    }
    double age = Math.max(1, (now - since) / NANOS);
    return decayed(now) / (MINUTE * (1 - Math.exp(-age / MINUTE)));
  }

  private double decayed(long now) {
    return weight * Math.exp(-(now - at) / NANOS / MINUTE);
  }
}
