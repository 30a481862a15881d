package io.postern.log;

import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;

/** Clients that close within a second: Kafka's own wait for an answer that may not come. */
public final class ClosingClients {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private ClosingClients() {}

  public static AutoCloseableQuietly closing(Admin admin) {
    return () -> admin.close(PATIENCE);
  }

  /** Of a consumer that is in no group. */
  public static AutoCloseableQuietly closing(Consumer<?, ?> consumer) {
    return () -> consumer.close(CloseOptions.timeout(PATIENCE));
  }

  /** A client in try-with-resources, closed without an exception. */
  public interface AutoCloseableQuietly extends AutoCloseable {
    @Override
    void close();
  }
}
