package io.postern.delivery.position;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The sessions that last: handed over to the scheduler's watch and still open here, beside the
 * window, so that none pins a partition. Bounded in sessions and bytes, and those of notices by
 * their share of both; when it is full, the oldest before its dot is ended. Any host that hangs
 * fills it, and then the sessions of all others have less time.
 *
 * <p>Above these bounds come sessions that cannot be ended and must not stop a partition: those
 * past their dot that pin it, or that a revocation leaves behind. Those of notices were all in the
 * window when their share here was used up, since none starts while it is exceeded: so they are at
 * most their share of each partition's window in sessions, and of all windows in bytes.
 *
 * <p>Owner: the reader's thread; {@link #size} from any.
 */
final class LongSessions {
  /** Open for as long as this, a delivery is handed over. */
  static final Duration AFTER = Duration.ofSeconds(30);

  /** From handing over to the last outcome that is written as ours: the dot's, and its reply. */
  static final Duration LAST_OUTCOME =
      OpenDelivery.DOT_AFTER_HANDING_OVER.plus(Duration.ofMinutes(10));

  /** The result of {@link #endOldest}. */
  enum EndResult {
    ENDED,
    /** One was ended already and has not gone yet. */
    UNDER_WAY,
    /** None is before its dot. */
    NONE
  }

  private final int maxSessions;
  private final long maxBytes;
  private final NoticeShare most;
  private final Set<OpenDelivery> sessions = new LinkedHashSet<>();
  private long bytes;
  private int notices;
  private long noticeBytes;
  private volatile int size;

  /**
   * @param most of notices
   */
  LongSessions(int maxSessions, long maxBytes, NoticeShare most) {
    this.maxSessions = maxSessions;
    this.maxBytes = maxBytes;
    this.most = most;
  }

  boolean hasRoom(OpenDelivery delivery) {
    return sessions.size() < maxSessions
        && bytes + delivery.weight <= maxBytes
        && (!delivery.notice || hasRoomForNotice(delivery.weight));
  }

  private boolean hasRoomForNotice(long weight) {
    // A session that is larger than the share alone has its turn too.
    return notices == 0 || notices < most.sessions() && noticeBytes + weight <= most.bytes();
  }

  /** More than their share, by sessions past their dot: until some end no other notice starts. */
  boolean holdsTooManyNotices() {
    return notices > most.sessions() || notices > 1 && noticeBytes > most.bytes();
  }

  /**
   * Makes room for a delivery: ends the session that was handed over first and is before its dot,
   * of notices alone where these have used up their share; there is room when its thread has ended.
   * For other mail a notice that has not gone yet is no answer while there is another session to
   * end: it may be in the DNS for a while.
   */
  EndResult endOldest(OpenDelivery forWhom) {
    boolean ofNotices = forWhom.notice && !hasRoomForNotice(forWhom.weight);
    EndResult otherwise = EndResult.NONE;
    for (OpenDelivery delivery : sessions) {
      if (ofNotices && !delivery.notice) {
        continue;
      }
      if (delivery.closed()) {
        if (!delivery.notice || forWhom.notice) {
          return EndResult.UNDER_WAY;
        }
        otherwise = EndResult.UNDER_WAY;
      } else if (delivery.close()) {
        return EndResult.ENDED;
      }
    }
    return otherwise;
  }

  void add(OpenDelivery delivery) {
    if (sessions.add(delivery)) {
      count(delivery, 1);
    }
  }

  /** False: it was not watched. */
  boolean remove(OpenDelivery delivery) {
    if (!sessions.remove(delivery)) {
      return false;
    }
    count(delivery, -1);
    return true;
  }

  private void count(OpenDelivery delivery, int by) {
    bytes += by * delivery.weight;
    if (delivery.notice) {
      notices += by;
      noticeBytes += by * delivery.weight;
    }
    size = sessions.size();
  }

  int size() {
    return size;
  }
}
