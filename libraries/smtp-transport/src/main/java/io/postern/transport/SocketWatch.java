package io.postern.transport;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * The end of reads and writes that are overdue. A blocking channel has no write time-out; a read
 * with one would make the virtual threads' scheduler set a timer and wake a thread for it, each
 * time. One daemon thread looks at all open sockets instead: every 100 ms, and with more than
 * {@value #PROMPT} open in as many hundreds of milliseconds as there are ten thousands, so that its
 * cost has a bound and an end may be a second late with 100,000. Any thread.
 */
final class SocketWatch {
  private static final Logger LOG = Logger.getLogger(SocketWatch.class);
  private static final long PERIOD_NANOS = 100_000_000;
  private static final int PROMPT = 10_000;
  private static final Set<TimedSocket> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Thread.ofPlatform().daemon().name("smtp-socket-watch").start(SocketWatch::look);
  }

  private SocketWatch() {}

  static void watch(TimedSocket socket) {
    OPEN.add(socket);
  }

  static void forget(TimedSocket socket) {
    OPEN.remove(socket);
  }

  private static void look() {
    while (true) {
      LockSupport.parkNanos(PERIOD_NANOS * (1 + OPEN.size() / PROMPT));
      try {
        long now = System.nanoTime();
        for (TimedSocket socket : OPEN) {
          look(socket, now);
        }
      } catch (OutOfMemoryError e) {
        // it looks again in 100 ms: without this thread a silent peer would hold us for ever
      }
    }
  }

  private static void look(TimedSocket socket, long now) {
    try {
      socket.endOverdue(now);
    } catch (RuntimeException fault) { // its owner could not say whether it still waits
      LOG.error("A connection was ended because of an internal error", fault);
      socket.abort();
    }
  }
}
