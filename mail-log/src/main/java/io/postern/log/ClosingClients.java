package io.postern.log;

import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;

/**
 * Kafka's clients wait long for a log that is away when they are closed; these end within a second.
 */
public final class ClosingClients {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private ClosingClients() {}

  public static AutoCloseableQuietly closing(Admin admin) {
    return () -> admin.close(PATIENCE);
  }

  /** For try-with-resources. */
  public interface AutoCloseableQuietly extends AutoCloseable {
    @Override
    void close();
  }
}
