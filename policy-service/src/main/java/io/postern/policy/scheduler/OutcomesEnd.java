package io.postern.policy.scheduler;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.TrustedClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The thread that asks the log every second for the ends of this replica's partitions of {@code
 * mail.outcomes}, and once for each task for the position at which it begins, since a task without
 * new records reads nothing. Without an answer nothing is due; the thread asks again, with a line
 * in the error log now and then.
 *
 * <p>Owner: the thread itself, with a client of its own; it waits 6 s at most for each answer.
 */
final class OutcomesEnd implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int ANSWER_MILLIS = 5_000;
  private static final long PATIENCE_MILLIS = 6_000;
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final LogSettings settings;
  private final OutcomesProgress read;
  private final OccasionalLog trouble = new OccasionalLog(OutcomesEnd.class);
  private final CountDownLatch ending = new CountDownLatch(1);
  private final Thread thread;
  private final Set<OutcomesProgress.Task> begun = new HashSet<>(); // whose beginning is known

  OutcomesEnd(LogSettings settings, OutcomesProgress read) {
    this.settings = settings;
    this.read = read;
    thread = Thread.ofPlatform().name("scheduler-outcomes-end").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** False when an unexpected error has ended the thread. */
  boolean alive() {
    return thread.isAlive();
  }

  /** Ends the thread, which may be waiting for an answer. */
  @Override
  public void close() {
    ending.countDown();
    thread.interrupt();
  }

  private void run() {
    Admin admin = null;
    try {
      while (!ending.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          admin = admin == null ? Admin.create(settings.admin()) : admin;
          ask(admin);
          trouble.over("Kafka reports the end of the outcomes.");
        } catch (KafkaException | ExecutionException | TimeoutException e) {
          trouble.warn("Kafka does not report the end of the outcomes, so nothing becomes due", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(admin);
    }
  }

  private static void close(@Nullable Admin admin) {
    if (admin != null) {
      admin.close(CLOSE);
    }
  }

  private void ask(Admin admin) throws InterruptedException, ExecutionException, TimeoutException {
    Map<Integer, OutcomesProgress.Task> tasks = read.tasks();
    begun.retainAll(tasks.values());
    if (tasks.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetSpec> question = new HashMap<>();
    tasks.keySet().forEach(partition -> question.put(home(partition), OffsetSpec.latest()));
    long asked = TrustedClock.ofTheMachine().millis();
    ListOffsetsResult ends =
        admin.listOffsets(
            question,
            new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED).timeoutMs(ANSWER_MILLIS));
    if (!begun.containsAll(tasks.values())) {
      begin(admin, tasks);
    }
    ExecutionException failure = null; // of one partition; the others go on
    for (Map.Entry<Integer, OutcomesProgress.Task> task : tasks.entrySet()) {
      try {
        long end =
            ends.partitionResult(home(task.getKey()))
                .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .offset();
        task.getValue().progress().end(asked, end);
      } catch (ExecutionException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  // Asked after the task began: it or a task before it has read all below the position.
  private void begin(Admin admin, Map<Integer, OutcomesProgress.Task> tasks)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin
            .listConsumerGroupOffsets(
                ConsumerGroups.SCHEDULER,
                new ListConsumerGroupOffsetsOptions().timeoutMs(ANSWER_MILLIS))
            .partitionsToOffsetAndMetadata()
            .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    tasks.forEach(
        (partition, task) -> {
          OffsetAndMetadata position = committed.get(home(partition));
          if (position != null && begun.add(task)) {
            task.progress().read(position.offset());
          }
        });
  }

  private static TopicPartition home(int partition) {
    return new TopicPartition(Topics.MAIL_OUTCOMES, partition);
  }
}
