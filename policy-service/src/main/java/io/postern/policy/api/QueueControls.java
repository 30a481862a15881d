package io.postern.policy.api;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageControl;
import io.postern.log.LogSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The durable writer of controls for the scheduler (docs/design/architecture.md, "Time"). Each call
 * has a client of its own: calls are rare, and no client then outlives a broken broker. Any thread
 * that may block: 10 s for a place among four calls at a time and for the log's answers together,
 * and a second to close.
 */
final class QueueControls {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final int AT_A_TIME = 4;

  private final LogSettings settings;
  private final Semaphore places = new Semaphore(AT_A_TIME, true);

  QueueControls(LogSettings settings) {
    this.settings = settings;
  }

  /**
   * To the message's home partition.
   *
   * @throws IllegalArgumentException when the queue id names a partition that there is not
   */
  void ofMessage(QueueId queueId, MessageControl control) throws UnavailableException {
    write(
        partitions -> {
          if (queueId.partition() >= partitions) {
            throw new IllegalArgumentException(
                "the queue id is of partition " + queueId.partition() + ", which does not exist");
          }
          return List.of(queueId.partition());
        },
        queueId.value(),
        control);
  }

  /** To every partition. When it fails, some may have it: the same again does no harm. */
  void ofRoute(MessageControl control) throws UnavailableException {
    write(
        partitions -> IntStream.range(0, partitions).boxed().toList(), control.getRoute(), control);
  }

  /**
   * @param home the partitions to write to, by the number of all
   */
  private void write(IntFunction<List<Integer>> home, String key, MessageControl control)
      throws UnavailableException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      if (!places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw away(null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(e);
    }
    try {
      Properties properties = settings.producer();
      properties.put(
          ProducerConfig.MAX_BLOCK_MS_CONFIG,
          Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
      KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties);
      try {
        List<Future<RecordMetadata>> written = new ArrayList<>();
        int partitions = producer.partitionsFor(Topics.MAIL_CONTROLS).size();
        for (int partition : home.apply(partitions)) {
          written.add(
              producer.send(
                  new ProducerRecord<>(
                      Topics.MAIL_CONTROLS, partition, key, control.toByteArray())));
        }
        for (Future<RecordMetadata> one : written) {
          one.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
      } finally {
        producer.close(CLOSE);
      }
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      throw away(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(e);
    } finally {
      places.release();
    }
  }

  private static UnavailableException away(@Nullable Exception cause) {
    return new UnavailableException(
        UnavailableException.UNAVAILABLE,
        "The log does not take the request now: try again.",
        cause);
  }
}
