package io.postern.delivery.position;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One clear line now and then about an outage that may last for hours. Owner: one thread. */
final class Complaints {
  private static final long PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

  private final System.Logger log;
  private @Nullable String last;
  private long silentUntil;

  Complaints(Class<?> owner) {
    log = System.getLogger(owner.getName());
  }

  /** Says it, unless the same was said within the last 30 s. */
  void say(String what, @Nullable Throwable why) {
    long now = System.nanoTime();
    if (!what.equals(last) || now - silentUntil >= 0) {
      last = what;
      silentUntil = now + PAUSE_NANOS;
      log.log(System.Logger.Level.WARNING, why == null ? what : what + ": " + why);
    }
  }

  /** Says that it is over, if there was something to say. */
  void over(String what) {
    if (last != null) {
      last = null;
      log.log(System.Logger.Level.INFO, what);
    }
  }
}
