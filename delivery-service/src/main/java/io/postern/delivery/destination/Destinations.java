package io.postern.delivery.destination;

import static java.util.Objects.requireNonNull;

import io.postern.contracts.v1.RouteState;
import io.postern.delivery.position.Ownership;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The destinations (routes), each with its slots for deliveries that run and its line of those that
 * wait. A delivery without a slot waits a few seconds, and is then handed back with a time before
 * which it need not come again; at once when the reader's window fills up and the line does not
 * move, or when the destination is dead. So one slow next hop delays no other; nor do a thousand,
 * since a window that is half full takes deliveries to quick destinations alone. Where this process
 * gets too little CPU, the line of a quick destination is kept for longer
 * (docs/design/destinations.md). The rules for one destination: {@link Destination}.
 *
 * <p>The addresses of mail hosts are destinations too, in an instance of their own ({@link
 * #ofHosts}): a stranger can make as many domains as he likes, and fewer addresses.
 *
 * <p>Any thread; {@link #acquire} blocks the calling (virtual) thread only. Bounded by the open
 * deliveries and the number of destinations kept: of the idle ones the one used longest ago is
 * forgotten.
 */
public final class Destinations {
  private static final long LOOK_UP_NANOS = Duration.ofMillis(500).toNanos();
  private static final long SHORTEST_LOOK_UP_NANOS = Duration.ofMillis(20).toNanos();
  private static final Duration MEMORY = Duration.ofHours(1);
  private static final Duration PUBLISHED_AGAIN = Duration.ofMinutes(1);
  // Shorter than the time after which an open delivery is handed over.
  private static final long PATIENCE_IF_LATE_NANOS = Duration.ofSeconds(20).toNanos();
  private static final int SLICE = 256;
  private static final String NOTICES =
      "not tried: mail with a null reverse-path uses all of its share";
  private static final String NOTICES_HERE =
      "not tried: mail with a null reverse-path uses its half of the slots";
  private static final String CROWDED =
      "not tried: more than half of the allowed deliveries are open, and this destination is not "
          + "known to be fast";

  /** The answer to a wait. */
  public sealed interface Admission {
    /** A slot; {@link Destinations#release give it back}. */
    record Grant(Slot slot) implements Admission {}

    /**
     * None now.
     *
     * @param stayAway how long the delivery need not come again
     * @param detail a sentence for the administrator
     */
    record HandBack(Duration stayAway, String detail) implements Admission {}

    /** The delivery is no longer ours. */
    record Loss() implements Admission {}
  }

  private final DestinationSettings settings;
  private final DoubleSupplier share;
  private final BooleanSupplier crowded;
  private final BooleanSupplier late;
  private final LongSupplier clock;
  private final LinkedHashMap<String, Destination> destinations =
      new LinkedHashMap<>(16, 0.75f, true);
  private final WindowShare unproven;
  private final WindowShare notices;
  private final boolean ofHosts;
  private int busy;
  private int waiting;

  /**
   * @param share this replica's part of each destination's limit, above 0 and at most 1
   * @param crowded the reader's window is over half full
   * @param late this process gets too little CPU ({@link Lateness#late})
   */
  public Destinations(
      DestinationSettings settings,
      DoubleSupplier share,
      BooleanSupplier crowded,
      BooleanSupplier late) {
    this(settings, share, crowded, late, System::nanoTime, false);
  }

  /**
   * Addresses of mail hosts as destinations. A delivery that comes here has a slot of its
   * destination, so a crowded window keeps it from no free slot here; and it has been in a line
   * before, so this line is kept no longer where this process gets too little CPU. Strangers choose
   * the destinations of notices: these have half of an address's slots.
   *
   * @param settings see {@link DestinationSettings#ofHosts}
   */
  public static Destinations ofHosts(
      DestinationSettings settings,
      DoubleSupplier share,
      BooleanSupplier crowded,
      BooleanSupplier late) {
    return new Destinations(settings, share, crowded, late, System::nanoTime, true);
  }

  /**
   * @param ofHosts see {@link #ofHosts}
   */
  Destinations(
      DestinationSettings settings,
      DoubleSupplier share,
      BooleanSupplier crowded,
      BooleanSupplier late,
      LongSupplier clock,
      boolean ofHosts) {
    this.settings = settings;
    this.share = share;
    this.crowded = crowded;
    this.late = late;
    this.clock = clock;
    this.unproven = new WindowShare(settings, clock.getAsLong());
    this.notices = new WindowShare(settings, clock.getAsLong());
    this.ofHosts = ofHosts;
  }

  /**
   * Waits for a slot, for the settings' patience at most and as long as the delivery is ours.
   *
   * @param notice mail with a null reverse-path, which is handed back where {@link Ownership#room}
   *     says no, or an address has half of its slots in use for such
   */
  public Admission acquire(SlotRequest request, boolean notice, Ownership ownership)
      throws InterruptedException {
    if (notice && !ownership.room()) {
      synchronized (this) {
        return new Admission.HandBack(notices.handBack(clock.getAsLong()), NOTICES);
      }
    }
    return admit(request, notice, ownership);
  }

  /** A slot that is free now; null: there is none. See {@link #acquire}. */
  public @Nullable Slot tryAcquire(SlotRequest request, boolean notice, Ownership ownership) {
    if (notice && !ownership.room()) {
      return null;
    }
    synchronized (this) {
      long now = clock.getAsLong();
      Destination destination = destination(request.destination(), now);
      boolean free =
          destination.queue.isEmpty()
              && destination.mayStart(now, share())
              && !(ofHosts && notice && !destination.hasRoomForNotice(share()));
      return free ? granted(destination, request.organization(), now, notice).slot() : null;
    }
  }

  private Admission admit(SlotRequest request, boolean notice, Ownership ownership)
      throws InterruptedException {
    Destination destination;
    Waiter waiter = new Waiter(request.organization(), notice);
    long since;
    boolean noWait = crowded.getAsBoolean();
    synchronized (this) {
      since = clock.getAsLong(); // behind the lock: times are booked from it
      destination = destination(request.destination(), since);
      destination.limits(request.limits());
      if (ofHosts && notice && !destination.hasRoomForNotice(share())) {
        return new Admission.HandBack(destination.handBack(since, share()), NOTICES_HERE);
      }
      if (destination.queue.isEmpty() && destination.mayStart(since, share())) {
        return !ofHosts && noWait && !destination.quick(since)
            ? new Admission.HandBack(unproven.handBack(since), CROWDED)
            : granted(destination, request.organization(), since, notice);
      }
      if (destination.rateKeepsOut(
          request.organization(), settings.patience().toNanos(), since, share())) {
        return busy(destination, request.organization(), since);
      }
      if (destination.dead() || noWait && !keepsMoving(destination, since)) {
        return busy(destination, request.organization(), since);
      }
      destination.queue.add(waiter);
      waiting++;
    }
    try {
      return await(destination, waiter, since, ownership);
    } catch (InterruptedException e) {
      if (leave(destination, waiter, true) instanceof Admission.Grant(Slot slot)) {
        release(slot, Feedback.NOTHING, "");
      }
      throw e;
    }
  }

  private Admission await(Destination destination, Waiter waiter, long since, Ownership ownership)
      throws InterruptedException {
    while (true) {
      long now = clock.getAsLong();
      long left = since + patience(destination, now) - now;
      if (!ownership.held()) {
        Admission answer = leave(destination, waiter, true);
        if (answer instanceof Admission.Grant(Slot slot)) {
          release(slot, Feedback.NOTHING, "");
        }
        return new Admission.Loss();
      }
      if (left <= 0 || crowded.getAsBoolean() && !keepsMoving(destination, now)) {
        return leave(destination, waiter, false);
      }
      try {
        return waiter.answer.get(Math.min(left, lookUp(destination, now)), TimeUnit.NANOSECONDS);
      } catch (TimeoutException stillWaiting) {
        synchronized (this) {
          serve(destination, clock.getAsLong()); // our share may have grown
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** When the rate lets one begin nobody gives a slot back, so those in line look by themselves. */
  private synchronized long lookUp(Destination destination, long now) {
    long next = destination.untilNext(now, share());
    return next > 0 ? Math.clamp(next, SHORTEST_LOOK_UP_NANOS, LOOK_UP_NANOS) : LOOK_UP_NANOS;
  }

  /** Leaves the line, unless the answer came meanwhile. */
  private synchronized Admission leave(Destination destination, Waiter waiter, boolean lost) {
    Admission answer = waiter.answer.getNow(null);
    if (answer != null) {
      return answer;
    }
    destination.queue.remove(waiter);
    waiting--;
    return lost ? new Admission.Loss() : busy(destination, waiter.organization, clock.getAsLong());
  }

  /**
   * Gives a slot back.
   *
   * @param error the failure, in a sentence; empty: there was none
   */
  public void release(Slot slot, Feedback feedback, String error) {
    release(slot, feedback, error, Duration.ZERO);
  }

  /**
   * The same.
   *
   * @param elsewhere how long its delivery waited for others: no time that this destination took
   */
  public synchronized void release(Slot slot, Feedback feedback, String error, Duration elsewhere) {
    if (slot.ended) {
      throw new IllegalStateException("a slot of " + slot.destination.route + " given back twice");
    }
    slot.ended = true;
    busy--;
    long now = clock.getAsLong();
    if (!slot.quick) {
      unproven.ended(slot.began, feedback, now);
    }
    if (slot.notice) {
      notices.ended(slot.began, feedback, now);
      slot.destination.notices--;
    }
    slot.destination.ended(
        slot.probe,
        slot.began + elsewhere.toNanos(),
        feedback,
        new Destination.Error(error, slot.organization),
        now,
        share());
    serve(slot.destination, now);
  }

  private void serve(Destination destination, long now) {
    while (!destination.queue.isEmpty()) {
      boolean start = destination.mayStart(now, share());
      if (!start && !destination.dead()) {
        return;
      }
      Waiter next = requireNonNull(destination.queue.next());
      waiting--;
      next.answer.complete(
          start
              ? granted(destination, next.organization, now, next.notice)
              : busy(destination, next.organization, now));
    }
  }

  private synchronized boolean keepsMoving(Destination destination, long now) {
    return destination.soon(now, share()) || onlyLate(destination, now);
  }

  private synchronized long patience(Destination destination, long now) {
    long usual = settings.patience().toNanos();
    return !ofHosts && onlyLate(destination, now) ? Math.max(usual, PATIENCE_IF_LATE_NANOS) : usual;
  }

  /**
   * Not the destination is slow but we are: to hand back costs the CPU that is missing. A line that
   * would take longer at its pace is not kept: a host may be quick with one session and hang with
   * the others.
   */
  private boolean onlyLate(Destination destination, long now) {
    return late.getAsBoolean()
        && destination.quick(now)
        && destination.lineGoesWithin(PATIENCE_IF_LATE_NANOS, now, share());
  }

  private Admission.Grant granted(
      Destination destination, String organization, long now, boolean notice) {
    busy++;
    boolean quick = destination.quick(now);
    if (!quick) {
      unproven.start(now);
    }
    if (notice) {
      notices.start(now);
      destination.notices++;
    }
    return new Admission.Grant(
        new Slot(destination, organization, destination.start(now, share()), now, quick, notice));
  }

  private Admission.HandBack busy(Destination destination, String organization, long now) {
    return new Admission.HandBack(
        destination.handBack(now, share()), destination.busyDetail(organization, now, share()));
  }

  private Destination destination(String route, long now) {
    Destination known = destinations.get(route);
    if (known != null) {
      return known;
    }
    if (destinations.size() >= settings.kept()) {
      Iterator<Destination> eldest = destinations.values().iterator();
      while (eldest.hasNext()) {
        if (eldest.next().idle()) {
          eldest.remove();
          break;
        }
      }
    }
    Destination fresh = new Destination(route, settings, now);
    destinations.put(route, fresh);
    return fresh;
  }

  private double share() {
    return Math.clamp(share.getAsDouble(), 1e-3, 1);
  }

  /**
   * The states that {@code mail.routes} needs now, the most important ones first. Forgets the
   * destinations of which nothing is left to know.
   */
  public List<RouteState> statesToPublish(String replica, int most) {
    record Publication(Destination destination, RouteState state) {}
    long now = clock.getAsLong();
    List<Publication> worth = new ArrayList<>();
    inSlices(
        destination -> {
          RouteState state = destination.state(replica, share());
          if (destination.worthPublishing(state, now, PUBLISHED_AGAIN)) {
            worth.add(new Publication(destination, state));
          }
          if (destination.forgettable(now, MEMORY)) {
            destinations.remove(destination.route, destination);
          }
        });
    worth.sort(Comparator.comparingInt(one -> one.destination().rank()));
    List<Publication> chosen = worth.subList(0, Math.min(most, worth.size()));
    synchronized (this) {
      chosen.forEach(one -> one.destination().published(one.state(), now));
    }
    return chosen.stream().map(Publication::state).toList();
  }

  /** Deliveries that run. */
  public synchronized int busy() {
    return busy;
  }

  /** Deliveries that wait for a slot. */
  public synchronized int waiting() {
    return waiting;
  }

  /** Destinations remembered. */
  public synchronized int known() {
    return destinations.size();
  }

  /** Destinations that are dead. */
  public int dead() {
    int[] dead = {0};
    inSlices(destination -> dead[0] += destination.dead() ? 1 : 0);
    return dead[0];
  }

  /**
   * Each destination that is known now, {@value #SLICE} at a time under the lock: a delivery that
   * needs the lock waits for one slice, not for ten thousand destinations.
   */
  private void inSlices(Consumer<Destination> use) {
    List<Destination> all;
    synchronized (this) {
      all = List.copyOf(destinations.values());
    }
    for (int from = 0; from < all.size(); from += SLICE) {
      List<Destination> slice = all.subList(from, Math.min(from + SLICE, all.size()));
      synchronized (this) {
        slice.forEach(use);
      }
    }
  }

  /** Deliveries that may run to a destination here; null: nothing is known of it. */
  public synchronized @Nullable Integer limit(String route) {
    Destination known = destinations.get(route);
    return known == null ? null : known.limit(share());
  }
}
