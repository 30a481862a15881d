package io.postern.policy.decider;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.log.LogSettings;
import io.postern.policy.LogLab;
import io.postern.policy.Worker;
import io.postern.rules.Directory;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.Producer;

/**
 * A decider in a process of its own that stops for ever between writing Decisions and committing
 * its position, and says so: to be killed there. Arguments: the broker; before which message's
 * Decision.
 */
public final class DeciderProcess {
  private DeciderProcess() {}

  public static void main(String[] args) throws InterruptedException {
    LogSettings settings = LogLab.settings(args[0]);
    Directory directory = LogLab.directory(LogLab.FILE);
    CountDownLatch never = new CountDownLatch(1);
    Worker worker =
        Decider.worker(
            settings,
            new Decider(
                settings,
                () -> Optional.of(directory),
                Optional::empty,
                new DeciderMetrics(new SimpleMeterRegistry()),
                () -> {
                  Producer<String, byte[]> producer = DecisionLog.producer(settings);
                  return FlakyProducer.of(
                      producer,
                      record -> {
                        if (args[1].equals(record.key())) {
                          producer.flush();
                          stopForEver(never);
                        }
                        return FlakyProducer.Fate.SENT;
                      });
                },
                System::nanoTime));
    worker.start();
    never.await();
  }

  private static void stopForEver(CountDownLatch never) {
    System.out.println("sent");
    try {
      never.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
