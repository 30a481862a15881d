package io.postern.delivery.destination;

import io.postern.contracts.v1.RouteState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One destination as this replica knows it: how many deliveries may run, whether it is dead, and up
 * to when it is booked. Arithmetic alone; times are nanoseconds of the owner's clock. Owner: {@link
 * Destinations}, under its lock.
 *
 * <p>The limit is that of the whole group; this replica's part of it is its <i>share</i>. It grows
 * by one for as many deliveries that got through as may run, as long as it is used, and shrinks by
 * one for each failure of a connection, as Postfix's queue manager does. Failures in a row without
 * anything that got through make it dead: then one delivery at a time probes it, with pauses that
 * double, and the first answer of a host brings it back with the initial limit.
 */
final class Destination {
  /**
   * A failure.
   *
   * @param text a sentence, which may quote mail; empty: there was none
   * @param organization whose mail it was
   */
  record Error(String text, String organization) {
    static final Error NONE = new Error("", "");

    boolean isEmpty() {
      return text.isEmpty();
    }
  }

  private static final long SOON_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long QUICK_NANOS = Duration.ofSeconds(2).toNanos();

  final String route;
  final FairQueue queue = new FairQueue();
  int notices; // among the busy
  private final DestinationSettings settings;
  private final Pace pace = new Pace();
  private final StartRate startRate = new StartRate();
  private SlotRequest.Limits connector = SlotRequest.Limits.NONE;
  private final Booking booking;
  private double usualPace;
  private double limit;
  private int busy;
  private int failures;
  private boolean dead;
  private boolean probing;
  private long pause;
  private long nextProbe;
  private long firstFailure;
  private Error lastError = Error.NONE;
  private final long made;
  private long counted;
  private long used;
  private long moved;
  private @Nullable RouteState published;
  private long publishedAt;

  Destination(String route, DestinationSettings settings, long now) {
    this.route = route;
    this.settings = settings;
    this.limit = settings.initial();
    this.usualPace = settings.initial();
    this.moved = now;
    this.booking = new Booking(settings, now);
    this.used = now;
    this.made = now;
    this.counted = now - SOON_NANOS;
  }

  int busy() {
    return busy;
  }

  boolean dead() {
    return dead;
  }

  /** The connector's limits as they are now. */
  void limits(SlotRequest.Limits limits) {
    connector = limits;
  }

  /** Deliveries that may run here at a time; at least one. */
  int limit(double share) {
    double most = connector.connections() > 0 ? Math.min(limit, connector.connections()) : limit;
    return Math.max(1, (int) (most * share + 1e-9));
  }

  /** Deliveries that may begin here in a minute; 0: any number. */
  private double perMinute(double share) {
    int general = settings.messagesPerMinute();
    int own = connector.messagesPerMinute();
    int least = general > 0 && own > 0 ? Math.min(general, own) : Math.max(general, own);
    return least * share;
  }

  /** Until the rate lets the next one begin, 0: now. */
  long untilNext(long now, double share) {
    double perMinute = perMinute(share);
    return perMinute > 0 ? startRate.untilNext(perMinute, now) : 0;
  }

  /** Its turn comes no sooner than after this time, by the rate. */
  boolean rateKeepsOut(String organization, long nanos, long now, double share) {
    double perMinute = perMinute(share);
    return perMinute > 0
        && startRate.untilNext(perMinute, now)
                + queue.ahead(organization) * StartRate.apart(perMinute)
            > nanos;
  }

  boolean mayStart(long now, double share) {
    return untilNext(now, share) == 0
        && (dead ? !probing && now - nextProbe >= 0 : busy < limit(share));
  }

  /**
   * At most half of the slots for mail with a null reverse-path, and no place in line beyond them.
   */
  boolean hasRoomForNotice(double share) {
    return notices + queue.notices() < Math.max(1, limit(share) / 2);
  }

  /**
   * A delivery that joins the line now goes within about a second, or nothing is known yet: to hand
   * it back would make room no sooner, and cost more than its delivery.
   */
  boolean soon(long now, double share) {
    return now - made < SOON_NANOS
        || now - counted < SOON_NANOS && queue.size() < perSecond(now, share);
  }

  /** Its deliveries of late took two seconds at most, and those that run do not stand still. */
  boolean quick(long now) {
    return !dead && pace.within(QUICK_NANOS, busy == 0 ? 0 : now - moved);
  }

  boolean lineGoesWithin(long nanos, long now, double share) {
    return queue.size() < perSecond(now, share) * (nanos / 1e9);
  }

  private double perSecond(long now, double share) {
    double able = pace.perSecond(limit(share), now - moved);
    double perMinute = perMinute(share);
    return perMinute > 0 ? Math.min(able, 1e9 / StartRate.apart(perMinute)) : able;
  }

  /** A delivery begins; true: it probes a dead destination. */
  boolean start(long now, double share) {
    double perMinute = perMinute(share);
    if (perMinute > 0) {
      startRate.begin(perMinute, now);
    }
    busy++;
    used = now;
    moved = now;
    probing |= dead;
    return dead;
  }

  /**
   * A delivery ended.
   *
   * @param began when it did
   */
  void ended(boolean probe, long began, Feedback feedback, Error error, long now, double share) {
    boolean full = limit(share) < busy + Math.max(1, settings.initial() * share);
    busy--;
    used = now;
    moved = now;
    if (probe) {
      probing = false;
    }
    switch (feedback) {
      case THROUGH -> {
        revive();
        counted(began, now, share);
        if (full) {
          limit = Math.min(settings.limit(), limit + 1 / (share * limit(share)));
        }
      }
      case REACHED -> {
        revive();
        counted(began, now, share);
      }
      case STRAINED -> {
        revive();
        counted(began, now, share);
        shrink(share);
        lastError = error;
      }
      case FAILED -> failed(probe, error, now, share);
      case NOTHING -> {}
    }
  }

  private void counted(long began, long now, double share) {
    counted = now;
    pace.took(now - began);
    usualPace = perSecond(now, share);
  }

  private void revive() {
    if (dead) {
      limit = settings.initial();
    }
    dead = false;
    failures = 0;
    lastError = Error.NONE;
  }

  private void shrink(double share) {
    limit = Math.max(1, limit - 1 / share);
  }

  private void failed(boolean probe, Error error, long now, double share) {
    lastError = error;
    if (failures++ == 0) {
      firstFailure = now;
    }
    if (!dead) {
      shrink(share);
      if (failures >= settings.failures()) {
        dead = true;
        pause = settings.probePause().toNanos();
        nextProbe = now + pause;
      }
    } else if (probe) {
      pause = Math.min(2 * pause, settings.longestProbePause().toNanos());
      nextProbe = now + pause;
    }
  }

  /**
   * Books a time for a delivery that is handed back: behind those in line and those booked before,
   * at the destination's pace. The first deliveries after a start are slow for this replica's own
   * reasons, so nothing is booked farther ahead than the destination was seen for.
   *
   * @return from now
   */
  Duration handBack(long now, double share) {
    if (dead) {
      // A probe under way has not ended yet; if it fails the next one is no sooner than this.
      long from = probing ? now + pause : Math.max(now, nextProbe);
      return booking.next(now, from, 0, usualPace, Long.MAX_VALUE);
    }
    double perMinute = perMinute(share);
    return perMinute > 0
        ? booking.at(now, queue.size(), Math.max(StartRate.apart(perMinute), pace(now, share)))
        : booking.next(now, now, queue.size(), perSecond(now, share), now - made);
  }

  private long pace(long now, double share) {
    return (long) (1e9 / pace.perSecond(limit(share), now - moved));
  }

  /**
   * Why a delivery gets no slot; for the administrator.
   *
   * @param organization of the delivery: a failure of another one's mail is not for it (G8)
   */
  String busyDetail(String organization, long now, double share) {
    if (dead) {
      return "not tried: "
          + failures
          + " deliveries in a row have failed within "
          + (now - firstFailure) / 1_000_000_000L
          + " s, and one at a time probes the destination"
          + lastFailure(organization);
    }
    if (untilNext(now, share) > 0) {
      int own = connector.messagesPerMinute();
      int general = settings.messagesPerMinute();
      boolean connectors = own > 0 && (general == 0 || own <= general);
      return "not tried: "
          + (connectors
              ? "the connector's maxMessagesPerMinute of " + own
              : "the destination's " + general + " messages a minute")
          + " are used up, "
          + Math.round(share * 100)
          + " % of which this replica has";
    }
    return "not tried: all "
        + limit(share)
        + " slots of the destination are in use"
        + lastFailure(organization);
  }

  private String lastFailure(String organization) {
    if (lastError.isEmpty()) {
      return "";
    }
    return lastError.organization().equals(organization)
        ? "; the last failure: " + lastError.text()
        : "; the last failure was of another organization's mail";
  }

  /** Nothing runs, nobody waits. */
  boolean idle() {
    return busy == 0 && queue.isEmpty();
  }

  /** Nothing is known that a new entry would not say as well. */
  boolean forgettable(long now, Duration memory) {
    boolean plain =
        !dead
            && failures == 0
            && !pace.known()
            && booking.over(now)
            && startRate.over(now)
            && Math.abs(limit - settings.initial()) < 1;
    return idle() && (plain || now - used > memory.toNanos());
  }

  /** As people see it in mail.routes. */
  RouteState state(String replica, double share) {
    return RouteState.newBuilder()
        .setRoute(route)
        .setReplica(replica)
        .setOpen(busy)
        .setWaiting(queue.size())
        .setLimit(dead ? 1 : limit(share))
        .setState(dead ? probing ? "probing" : "dead" : "open")
        .setLastError(lastError.text())
        .setLastErrorOrganization(lastError.organization())
        .build();
  }

  /** Its importance for people: 0 first. */
  int rank() {
    return dead ? 0 : !queue.isEmpty() ? 1 : !lastError.isEmpty() ? 2 : 3;
  }

  /** It changed since the last record, or that is long ago, or there was none and it matters. */
  boolean worthPublishing(RouteState now, long at, Duration again) {
    RouteState before = published;
    boolean quiet = idle() && !dead && lastError.isEmpty();
    if (before == null) {
      return !quiet;
    }
    return !before.equals(now) || !quiet && at - publishedAt >= again.toNanos();
  }

  void published(RouteState now, long at) {
    published = now;
    publishedAt = at;
  }
}
