package io.postern.service;

import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Work that is repeated until the close, on a thread of its own. A run that fails is logged, at
 * most every 30 s, and the next one comes all the same. Several tasks share the thread: none may
 * delay the others for long. Any thread begins and closes; the close interrupts a run and does not
 * wait for it.
 */
public final class Every implements AutoCloseable {
  /** One run. */
  @FunctionalInterface
  public interface Task {
    /** InterruptedException: closed. Any other: it failed. */
    void run() throws Exception;
  }

  /** One run, and the pause after it. */
  @FunctionalInterface
  public interface PacedTask {
    /** As {@link Task#run}. */
    Duration run() throws Exception;
  }

  private final String failure;
  private final OccasionalLog log;
  private final ScheduledExecutorService timer;

  /**
   * @param owner of the log lines
   * @param thread its name
   * @param failure what failed and what comes of it, for the log
   */
  public Every(Class<?> owner, String thread, String failure) {
    this.log = new OccasionalLog(owner);
    this.failure = failure;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name(thread).factory());
  }

  /** Repeats a task with a pause between its runs, the first one after that pause. */
  public void repeat(Duration pause, Task task) {
    schedule(pause, pause, paced(pause, task));
  }

  /** The same with the first run at once. */
  public void repeatNow(Duration pause, Task task) {
    schedule(Duration.ZERO, pause, paced(pause, task));
  }

  /**
   * Repeats a task that names its pauses, beginning at once.
   *
   * @param afterFailure the pause after a run that failed
   */
  public void pace(Duration afterFailure, PacedTask task) {
    schedule(Duration.ZERO, afterFailure, task);
  }

  /** Runs a task once, as soon as the thread is free. */
  public void once(Task task) {
    try {
      timer.execute(() -> run(Duration.ZERO, paced(Duration.ZERO, task)));
    } catch (RejectedExecutionException closed) {
      return;
    }
  }

  private static PacedTask paced(Duration pause, Task task) {
    return () -> {
      task.run();
      return pause;
    };
  }

  private void schedule(Duration delay, Duration afterFailure, PacedTask task) {
    try {
      var unused =
          timer.schedule(
              () -> schedule(run(afterFailure, task), afterFailure, task),
              delay.toNanos(),
              TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      return;
    }
  }

  private Duration run(Duration afterFailure, PacedTask task) {
    try {
      return task.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      log.failed(failure, e);
    }
    return afterFailure;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
