package io.postern.policy;

import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * One clear line now and then about something that may go on for hours, and one when it is over.
 * Owner: one thread.
 */
public final class OccasionalLine {
  private static final long PAUSE = Duration.ofSeconds(30).toNanos();

  private final Logger log;
  private boolean spoken;
  private long spokenAt;

  public OccasionalLine(Class<?> owner) {
    log = Logger.getLogger(owner);
  }

  /** Says so, unless it said something within the last 30 s. */
  public void warn(String what, Throwable cause) {
    long now = System.nanoTime();
    if (spoken && now - spokenAt < PAUSE) {
      return;
    }
    spoken = true;
    spokenAt = now;
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    log.warnf(root == cause ? "%s: %s" : "%s: %s (%s)", what, cause, root);
  }

  /** Says that it is over, if there was something to say. */
  public void over(String what) {
    if (spoken) {
      spoken = false;
      log.info(what);
    }
  }
}
