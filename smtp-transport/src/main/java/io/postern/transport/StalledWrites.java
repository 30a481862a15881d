package io.postern.transport;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends writes to peers that have stopped reading: a blocking channel has no write time-out. One
 * daemon thread looks at all open sockets every 100 ms; a socket whose write has passed its
 * deadline is closed, which wakes the writer. Any thread.
 */
final class StalledWrites {
  private static final long PERIOD_NANOS = 100_000_000;
  private static final Set<Socket> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Thread.ofPlatform().daemon().name("smtp-stalled-writes").start(StalledWrites::look);
  }

  private StalledWrites() {}

  static void watch(Socket socket) {
    OPEN.add(socket);
  }

  static void forget(Socket socket) {
    OPEN.remove(socket);
  }

  private static void look() {
    while (true) {
      LockSupport.parkNanos(PERIOD_NANOS);
      try {
        long now = System.nanoTime();
        for (Socket socket : OPEN) {
          socket.endStalledWrite(now);
        }
      } catch (OutOfMemoryError e) {
        // looked at again in 100 ms: without this thread a stalled writer would never end
      }
    }
  }
}
