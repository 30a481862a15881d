package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.log.LogSettings;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.MBeanServer;
import javax.management.MBeanServerDelegate;
import javax.management.MBeanServerNotification;
import javax.management.NotificationListener;
import org.junit.jupiter.api.Test;

/** A console whose database is away asks for it, and costs nothing else. */
class WithoutADatabaseTest {
  private static final String CLIENT = "of-a-console-without-a-database";

  @Test
  void noClientOfKafkaIsMade() throws Exception {
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
