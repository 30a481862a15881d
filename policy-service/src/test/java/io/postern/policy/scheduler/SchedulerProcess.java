package io.postern.policy.scheduler;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.policy.LogLab;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A scheduler in a process of its own, to be killed. Arguments: the broker, the state folder, and
 * "hourly" for attempts that do not follow each other at once.
 */
public final class SchedulerProcess {
  /** Attempts follow each other within half a second. */
  static final ScheduleTimes FAST =
      new ScheduleTimes(
          List.of(Duration.ofMillis(500)),
          List.of(Duration.ofMillis(500)),
          Duration.ofHours(4),
          Duration.ofDays(14),
          Duration.ofMinutes(12));

  private static final ScheduleTimes HOURLY =
      new ScheduleTimes(
          List.of(Duration.ofHours(1)),
          List.of(Duration.ofHours(1)),
          Duration.ofHours(4),
          Duration.ofDays(14),
          Duration.ofMinutes(12));

  private SchedulerProcess() {}

  public static void main(String[] args) throws InterruptedException {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    ScheduleTimes times = args.length > 2 && args[2].equals("hourly") ? HOURLY : FAST;
    try (Scheduler scheduler = scheduler(args[0], Path.of(args[1]), times, registry)) {
      scheduler.start();
      CountDownLatch never = new CountDownLatch(1);
      boolean said = false;
      while (!never.await(20, TimeUnit.MILLISECONDS)) {
        if (!said && scheduler.ready()) {
          System.out.println("running");
          said = true;
        }
        if (said && times == HOURLY) {
          System.out.println("waiting " + (long) waiting(registry));
        }
      }
    }
  }

  private static double waiting(SimpleMeterRegistry registry) {
    return registry.get("postern.scheduler.entries").tag("state", "waiting").gauge().value();
  }

  static Scheduler scheduler(String bootstrap, Path folder) {
    return scheduler(bootstrap, folder, FAST, new SimpleMeterRegistry());
  }

  static Scheduler scheduler(
      String bootstrap, Path folder, ScheduleTimes times, SimpleMeterRegistry registry) {
    return new Scheduler(
        LogLab.settings(bootstrap),
        Deployment.singleNode(LogLab.PARTITIONS),
        folder,
        times,
        new SchedulerMetrics(registry),
        why -> {
          throw new IllegalStateException(why);
        });
  }
}
