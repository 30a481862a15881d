package io.postern.policy.notices;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.log.LogSettings;
import io.postern.policy.LogLab;
import io.postern.policy.MailBudget;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A notice writer in a process of its own that stops for ever between sending and committing, and
 * says so: to be killed there. Argument: the broker.
 */
public final class NoticeWriterProcess {
  private NoticeWriterProcess() {}

  public static void main(String[] args) throws InterruptedException {
    LogSettings settings = LogLab.settings(args[0]);
    CountDownLatch never = new CountDownLatch(1);
    NoticeWriter.worker(
            settings,
            new NoticeWriter(
                settings,
                new MailBudget(Duration.ofHours(1), 1_000, 1_000, System::currentTimeMillis),
                Optional.empty(),
                new NoticeMetrics(new SimpleMeterRegistry()),
                () -> Optional.of(LogLab.directory(LogLab.FILE)),
                () -> {
                  System.out.println("sent");
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }))
        .start();
    never.await();
  }
}
