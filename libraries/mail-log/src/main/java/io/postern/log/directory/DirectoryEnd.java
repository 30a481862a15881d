package io.postern.log.directory;

import io.postern.contracts.Topics;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The ends of the directory's topics, asked for every 2 s, and the check that a reader has reached
 * them (docs/design/the-log.md, "Directory"). The end is the read_uncommitted one: a command whose
 * transaction is not decided yet is waited for. Owner: the reader's thread; never blocks.
 */
final class DirectoryEnd {
  private static final long PERIOD_NANOS = Duration.ofSeconds(2).toNanos();
  private static final int ANSWER_MILLIS = 5_000;

  private final Admin admin;
  private final List<TopicPartition> partitions;
  private final OccasionalLog log;
  private @Nullable KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> question;
  private long askedNanos;
  private final Map<TopicPartition, Long> answered = new HashMap<>(); // empty: no answer yet
  private long answeredNanos;
  private long confirmedNanos;

  DirectoryEnd(Admin admin, List<TopicPartition> partitions, OccasionalLog log) {
    this.admin = admin;
    this.partitions = partitions;
    this.log = log;
  }

  /**
   * Asks if it is time to, and takes an answer that has come.
   *
   * @param wanted an end asked for after this time is waited for
   */
  void ask(long wanted) {
    long now = System.nanoTime();
    KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> open = question;
    if (open != null && open.isDone()) {
      question = null;
      take(open);
    } else if (open == null
        && (askedNanos == 0
            || answered.isEmpty()
            || wanted - askedNanos > 0
            || now - askedNanos >= PERIOD_NANOS)) {
      askedNanos = now;
      question =
          admin
              .listOffsets(
                  partitions.stream()
                      .collect(Collectors.toMap(Function.identity(), p -> OffsetSpec.latest())),
                  new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED).timeoutMs(ANSWER_MILLIS))
              .all();
    }
  }

  /**
   * Whether an answer not counted yet is reached in all topics; {@link #confirmedNanos} is then the
   * time when it was asked.
   *
   * @param position where the reader stands
   */
  boolean reachedBy(ToLongFunction<TopicPartition> position) {
    if (answered.isEmpty() || answeredNanos == confirmedNanos) {
      return false;
    }
    for (TopicPartition partition : partitions) {
      if (position.applyAsLong(partition) < answered.getOrDefault(partition, Long.MAX_VALUE)) {
        return false;
      }
    }
    confirmedNanos = answeredNanos;
    return true;
  }

  long confirmedNanos() {
    return confirmedNanos;
  }

  /** Where the reader stands; -1 while that is not known. */
  static long position(KafkaConsumer<String, byte[]> consumer, TopicPartition partition) {
    try {
      return consumer.position(partition, Duration.ofMillis(1));
    } catch (TimeoutException e) {
      return -1;
    }
  }

  private void take(KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> answer) {
    try {
      for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end : answer.get().entrySet()) {
        long offset = end.getValue().offset();
        Long before = answered.put(end.getKey(), offset);
        if (before != null && offset < before) {
          throw new IllegalStateException(
              "the "
                  + (end.getKey().topic().equals(Topics.DIRECTORY) ? "directory" : end.getKey())
                  + " ends at "
                  + offset
                  + ", before "
                  + before);
        }
      }
      answeredNanos = askedNanos;
    } catch (ExecutionException | CancellationException e) {
      // Asked again; without an answer the reader becomes silent.
      log.warn("Kafka does not report the end of the directory", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted", e);
    }
  }
}
