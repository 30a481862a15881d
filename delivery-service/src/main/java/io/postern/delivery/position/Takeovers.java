package io.postern.delivery.position;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Owner;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.ConsumerThread;
import io.postern.log.rules.ReadBack;
import io.postern.log.rules.RecipientState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The reading back, in {@code mail.outcomes}, of outcomes that predecessors wrote, for partitions
 * whose PartitionTaken is in the log. A thread of its own, so that the reader goes on polling;
 * asked by the reader's thread. The partitions are tried in turn, so that one that cannot be read
 * holds up no other, until they succeed. Bounded by the number of partitions, and for each by the
 * Decisions read beyond a committed position.
 */
final class Takeovers implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Takeovers.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int FETCH_BYTES = 4 << 20;

  /**
   * The marker is in the log, so there is nothing to wait for; and a fetch that waits at the end of
   * one partition holds up the next one on the same connection.
   */
  private static final int FETCH_WAIT_MILLIS = 10;

  /**
   * @param from offset of {@code mail.outcomes}, where the owner {@code there} is in force
   * @param marker where its PartitionTaken stands
   */
  record Request(PartitionWork work, Owner by, long from, Owner there, long marker) {}

  /**
   * @param deliveriesEnd of {@code mail.deliveries}, asked when the marker was in the log
   */
  record Result(Request request, ReadBack back, LostOwners lost, long deliveriesEnd) {}

  private final OccasionalLog complaints = new OccasionalLog(Takeovers.class);
  private final Map<TopicPartition, Request> waiting = new ConcurrentHashMap<>();
  private final Semaphore asked = new Semaphore(0);
  private final Queue<Result> results = new ConcurrentLinkedQueue<>();
  private final ConsumerThread thread;

  Takeovers(LogSettings settings) {
    thread =
        new ConsumerThread(
            "delivery-takes",
            () -> new KafkaConsumer<>(properties(settings)),
            "outcomes cannot be read back",
            complaints,
            reader -> () -> turn(reader));
  }

  void start() {
    thread.start();
  }

  /** See {@link ConsumerThread#alive}. */
  boolean alive() {
    return thread.alive();
  }

  /** A later request for a partition replaces the one before. */
  void ask(Request request) {
    waiting.put(request.work().partition, request);
    if (asked.availablePermits() == 0) {
      asked.release();
    }
  }

  /** The partition is lost: nothing is read back for it any more. */
  void forget(TopicPartition partition) {
    waiting.remove(partition);
  }

  /** The next that was read back; null: none yet. */
  @Nullable Result poll() {
    return results.poll();
  }

  private void turn(KafkaConsumer<String, byte[]> reader) throws InterruptedException {
    if (waiting.isEmpty()) {
      var unused = asked.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
    } else if (!readAll(reader)) {
      Thread.sleep(PAUSE);
    }
  }

  /** Tries each partition once; false: some did not succeed. */
  private boolean readAll(KafkaConsumer<String, byte[]> reader) {
    boolean all = true;
    for (Request request : List.copyOf(waiting.values())) {
      try {
        Result result = read(reader, request);
        if (waiting.remove(request.work().partition, request)) {
          results.add(result);
        }
      } catch (WakeupException e) {
        throw e;
      } catch (RuntimeException e) {
        complaints.warn(
            "the outcomes of " + request.work().partition + " cannot be read back, trying again",
            e);
        all = false;
      }
    }
    if (all) {
      complaints.over("outcomes are read back");
    }
    return all;
  }

  private static Result read(KafkaConsumer<String, byte[]> reader, Request request) {
    int number = request.work().partition.partition();
    TopicPartition outcomes = new TopicPartition(Topics.MAIL_OUTCOMES, number);
    TopicPartition deliveries = new TopicPartition(Topics.MAIL_DELIVERIES, number);
    reader.assign(List.of(outcomes, deliveries));
    reader.pause(List.of(deliveries)); // asked for its end alone
    reader.seek(deliveries, 0);
    reader.seek(outcomes, request.from());
    Long end = reader.endOffsets(List.of(deliveries)).get(deliveries);
    if (end == null) {
      throw new KafkaException("no end of " + deliveries);
    }
    if (request.from() > request.marker()) {
      throw new IllegalStateException(
          outcomes
              + " is truncated: its marker is at "
              + request.marker()
              + ", a position says that there are outcomes before "
              + request.from());
    }
    ReadBack back = new ReadBack(request.there());
    LostOwners lost = new LostOwners(request.there());
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (reader.position(outcomes) <= request.marker()) {
      if (System.nanoTime() - deadline > 0) {
        throw new KafkaException("no outcomes within " + PATIENCE);
      }
      try {
        for (ConsumerRecord<String, byte[]> record : reader.poll(POLL).records(outcomes)) {
          deadline = System.nanoTime() + PATIENCE.toNanos();
          if (record.offset() <= request.marker()) {
            feed(back, lost, record);
          }
        }
      } catch (OffsetOutOfRangeException e) {
        // Retention has taken the records that are older than any message lives.
        reader.seekToBeginning(List.of(outcomes));
      }
    }
    return new Result(request, back, lost, end);
  }

  private static void feed(ReadBack back, LostOwners lost, ConsumerRecord<String, byte[]> record) {
    try {
      OutcomeRecorded outcome =
          OutcomeRecorded.parseFrom(record.value() == null ? new byte[0] : record.value());
      if (outcome.getPartitionTaken()) {
        back.taken(record.offset(), Owner.of(outcome.getOwner()));
        lost.taken(outcome, record.timestamp());
      } else if (outcome.getMovedContentCount() == 0) { // a copy of content says nothing of an end
        back.outcome(
            Owner.of(outcome.getOwner()),
            outcome.getQueueId(),
            outcome.getAttempt(),
            outcome.getAfterStillOpen(),
            RecipientState.of(outcome));
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      LOG.errorf(
          e,
          "the outcome at %s-%d offset %d is unreadable",
          record.topic(),
          record.partition(),
          record.offset());
    }
  }

  private static Properties properties(LogSettings settings) {
    Properties properties = settings.reader(false);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS);
    return properties;
  }

  @Override
  public void close() {
    thread.close();
  }
}
