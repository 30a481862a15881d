package io.postern.log;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock's condition for which one thread at a time waits, with a deadline. A wait with a time-out
 * would make the virtual threads' scheduler set a timer and wake a thread for it, each time; here
 * one daemon thread looks at all waits every 100 ms, and ends those that are overdue. Any thread
 * that has the lock.
 */
public final class WatchedCondition {
  private static final long PERIOD_NANOS = 100_000_000;
  private static final Set<WatchedCondition> WAITING = ConcurrentHashMap.newKeySet();

  static {
    Thread.ofPlatform().daemon().name("log-wait-watch").start(WatchedCondition::look);
  }

  private final ReentrantLock lock;
  private final Condition changed;
  private volatile long deadline;

  public WatchedCondition(ReentrantLock lock) {
    this.lock = lock;
    this.changed = lock.newCondition();
  }

  /**
   * Waits for a signal, or without reason (see {@link Condition}).
   *
   * @param until of System.nanoTime(); a wait ends within 100 ms behind it
   * @return false: it has passed
   */
  @SuppressWarnings("WaitNotInLoop") // the caller's is one
  public boolean await(long until) throws InterruptedException {
    if (until - System.nanoTime() <= 0) {
      return false;
    }
    deadline = until;
    WAITING.add(this);
    try {
      changed.await();
    } finally {
      WAITING.remove(this);
    }
    return true;
  }

  public void signalAll() {
    changed.signalAll();
  }

  private static void look() {
    while (true) {
      LockSupport.parkNanos(PERIOD_NANOS);
      try {
        long now = System.nanoTime();
        for (WatchedCondition waiting : WAITING) {
          waiting.endOverdue(now);
        }
      } catch (OutOfMemoryError e) {
        // looked at again in 100 ms: without this thread a wait might never end
      }
    }
  }

  private void endOverdue(long now) {
    if (deadline - now < 0) {
      lock.lock();
      try {
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
