package io.postern.service;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a service that run, which end in the reverse of the order in which they began. Any
 * thread.
 */
public final class RunningParts implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(RunningParts.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>(); // guarded by this
  private boolean ended; // guarded by this

  /** Closes the part when its turn comes: at once if the service ends already. */
  public <T extends AutoCloseable> T add(T part) {
    synchronized (this) {
      if (!ended) {
        parts.push(part);
        return part;
      }
    }
    close(part);
    return part;
  }

  /** Waits as long as each part does. One that fails to close has a line in the log. */
  @Override
  public void close() {
    for (AutoCloseable part = next(); part != null; part = next()) {
      close(part);
    }
  }

  private synchronized @Nullable AutoCloseable next() {
    ended = true;
    return parts.poll();
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warnf(e, "%s did not close", part.getClass().getSimpleName());
    }
  }
}
