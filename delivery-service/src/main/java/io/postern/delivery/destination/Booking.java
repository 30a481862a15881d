package io.postern.delivery.destination;

import java.time.Duration;

/**
 * The times at which deliveries handed back come again, one behind the other, so that a backlog
 * comes back at the pace at which it can be taken and does not circle. Times are nanoseconds of the
 * owner's clock. Owner: {@link Destinations}, under its lock.
 */
final class Booking {
  // Mail for a host that hangs comes back one in ten seconds.
  private static final double SLOWEST = 0.1;
  private static final double SPREAD = 0.1;
  private static final double GOLDEN = 0.618_033_988_749_895;

  private final DestinationSettings settings;
  private long booked;
  private long count;

  Booking(DestinationSettings settings, long now) {
    this.settings = settings;
    this.booked = now;
  }

  /**
   * Behind those booked before, at least the shortest time away and at most the longest.
   *
   * @param from not before this
   * @param ahead how many go before it from then on
   * @param seen for how long the pace was seen: nothing is said of a time that is farther away, and
   *     those that it cuts are spread over as long again
   * @return from now
   */
  Duration next(long now, long from, int ahead, double perSecond, long seen) {
    long one = (long) (1e9 / Math.max(SLOWEST, perSecond));
    long longest = settings.longestHandBack().toNanos();
    long last = from + Math.min(seen, longest);
    booked = Math.min(last, Math.max(booked, from + ahead * one) + one);
    long at = Math.max(booked, now + settings.shortestHandBack().toNanos());
    // Apart from each other also where the bounds would let many come at once.
    double spread = booked == last && seen < longest ? 1 : SPREAD;
    double place = count++ * GOLDEN;
    return Duration.ofNanos(at - now + (long) ((at - now) * spread * (place - Math.floor(place))));
  }

  /**
   * The same where a rate is demanded, which is known from the beginning.
   *
   * @param apart nanoseconds from one to the next
   */
  Duration at(long now, int ahead, long apart) {
    long longest = settings.longestHandBack().toNanos();
    booked = Math.min(now + longest, Math.max(booked, now + ahead * apart) + apart);
    long away = Math.max(booked - now, settings.shortestHandBack().toNanos());
    double place = count++ * GOLDEN;
    return Duration.ofNanos(away + (long) (away * SPREAD * (place - Math.floor(place))));
  }

  /** Nobody has a time that is still to come. */
  boolean over(long now) {
    return booked - now <= 0;
  }
}
