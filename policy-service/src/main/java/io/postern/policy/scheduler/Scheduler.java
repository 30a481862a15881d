package io.postern.policy.scheduler;

import io.postern.contracts.Deployment;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler, the only owner of time (docs/design/architecture.md, "Time"): an application of
 * Kafka Streams, exactly once, its state restored from {@code Topics.SCHEDULE} at each start. Any
 * number of replicas share the partitions; each has a state folder of its own.
 *
 * <p>After any failure a thread of this class begins the application anew within a second, without
 * the local copy, and logs a line now and then. Only a state folder that cannot be used, or stays
 * in use by another process for 30 s, is reported as wrong.
 */
public final class Scheduler implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Scheduler.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration END = Duration.ofSeconds(8);
  private static final Duration LOCKED = Duration.ofSeconds(30);
  private static final long REBALANCE_NANOS = Duration.ofSeconds(10).toNanos();

  private final LogSettings settings;
  private final Deployment deployment;
  private final Path folder;
  private final ScheduleTimes times;
  private final SchedulerMetrics metrics;
  private final Consumer<String> wrong;
  private final Duration patience;
  private final OccasionalLog trouble = new OccasionalLog(Scheduler.class);
  private final CountDownLatch ending = new CountDownLatch(1);
  private final Thread keeper;
  private final OutcomesProgress outcomes = new OutcomesProgress();
  private final OutcomesEnd outcomesEnd;
  private volatile @Nullable KafkaStreams streams;
  private volatile long lastRunning;
  private volatile boolean ranOnce;

  /**
   * @param wrong takes a sentence when the state folder cannot be used: the process should end
   * @throws IllegalArgumentException with a sentence when the folder cannot be made or written to
   */
  public Scheduler(
      LogSettings settings,
      Deployment deployment,
      Path folder,
      ScheduleTimes times,
      SchedulerMetrics metrics,
      Consumer<String> wrong) {
    this(settings, deployment, folder, times, metrics, wrong, LOCKED);
  }

  /**
   * @param patience with a folder that is in use: its former owner may be about to end
   */
  Scheduler(
      LogSettings settings,
      Deployment deployment,
      Path folder,
      ScheduleTimes times,
      SchedulerMetrics metrics,
      Consumer<String> wrong,
      Duration patience) {
    this.patience = patience;
    this.settings = settings;
    this.deployment = deployment;
    this.folder = usable(folder.toAbsolutePath());
    this.times = times;
    this.metrics = metrics;
    this.wrong = wrong;
    metrics.reading(outcomes);
    outcomesEnd = new OutcomesEnd(settings, outcomes);
    keeper = Thread.ofPlatform().name("scheduler-keeper").daemon().unstarted(this::keep);
  }

  /** The topics must be there. Returns at once. */
  public void start() {
    outcomesEnd.start();
    keeper.start();
  }

  /**
   * Whether it is at work, with partitions or without. A rebalance counts as work for ten seconds;
   * a schedule that takes longer to restore does not.
   */
  public boolean ready() {
    KafkaStreams current = streams;
    if (current == null) {
      return false;
    }
    State state = current.state();
    if (state == State.RUNNING) {
      lastRunning = System.nanoTime();
      ranOnce = true;
      return true;
    }
    return state == State.REBALANCING
        && ranOnce
        && System.nanoTime() - lastRunning < REBALANCE_NANOS;
  }

  /** False when an unexpected error has ended its threads. */
  public boolean alive() {
    return keeper.isAlive() && outcomesEnd.alive();
  }

  /** Commits the finished steps, and leaves the group. Bounded: 8 s. */
  @Override
  public void close() {
    ending.countDown();
    outcomesEnd.close();
    try {
      if (keeper.getState() != Thread.State.NEW && !keeper.join(END.plus(PAUSE))) {
        LOG.warnf("the scheduler did not end within %s", END);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep() {
    long lockedSince = 0;
    while (!ended(Duration.ZERO)) {
      KafkaStreams current = streams;
      try {
        if (current == null) {
          streams = begin();
          lockedSince = 0;
        } else if (current.state() == State.ERROR || current.state() == State.NOT_RUNNING) {
          end(current);
        } else if (ready()) {
          trouble.over("The scheduler is running.");
        }
      } catch (RuntimeException e) {
        if (inUse(e)) {
          lockedSince = lockedSince == 0 ? System.nanoTime() : lockedSince;
          if (System.nanoTime() - lockedSince > patience.toNanos()) {
            wrong.accept(
                "postern.schedule.state-folder "
                    + folder
                    + " is in use by another policy-service: use a separate folder for each replica");
            return;
          }
        }
        trouble.warn("The scheduler cannot start, and tries again every second", e);
      }
      ended(PAUSE);
    }
    KafkaStreams last = streams;
    if (last != null) {
      end(last);
    }
  }

  private KafkaStreams begin() {
    KafkaStreams fresh =
        new KafkaStreams(
            SchedulerTopology.of(times, metrics, outcomes),
            new StreamsConfig(StreamsSettings.of(settings, deployment, folder)));
    fresh.setUncaughtExceptionHandler(
        e -> {
          LOG.debugf(e, "the scheduler's thread failed");
          trouble.warn("The scheduler's thread failed, and the scheduler is restarted", e);
          metrics.startedOver();
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    try {
      fresh.cleanUp(); // the log is the truth (decision 15)
      fresh.start();
      return fresh;
    } catch (RuntimeException e) {
      fresh.close(Duration.ofSeconds(1));
      throw e;
    }
  }

  private void end(KafkaStreams current) {
    streams = null;
    if (!current.close(new CloseOptions().timeout(END))) {
      LOG.warn("the scheduler's threads did not end in time");
    }
  }

  private boolean ended(Duration within) {
    try {
      return ending.await(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  // Streams has no type of its own for it.
  private static boolean inUse(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains("same state directory")) {
        return true;
      }
    }
    return false;
  }

  private static Path usable(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".write", ""));
      return folder;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "postern.schedule.state-folder "
              + folder
              + " cannot be made or written to ("
              + e
              + "): use a separate folder for this replica that the service can write to",
          e);
    }
  }
}
