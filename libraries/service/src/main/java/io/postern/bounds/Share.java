package io.postern.bounds;

import io.micrometer.core.instrument.Metrics;
import io.postern.bounds.NoPlaceException.Whose;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A bound that is held and given back: an amount for all, of which an organization holds at most a
 * part, and each user a part of that. An organization (or a user of all organizations) that holds a
 * place takes a further one only if as many as it then holds stay free, so that the last ones are
 * for those who have none. What is held is never taken away. Who holds nothing is forgotten.
 * Thread-safe; only {@link #await} blocks.
 */
public final class Share {
  private static final int MOST_WAITING = 16; // of one user

  private final @Nullable Bound bound;
  private final long all;
  private final long ofOrganization;
  private final long ofUser;
  private final boolean leavesFree;
  private final Map<String, Long> held = new HashMap<>(); // guarded by this
  private final Map<String, Integer> waiting = new HashMap<>(); // the same
  private long taken; // the same

  /** Of the API's table. */
  public Share(Bound bound) {
    this(
        bound,
        bound.all(),
        bound.ofOrganization(),
        bound.ofUser(),
        bound.unit() == Bound.Unit.PLACES);
  }

  /**
   * @param all places or bytes
   * @param ofOwner at most so many of them for one owner
   */
  public Share(long all, long ofOwner) {
    this(null, all, all, ofOwner, false);
  }

  private Share(
      @Nullable Bound bound, long all, long ofOrganization, long ofUser, boolean leavesFree) {
    this.bound = bound;
    this.all = all;
    this.ofOrganization = ofOrganization;
    this.ofUser = ofUser;
    this.leavesFree = leavesFree;
  }

  /** What is held until it is closed; closing it again means nothing. Thread-safe. */
  public final class Held implements AutoCloseable {
    private final Holder holder;
    private long amount; // guarded by the share

    private Held(Holder holder) {
      this.holder = holder;
    }

    /** False: the owner or all have no such amount left, and what was held stays held. */
    public boolean tryGrow(long more) {
      synchronized (Share.this) {
        if (lacking(holder, more) != null) {
          return false;
        }
        add(holder, more);
        amount += more;
        return true;
      }
    }

    /**
     * @throws NoPlaceException there is no such amount left, and what was held stays held
     */
    public void grow(long more) {
      synchronized (Share.this) {
        Whose whose = lacking(holder, more);
        if (whose != null) {
          throw refused(whose, holder);
        }
        add(holder, more);
        amount += more;
      }
    }

    /**
     * Runs the task on a thread of its own. What is held is given back at its end, also if the
     * thread cannot start.
     */
    public void during(ThreadFactory threads, Runnable task) {
      boolean started = false;
      try {
        threads
            .newThread(
                () -> {
                  try (this) {
                    task.run();
                  }
                })
            .start();
        started = true;
      } finally {
        if (!started) {
          close();
        }
      }
    }

    @Override
    public void close() {
      synchronized (Share.this) {
        add(holder, -amount);
        amount = 0;
        if (!waiting.isEmpty()) {
          Share.this.notifyAll();
        }
      }
    }
  }

  /**
   * @return null: the owner or all have no such amount left
   */
  public @Nullable Held take(String owner, long amount) {
    Held taken = new Held(new Holder(owner, ""));
    return taken.tryGrow(amount) ? taken : null;
  }

  /**
   * @throws NoPlaceException the user, its organization or all have no such amount left
   */
  public Held take(Holder holder, long amount) {
    Held taken = new Held(holder);
    taken.grow(amount);
    return taken;
  }

  /**
   * One place, which is waited for; by 16 calls of a user at most.
   *
   * @throws NoPlaceException there was none in time
   */
  public synchronized Held await(Holder holder, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    Whose whose = lacking(holder, 1);
    if (whose != null) {
      if (waiting.getOrDefault(holder.user(), 0) >= MOST_WAITING) {
        throw refused(Whose.USER, holder);
      }
      waiting.merge(holder.user(), 1, Integer::sum);
      try {
        while (whose != null) {
          long left = (end - System.nanoTime()) / 1_000_000;
          if (left <= 0) {
            throw refused(whose, holder);
          }
          wait(left);
          whose = lacking(holder, 1);
        }
      } finally {
        waiting.computeIfPresent(holder.user(), (_, count) -> count == 1 ? null : count - 1);
      }
    }
    return take(holder, 1);
  }

  /** Whose part has no such amount left; null: all have. */
  private @Nullable Whose lacking(Holder holder, long more) {
    long user = held.getOrDefault(user(holder), 0L);
    if (more > ofUser - user) {
      return Whose.USER;
    }
    boolean limited = !holder.organization().isEmpty();
    long organization = limited ? held.getOrDefault(organization(holder), 0L) : user;
    if (limited && more > ofOrganization - organization) {
      return Whose.ORGANIZATION;
    }
    long free = all - taken;
    if (more > free) {
      return Whose.ALL;
    }
    boolean leaves = !leavesFree || organization == 0 || organization + more <= free - more;
    return leaves ? null : limited ? Whose.ORGANIZATION : Whose.USER;
  }

  private void add(Holder holder, long amount) {
    taken += amount;
    change(user(holder), amount);
    if (!holder.organization().isEmpty()) {
      change(organization(holder), amount);
    }
  }

  private void change(String owner, long amount) {
    if (amount == 0) {
      return;
    }
    held.merge(owner, amount, (before, more) -> before + more == 0 ? null : before + more);
  }

  private static String user(Holder holder) {
    return "user " + holder.user();
  }

  private static String organization(Holder holder) {
    return "organization " + holder.organization();
  }

  private NoPlaceException refused(Whose whose, Holder holder) {
    if (bound == null) {
      throw new IllegalStateException("a share without a row in the table is taken by owner");
    }
    Metrics.counter(
            "postern.bounds.refused",
            "bound",
            label(bound),
            "of",
            whose.name().toLowerCase(Locale.ROOT))
        .increment();
    return new NoPlaceException(bound, whose, holder);
  }

  private static String label(Bound bound) {
    return bound.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
