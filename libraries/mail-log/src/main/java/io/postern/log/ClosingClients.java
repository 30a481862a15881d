package io.postern.log;

import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;

/** Admin clients that close within a second: Kafka's own wait long when the log is away. */
public final class ClosingClients {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private ClosingClients() {}

  public static AutoCloseableQuietly closing(Admin admin) {
    return () -> admin.close(PATIENCE);
  }

  /** A client in try-with-resources, closed without an exception. */
  public interface AutoCloseableQuietly extends AutoCloseable {
    @Override
    void close();
  }
}
