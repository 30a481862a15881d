package io.postern.policy.directory;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Turns of organizations at something that few have at a time: each organization has one, in the
 * order in which they came, so that its administrators keep only their own organization waiting.
 * Bounds: 16 of an organization, its present one included; entries only while somebody has or
 * awaits a turn. Any thread that may block.
 */
final class Turns {
  private static final int MOST = 16;

  private final Map<String, Line> lines = new HashMap<>(); // guarded by this

  private static final class Line {
    final Semaphore place = new Semaphore(1, true);
    int length; // guarded by the turns
  }

  /** Ends the turn when it is closed. */
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /** Null: too many wait, or it did not come in time. */
  @Nullable Turn await(String organization, long nanos) throws InterruptedException {
    Line line = enter(organization);
    if (line == null) {
      return null;
    }
    boolean has = false;
    try {
      has = line.place.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    } finally {
      if (!has) {
        leave(organization, line);
      }
    }
    return has
        ? () -> {
          line.place.release();
          leave(organization, line);
        }
        : null;
  }

  private synchronized @Nullable Line enter(String organization) {
    Line line = lines.computeIfAbsent(organization, id -> new Line());
    if (line.length >= MOST) {
      return null;
    }
    line.length++;
    return line;
  }

  private synchronized void leave(String organization, Line line) {
    line.length--;
    if (line.length == 0) {
      lines.remove(organization);
    }
  }

  synchronized int organizations() {
    return lines.size();
  }
}
