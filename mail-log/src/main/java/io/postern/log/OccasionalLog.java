package io.postern.log;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** One clear line now and then about something that may go on for hours. Any thread. */
public final class OccasionalLog {
  private static final long PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

  private final System.Logger logger;
  private long silentUntil;
  private boolean spoken;

  public OccasionalLog(Class<?> owner) {
    logger = System.getLogger(owner.getName());
  }

  /** Says why, unless it said something within the last 30 s. */
  public synchronized void warn(String what, @Nullable Throwable cause) {
    if (mayBeSaid()) {
      logger.log(System.Logger.Level.WARNING, what + why(cause));
    }
  }

  /** The same, as an error with its trace where the cause is none of the log's. */
  public synchronized void failed(String what, Exception cause) {
    if (cause instanceof KafkaException || !(cause instanceof RuntimeException)) {
      warn(what, cause);
    } else if (mayBeSaid()) {
      logger.log(System.Logger.Level.ERROR, what, cause);
    }
  }

  private boolean mayBeSaid() {
    long now = System.nanoTime();
    if (spoken && now - silentUntil < 0) {
      return false;
    }
    spoken = true;
    silentUntil = now + PAUSE_NANOS;
    return true;
  }

  /** Says that it is over, if there was something to say. */
  public synchronized void over(String what) {
    if (spoken) {
      spoken = false;
      logger.log(System.Logger.Level.INFO, what);
    }
  }

  // Kafka's own exceptions say little; what lies under them says more.
  private static String why(@Nullable Throwable cause) {
    if (cause == null) {
      return "";
    }
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root == cause ? ": " + cause : ": " + cause + " (" + root + ")";
  }
}
