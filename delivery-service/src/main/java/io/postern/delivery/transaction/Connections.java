package io.postern.delivery.transaction;

import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.TlsRequirement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Idle sessions, kept by address, host name, protocol and the whole requirement (G3), so that
 * nothing is ever sent over a connection made for another requirement. Bounded in number, idle time
 * and uses; what is over a bound gets QUIT. Any thread. Whoever takes a session puts it before the
 * gate again.
 */
public final class Connections implements AutoCloseable {
  record Key(Target target, HopProtocol protocol, TlsRequirement requirement) {}

  private record Idle(Session session, long since) {}

  private final int maxIdle;
  private final int maxUses;
  private final Duration maxIdleTime;
  private final Duration quitPatience;
  private final Map<Key, Deque<Idle>> idle = new HashMap<>();
  private int count;
  private boolean closed;
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("idle-connections").daemon().unstarted(task));

  public Connections(int maxIdle, int maxUses, Duration maxIdleTime, Duration quitPatience) {
    this.maxIdle = maxIdle;
    this.maxUses = maxUses;
    this.maxIdleTime = maxIdleTime;
    this.quitPatience = quitPatience;
    long period = Math.max(50, maxIdleTime.toMillis() / 5);
    var unused =
        sweeper.scheduleWithFixedDelay(() -> sweep(false), period, period, TimeUnit.MILLISECONDS);
  }

  /** The session used last, for the caller alone; null: none. */
  synchronized @Nullable Session take(Key key) {
    Deque<Idle> sessions = idle.get(key);
    if (sessions == null) {
      return null;
    }
    Idle last = sessions.removeLast();
    count--;
    if (sessions.isEmpty()) {
      idle.remove(key);
    }
    return last.session();
  }

  /** Gives a session back for reuse, or says QUIT on the calling thread. */
  void keep(Key key, Session session) {
    if (session.uses() >= maxUses || session.dialogue().inputBuffered() || !park(key, session)) {
      session.quit(quitPatience);
    }
  }

  public synchronized int idle() {
    return count;
  }

  private synchronized boolean park(Key key, Session session) {
    if (closed || count >= maxIdle) {
      return false;
    }
    idle.computeIfAbsent(key, k -> new ArrayDeque<>())
        .addLast(new Idle(session, System.nanoTime()));
    count++;
    return true;
  }

  private void sweep(boolean all) {
    List<Session> over = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      Iterator<Deque<Idle>> each = idle.values().iterator();
      while (each.hasNext()) {
        Deque<Idle> sessions = each.next();
        while (!sessions.isEmpty()
            && (all || now - sessions.getFirst().since() > maxIdleTime.toNanos())) {
          over.add(sessions.removeFirst().session());
          count--;
        }
        if (sessions.isEmpty()) {
          each.remove();
        }
      }
    }
    over.forEach(session -> Thread.startVirtualThread(() -> session.quit(quitPatience)));
  }

  /** QUIT to all; nothing is kept any more. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    sweeper.shutdownNow();
    sweep(true);
  }
}
