package io.postern.delivery.destination;

import java.time.Duration;

/**
 * The deliveries that share a part of the reader's window, wherever they go: to destinations that
 * are not known to be quick, and notices. While that part is used up none of them starts; each is
 * handed back, at the pace at which those that run end. Owner: {@link Destinations}, under its
 * lock.
 */
final class WindowShare {
  private final Booking booking;
  private final Pace pace = new Pace();
  private final long made;
  private int running;
  private long moved;

  WindowShare(DestinationSettings settings, long now) {
    booking = new Booking(settings, now);
    made = now;
    moved = now;
  }

  void start(long now) {
    running++;
    moved = now;
  }

  void ended(long began, Feedback feedback, long now) {
    running--;
    moved = now;
    if (feedback != Feedback.NOTHING) {
      pace.took(now - began);
    }
  }

  /** Books a time, from now. */
  Duration handBack(long now) {
    return booking.next(now, now, 0, pace.perSecond(Math.max(1, running), now - moved), now - made);
  }
}
