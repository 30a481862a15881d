package io.postern.console.fold;

import io.postern.contracts.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads partitions abreast by the log's time, while there is a backlog: one that is ahead of the
 * last one is paused. Then a message's acceptance, Decision and outcome come in one transaction,
 * and its row is written once. The directory's topic does not wait for others, nor they for it: its
 * rows are old until it is read. Owner: the consumer's thread.
 */
final class EvenReading {
  private static final long AHEAD_MILLIS = 1_000;

  private final Consumer<?, ?> consumer;
  private final Map<TopicPartition, Long> newest = new HashMap<>();
  private Map<TopicPartition, Long> ends = Map.of();

  EvenReading(Consumer<?, ?> consumer) {
    this.consumer = consumer;
  }

  void read(TopicPartition partition, long timestamp) {
    if (isOfMail(partition)) {
      newest.put(partition, timestamp);
    }
  }

  void ends(Map<TopicPartition, Long> known) {
    ends = new HashMap<>(known);
    ends.keySet().removeIf(partition -> !isOfMail(partition));
  }

  private static boolean isOfMail(TopicPartition partition) {
    return !partition.topic().equals(Topics.DIRECTORY);
  }

  /** Before a poll. */
  void balance() {
    long last = Long.MAX_VALUE;
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      if (consumer.position(end.getKey()) < end.getValue()) {
        last = Math.min(last, newest.getOrDefault(end.getKey(), 0L));
      }
    }
    List<TopicPartition> ahead = new ArrayList<>();
    for (Map.Entry<TopicPartition, Long> each : newest.entrySet()) {
      if (last != Long.MAX_VALUE && each.getValue() > last + AHEAD_MILLIS) {
        ahead.add(each.getKey());
      }
    }
    Set<TopicPartition> paused = consumer.paused();
    consumer.resume(paused.stream().filter(p -> !ahead.contains(p)).toList());
    consumer.pause(ahead);
  }

  /** Nothing came: whoever is paused waits for a partition that cannot be read now. */
  void nothingCame() {
    consumer.resume(consumer.paused());
    newest.clear();
  }
}
