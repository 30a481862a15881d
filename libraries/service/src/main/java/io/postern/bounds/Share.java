package io.postern.bounds;

import io.micrometer.core.instrument.Metrics;
import io.postern.bounds.NoPlaceException.Whose;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A bound that is held and given back: an amount for all, of which each owner holds at most a part.
 * An owner that holds something may be bound to a part of what stays free, so that the last of it
 * is for those who have none. What is held is never taken away. Who holds nothing is forgotten.
 * Those who wait get what comes back in the order of their coming. Thread-safe; only {@code await}
 * blocks.
 */
public final class Share {
  private static final int MOST_WAITING = 16; // of one user

  /** What all owners together have at most; {@link Held#whoLacks} says so. */
  public static final Owner ALL = new Owner("all", 0, 0);

  /**
   * For whom an amount is held, and how much of it. Immutable.
   *
   * @param key by which it is known; comparable where clients choose it
   * @param most of it
   * @param ofFree an owner that holds something takes more only if it then holds at most one in so
   *     many of what then stays free; 0: all of it
   */
  public record Owner(Object key, long most, int ofFree) {}

  private final @Nullable Bound bound;
  private final long all;
  private final long ofOwner;
  private final Map<Object, Long> held = new HashMap<>(); // guarded by this
  private final Set<Waiting> queue = new LinkedHashSet<>(); // the same
  private final Map<String, Integer> waitingUsers = new HashMap<>(); // the same
  private volatile long taken; // written under the same

  /** Of the API's table. */
  public Share(Bound bound) {
    this(bound, bound.all(), bound.ofUser());
  }

  /**
   * @param all places or bytes
   * @param ofOwner at most so many of them for one owner
   */
  public Share(long all, long ofOwner) {
    this(null, all, ofOwner);
  }

  private Share(@Nullable Bound bound, long all, long ofOwner) {
    this.bound = bound;
    this.all = all;
    this.ofOwner = ofOwner;
  }

  /** What is held until it is closed; closing it again means nothing. Thread-safe. */
  public final class Held implements AutoCloseable {
    private final @Nullable Holder holder; // null: a share without a row in the table
    private List<Owner> owners; // guarded by the share
    private long amount; // the same

    private Held(@Nullable Holder holder, List<Owner> owners) {
      this.holder = holder;
      this.owners = owners;
    }

    /** False: an owner or all have no such amount left, and what was held stays held. */
    public boolean tryGrow(long more) {
      return whoLacks(more) == null;
    }

    /**
     * Grows, unless an owner has no such amount left.
     *
     * @return null: it has grown; else the owner, or {@link #ALL}, and what was held stays held
     */
    public @Nullable Owner whoLacks(long more) {
      synchronized (Share.this) {
        Owner lacks = lacking(owners, more);
        if (lacks == null) {
          add(owners, more);
          amount += more;
        }
        return lacks;
      }
    }

    /**
     * Passes all that is held to other owners.
     *
     * @return null: it is theirs; else the one that has no such amount left, and nothing changes
     */
    public @Nullable Owner passTo(List<Owner> others) {
      synchronized (Share.this) {
        add(owners, -amount);
        Owner lacks = lacking(others, amount);
        owners = lacks == null ? List.copyOf(others) : owners;
        add(owners, amount);
        return lacks;
      }
    }

    /**
     * @throws NoPlaceException there is no such amount left, and what was held stays held
     */
    public void grow(long more) {
      Owner lacks = whoLacks(more);
      if (lacks != null) {
        throw refused(holder, lacks);
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
        if (amount != 0) {
          add(owners, -amount);
          amount = 0;
          grantWaiting();
        }
      }
    }
  }

  /** Somebody who waits for an amount. */
  private static final class Waiting {
    final Held held;
    final long amount;
    final Thread thread = Thread.currentThread();
    volatile boolean granted;

    Waiting(Held held, long amount) {
      this.held = held;
      this.amount = amount;
    }
  }

  /** Holds nothing yet. */
  public Held holding(Owner... owners) {
    return new Held(null, List.of(owners));
  }

  /**
   * @return null: the owner or all have no such amount left
   */
  public @Nullable Held take(String owner, long amount) {
    Held taken = holding(new Owner(owner, ofOwner, 0));
    return taken.tryGrow(amount) ? taken : null;
  }

  /**
   * @throws NoPlaceException the user, its organization or all have no such amount left
   */
  public Held take(Holder holder, long amount) {
    Held taken = holding(holder);
    taken.grow(amount);
    return taken;
  }

  /**
   * An amount, which is waited for.
   *
   * @return null: it was not free in time
   */
  public @Nullable Held await(long amount, Duration patience, Owner... owners)
      throws InterruptedException {
    Held wanted = holding(owners);
    return grows(wanted, amount, patience) == null ? wanted : null;
  }

  /**
   * One place, which is waited for; by 16 calls of a user at most.
   *
   * @throws NoPlaceException there was none in time
   */
  public Held await(Holder holder, Duration patience) throws InterruptedException {
    Held wanted = holding(holder);
    Owner lacks = wanted.whoLacks(1);
    if (lacks != null) {
      synchronized (this) {
        if (waitingUsers.getOrDefault(holder.user(), 0) >= MOST_WAITING) {
          throw refused(holder, wanted.owners.getFirst());
        }
        waitingUsers.merge(holder.user(), 1, Integer::sum);
      }
      try {
        lacks = grows(wanted, 1, patience);
      } finally {
        synchronized (this) {
          waitingUsers.computeIfPresent(holder.user(), (_, count) -> count == 1 ? null : count - 1);
        }
      }
    }
    if (lacks != null) {
      throw refused(holder, lacks);
    }
    return wanted;
  }

  /** Null: it has grown; else who lacked it at the end of the patience. */
  private @Nullable Owner grows(Held wanted, long amount, Duration patience)
      throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    Waiting waiting = new Waiting(wanted, amount);
    synchronized (this) {
      if (wanted.tryGrow(amount)) {
        return null;
      }
      queue.add(waiting);
    }
    boolean interrupted = false;
    while (!waiting.granted && !interrupted && end - System.nanoTime() > 0) {
      LockSupport.parkNanos(this, end - System.nanoTime());
      interrupted = Thread.interrupted();
    }
    synchronized (this) {
      queue.remove(waiting);
      if (interrupted) {
        wanted.close();
        throw new InterruptedException();
      }
      return waiting.granted ? null : lacking(wanted.owners, amount);
    }
  }

  /** Something came back: in their order, those get theirs whom it is enough for. */
  private void grantWaiting() {
    for (Iterator<Waiting> each = queue.iterator(); each.hasNext() && free() > 0; ) {
      Waiting next = each.next();
      if (next.held.tryGrow(next.amount)) {
        each.remove();
        next.granted = true;
        LockSupport.unpark(next.thread);
      }
    }
  }

  /** What no owner holds. */
  public long free() {
    return all - taken;
  }

  /** Nearly all is held: four fifths. */
  public boolean scarce() {
    return free() * 5 <= all;
  }

  /** Held by one owner. */
  public synchronized long heldBy(Object key) {
    return held.getOrDefault(key, 0L);
  }

  private Held holding(Holder holder) {
    int ofFree = bound != null && bound.unit() == Bound.Unit.PLACES ? 1 : 0;
    boolean limited = !holder.organization().isEmpty();
    Owner user = new Owner("user " + holder.user(), ofOwner, limited ? 0 : ofFree);
    return new Held(
        holder,
        limited && bound != null
            ? List.of(
                user,
                new Owner("organization " + holder.organization(), bound.ofOrganization(), ofFree))
            : List.of(user));
  }

  /** Whose part has no such amount left; null: all have. */
  private @Nullable Owner lacking(List<Owner> owners, long more) {
    for (Owner owner : owners) {
      if (more > owner.most() - heldBy(owner.key())) {
        return owner;
      }
    }
    long free = free();
    if (more > free) {
      return ALL;
    }
    for (Owner owner : owners) {
      long own = heldBy(owner.key());
      if (owner.ofFree() > 0 && own > 0 && (own + more) * owner.ofFree() > free - more) {
        return owner;
      }
    }
    return null;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // its callers hold the lock
  private void add(List<Owner> owners, long amount) {
    if (amount == 0) {
      return;
    }
    taken += amount;
    for (Owner owner : owners) {
      held.merge(owner.key(), amount, (before, more) -> before + more == 0 ? null : before + more);
    }
  }

  private NoPlaceException refused(@Nullable Holder holder, Owner lacks) {
    if (bound == null || holder == null) {
      throw new IllegalStateException("a share without a row in the table is taken by owner");
    }
    Whose whose =
        lacks == ALL // the one object
            ? Whose.ALL
            : lacks.key().equals("user " + holder.user()) ? Whose.USER : Whose.ORGANIZATION;
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
