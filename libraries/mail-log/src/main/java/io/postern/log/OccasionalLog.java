package io.postern.log;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Log lines now and then about a condition that may last for hours. Any thread. */
public final class OccasionalLog {
  private static final long PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

  private final Logger logger;
  private long silentUntil;
  private boolean logged;

  public OccasionalLog(Class<?> owner) {
    logger = Logger.getLogger(owner);
  }

  /** Logs the line with its cause, unless it logged one within the last 30 s. */
  public synchronized void warn(String line, @Nullable Throwable cause) {
    if (mayLog()) {
      logger.warn(line + root(cause));
    }
  }

  /** The same; an error with its stack trace if the cause is none of the log's. */
  public synchronized void failed(String line, Exception cause) {
    if (cause instanceof KafkaException || !(cause instanceof RuntimeException)) {
      warn(line, cause);
    } else if (mayLog()) {
      logger.error(line, cause);
    }
  }

  private boolean mayLog() {
    long now = System.nanoTime();
    if (logged && now - silentUntil < 0) {
      return false;
    }
    logged = true;
    silentUntil = now + PAUSE_NANOS;
    return true;
  }

  /** Logs the end of the condition, if its beginning was logged. */
  public synchronized void over(String line) {
    if (logged) {
      logged = false;
      logger.info(line);
    }
  }

  // Kafka's own exceptions say little; their root cause says more.
  private static String root(@Nullable Throwable cause) {
    if (cause == null) {
      return "";
    }
    Throwable deepest = cause;
    while (deepest.getCause() != null && deepest.getCause() != deepest) {
      deepest = deepest.getCause();
    }
    return deepest == cause ? ": " + cause : ": " + cause + " (" + deepest + ")";
  }
}
