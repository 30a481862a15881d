package io.postern.delivery.session;

import io.postern.delivery.route.SessionKey;
import io.postern.service.Every;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Idle sessions, kept by their {@link SessionKey}. Bounded in number, idle time and uses; a session
 * over a bound gets QUIT. Any thread, and none waits for a host. The taker of a session puts it
 * before the gate again.
 */
public final class Connections implements AutoCloseable {
  private record IdleSession(Session session, long sinceNanos) {}

  // Each for the patience of QUIT at most; while so many hosts keep silent further sessions just
  // end.
  private static final int MAX_QUITTING = 500;

  private final Semaphore quitting;
  private final int maxIdle;
  private final int maxUses;
  private final Duration maxIdleTime;
  private final Duration quitPatience;
  private final Map<SessionKey, Deque<IdleSession>> idle = new HashMap<>();
  private int count;
  private boolean closed;
  private final Every every =
      new Every(
          Connections.class,
          "idle-connections",
          "idle connections could not be closed; will be retried");

  public Connections(int maxIdle, int maxUses, Duration maxIdleTime, Duration quitPatience) {
    this(maxIdle, maxUses, maxIdleTime, quitPatience, MAX_QUITTING);
  }

  /**
   * @param maxQuitting sessions that wait for the answer to QUIT
   */
  Connections(
      int maxIdle, int maxUses, Duration maxIdleTime, Duration quitPatience, int maxQuitting) {
    this.quitting = new Semaphore(maxQuitting);
    this.maxIdle = maxIdle;
    this.maxUses = maxUses;
    this.maxIdleTime = maxIdleTime;
    this.quitPatience = quitPatience;
    every.repeat(Duration.ofMillis(Math.max(50, maxIdleTime.toMillis() / 5)), () -> sweep(false));
  }

  /**
   * The session used last, for the caller alone; null: none. One whose host has sent something is
   * not returned: most likely a 421 (RFC 5321 §3.8).
   *
   * @param most of the connector, transactions over one; 0: any number. A session that has had as
   *     many by another connector's deliveries is left to these
   */
  public synchronized @Nullable Session take(SessionKey key, int most) {
    Deque<IdleSession> sessions = idle.get(key);
    if (sessions == null) {
      return null;
    }
    Session taken = null;
    Iterator<IdleSession> each = sessions.descendingIterator();
    while (taken == null && each.hasNext()) {
      Session session = each.next().session();
      if (most == 0 || session.uses() < most) {
        each.remove();
        count--;
        if (session.dialogue.inputArrived()) {
          quit(session);
        } else {
          taken = session;
        }
      }
    }
    if (sessions.isEmpty()) {
      idle.remove(key);
    }
    return taken;
  }

  /** Whether {@link #take} would find one just now. */
  public synchronized boolean has(SessionKey key, int most) {
    Deque<IdleSession> sessions = idle.get(key);
    return sessions != null
        && sessions.stream().anyMatch(each -> most == 0 || each.session().uses() < most);
  }

  /**
   * Gives a session back for reuse, or has it {@link #quit}.
   *
   * @param most see {@link #take}
   */
  public void keep(Session session, int most) {
    if (session.uses() >= maxUses
        || most > 0 && session.uses() >= most
        || session.exhausted()
        || session.dialogue.inputArrived()
        || !park(session)) {
      quit(session);
    }
  }

  /**
   * Says QUIT to a session that its caller has no more use for, on a thread of its own: an outcome
   * that waited for the host's answer would not be recorded meanwhile (G5 a), and its slot be
   * taken.
   */
  public void quit(Session session) {
    if (!quitting.tryAcquire()) {
      session.abort(); // RFC 5321 §4.1.1.10 asks for QUIT, and nothing hangs on it
      return;
    }
    Thread.startVirtualThread(
        () -> {
          try {
            session.quit(quitPatience);
          } finally {
            quitting.release();
          }
        });
  }

  public synchronized int idle() {
    return count;
  }

  private synchronized boolean park(Session session) {
    if (closed || count >= maxIdle) {
      return false;
    }
    idle.computeIfAbsent(session.key, k -> new ArrayDeque<>())
        .addLast(new IdleSession(session, System.nanoTime()));
    count++;
    return true;
  }

  private void sweep(boolean all) {
    List<Session> over = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      Iterator<Deque<IdleSession>> each = idle.values().iterator();
      while (each.hasNext()) {
        Deque<IdleSession> sessions = each.next();
        while (!sessions.isEmpty()
            && (all || now - sessions.getFirst().sinceNanos() > maxIdleTime.toNanos())) {
          over.add(sessions.removeFirst().session());
          count--;
        }
        if (sessions.isEmpty()) {
          each.remove();
        }
      }
    }
    over.forEach(this::quit);
  }

  /** QUIT to all; nothing is kept any more. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    every.close();
    sweep(true);
  }
}
