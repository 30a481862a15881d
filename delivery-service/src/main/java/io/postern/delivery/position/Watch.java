package io.postern.delivery.position;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Sessions that last: handed over to the scheduler's watch and still open here, beside the window,
 * so that none pins a partition. Bounded in sessions and bytes; when it is full, the oldest before
 * its dot is ended, but for what a revocation leaves behind.
 *
 * <p>Owner: the reader's thread; {@link #size} from any.
 */
final class Watch {
  /** Open for as long as this, a delivery is handed over. */
  static final Duration AFTER = Duration.ofSeconds(30);

  /** From handing over to the last outcome that is written as ours: the dot's, and its reply. */
  static final Duration LAST_OUTCOME =
      OpenDelivery.DOT_AFTER_HANDING_OVER.plus(Duration.ofMinutes(10));

  private final int maxSessions;
  private final long maxBytes;
  private final Set<OpenDelivery> sessions = new LinkedHashSet<>();
  private long bytes;
  private volatile int size;

  Watch(int maxSessions, long maxBytes) {
    this.maxSessions = maxSessions;
    this.maxBytes = maxBytes;
  }

  boolean hasRoom(OpenDelivery delivery) {
    return sessions.size() < maxSessions && bytes + delivery.weight <= maxBytes;
  }

  /**
   * Ends the session that was handed over first and is before its dot; there is room when its
   * thread has ended.
   *
   * @return false: none is before its dot, or one was ended already and has not gone yet
   */
  boolean cutOldest() {
    for (OpenDelivery delivery : sessions) {
      if (delivery.closed()) {
        return false;
      }
      if (delivery.close()) {
        return true;
      }
    }
    return false;
  }

  void add(OpenDelivery delivery) {
    if (sessions.add(delivery)) {
      bytes += delivery.weight;
      size = sessions.size();
    }
  }

  /** False: it was not watched. */
  boolean remove(OpenDelivery delivery) {
    if (!sessions.remove(delivery)) {
      return false;
    }
    bytes -= delivery.weight;
    size = sessions.size();
    return true;
  }

  int size() {
    return size;
  }
}
