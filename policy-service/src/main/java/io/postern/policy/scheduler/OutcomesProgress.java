package io.postern.policy.scheduler;

import io.postern.log.rules.ReadingProgress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The progress of this replica's reading of {@code mail.outcomes}: each task reports the records
 * that it has read, and {@link OutcomesEnd} the log's ends. Due entries wait for it
 * (docs/design/the-log.md, "Watch and time"). Any thread.
 */
final class OutcomesProgress {
  /** A partition's task, from its beginning to its end. */
  record Task(long beganMillis, ReadingProgress progress) {
    private long behindMillis(long now) {
      return Math.max(0, now - Math.max(beganMillis, progress.readUntil()));
    }
  }

  private final Map<Integer, Task> tasks = new ConcurrentHashMap<>(); // by partition

  /** A task begins: nothing is known of its reading. */
  Task begin(int partition, long now) {
    Task task = new Task(now, new ReadingProgress());
    tasks.put(partition, task);
    return task;
  }

  void end(int partition, Task task) {
    tasks.remove(partition, task);
  }

  /** The present tasks, by partition. */
  Map<Integer, Task> tasks() {
    return Map.copyOf(tasks);
  }

  /** How far the slowest task is behind the time, as far as is known. */
  long behindMillis(long now) {
    return tasks.values().stream().mapToLong(task -> task.behindMillis(now)).max().orElse(0);
  }
}
