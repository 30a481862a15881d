package io.postern.log.directory;

import io.postern.contracts.Topics;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
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
 * The directory's end, asked for every 2 s, and the check that a position has reached it
 * (docs/design/the-log.md, "Directory"). The end is the read_uncommitted one: a command whose
 * transaction is not decided yet is waited for. Owner: the reader's thread; never blocks.
 */
final class DirectoryEnd {
  private static final TopicPartition PARTITION = new TopicPartition(Topics.DIRECTORY, 0);
  private static final long PERIOD_NANOS = Duration.ofSeconds(2).toNanos();
  private static final int ANSWER_MILLIS = 5_000;

  private final Admin admin;
  private final OccasionalLog log;
  private @Nullable KafkaFuture<ListOffsetsResultInfo> question;
  private long askedNanos;
  private long answeredOffset = -1;
  private long answeredNanos;
  private long confirmedNanos;

  DirectoryEnd(Admin admin, OccasionalLog log) {
    this.admin = admin;
    this.log = log;
  }

  /** Asks if it is time to, and takes an answer that has come. */
  void ask() {
    long now = System.nanoTime();
    KafkaFuture<ListOffsetsResultInfo> open = question;
    if (open != null && open.isDone()) {
      question = null;
      take(open);
    } else if (open == null
        && (askedNanos == 0 || answeredOffset < 0 || now - askedNanos >= PERIOD_NANOS)) {
      askedNanos = now;
      question =
          admin
              .listOffsets(
                  Map.of(PARTITION, OffsetSpec.latest()),
                  new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED).timeoutMs(ANSWER_MILLIS))
              .partitionResult(PARTITION);
    }
  }

  /**
   * Whether an answer not counted yet is reached; {@link #confirmedNanos} is then the time when it
   * was asked.
   */
  boolean reachedBy(long position) {
    if (answeredOffset < 0 || position < answeredOffset || answeredNanos == confirmedNanos) {
      return false;
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

  private void take(KafkaFuture<ListOffsetsResultInfo> answer) {
    try {
      long offset = answer.get().offset();
      if (offset < answeredOffset) {
        throw new IllegalStateException(
            "the directory ends at " + offset + ", before " + answeredOffset);
      }
      answeredOffset = offset;
      answeredNanos = askedNanos;
    } catch (ExecutionException | CancellationException e) {
      // Asked again; without an answer the reader becomes silent.
      log.warn("the log does not say where the directory ends", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted", e);
    }
  }
}
