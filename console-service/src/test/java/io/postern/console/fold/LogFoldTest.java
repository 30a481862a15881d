package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.log.LogSettings;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.MBeanServer;
import javax.management.MBeanServerDelegate;
import javax.management.MBeanServerNotification;
import javax.management.NotificationListener;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.junit.jupiter.api.Test;

class LogFoldTest {
  private static final String CLIENT = "of-a-console-without-a-database";

  /** Where others are read up, or paused, the broker would wait for octets that it may not send. */
  @Test
  void aPartitionThatIsReadByItselfFillsAFetch() {
    Properties properties =
        LogFold.properties(new LogSettings(Map.of("bootstrap.servers", "127.0.0.1:1")));
    assertThat(octets(properties, ConsumerConfig.FETCH_MIN_BYTES_CONFIG))
        .isLessThanOrEqualTo(octets(properties, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG));
  }

  private static int octets(Properties properties, String key) {
    return (int) Objects.requireNonNull(properties.get(key), key);
  }

  /** A console whose database is away asks for it, and costs nothing else. */
  @Test
  void withoutADatabaseNoClientOfKafkaIsMade() throws Exception {
    LogSettings log =
        new LogSettings(Map.of("bootstrap.servers", "127.0.0.1:1", "client.id", CLIENT));
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger clients = new AtomicInteger();
    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    // Each client registers one.
    NotificationListener listener =
        (registered, _) -> {
          if (registered instanceof MBeanServerNotification bean
              && bean.getMBeanName().toString().contains(CLIENT)) {
            clients.incrementAndGet();
          }
        };
    beans.addNotificationListener(MBeanServerDelegate.DELEGATE_NAME, listener, null, null);
    try (LogFold fold =
        new LogFold(
            log,
            new LogFold.Link("jdbc:postgresql://127.0.0.1:1/none", "user", "password"),
            DirectoryAgainTest.settings(),
            () -> asked.incrementAndGet() < 0)) {
      fold.start();
      await().atMost(Duration.ofSeconds(60)).until(() -> asked.get() >= 3);
      assertThat(fold.ready()).isFalse();
    } finally {
      beans.removeNotificationListener(MBeanServerDelegate.DELEGATE_NAME, listener);
    }
    assertThat(clients).hasValue(0);
  }
}
