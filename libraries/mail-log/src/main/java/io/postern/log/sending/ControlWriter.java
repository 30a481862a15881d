package io.postern.log.sending;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageControl;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
 * that may block: the caller's patience for a place among four calls at a time and for the log's
 * answers together, and a second to close.
 */
public final class ControlWriter {
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final int AT_A_TIME = 4;

  private final LogSettings settings;
  private final Semaphore places = new Semaphore(AT_A_TIME, true);

  public ControlWriter(LogSettings settings) {
    this.settings = settings;
  }

  /**
   * Publishes each control to its message's home partition, one of a route to every partition.
   *
   * @throws IllegalArgumentException when a queue id names a partition that there is not; none was
   *     published
   * @throws LogUnavailableException some may have been published: the same again does no harm
   */
  public void publish(List<MessageControl> controls, Duration patience)
      throws LogUnavailableException {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      if (!places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw away(null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(e);
    }
    try {
      publish(controls, deadline);
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      throw away(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(e);
    } finally {
      places.release();
    }
  }

  private void publish(List<MessageControl> controls, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    Properties properties = settings.producer();
    properties.put(
        ProducerConfig.MAX_BLOCK_MS_CONFIG,
        Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties);
    try {
      List<ProducerRecord<String, byte[]>> records =
          records(controls, producer.partitionsFor(Topics.MAIL_CONTROLS).size());
      List<Future<RecordMetadata>> published = new ArrayList<>(records.size());
      for (ProducerRecord<String, byte[]> record : records) {
        published.add(producer.send(record));
      }
      for (Future<RecordMetadata> one : published) {
        one.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      }
    } finally {
      producer.close(CLOSE);
    }
  }

  private static List<ProducerRecord<String, byte[]>> records(
      List<MessageControl> controls, int partitions) {
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>(controls.size());
    for (MessageControl control : controls) {
      boolean route = control.getQueueId().isEmpty();
      List<Integer> home =
          route
              ? IntStream.range(0, partitions).boxed().toList()
              : List.of(QueueId.parse(control.getQueueId()).partition());
      for (int partition : home) {
        if (partition >= partitions) {
          throw new IllegalArgumentException(
              "the queue id is of partition " + partition + ", which does not exist");
        }
        records.add(
            new ProducerRecord<>(
                Topics.MAIL_CONTROLS,
                partition,
                route ? control.getRoute() : control.getQueueId(),
                control.toByteArray()));
      }
    }
    return records;
  }

  private static LogUnavailableException away(@Nullable Exception cause) {
    return new LogUnavailableException("Kafka does not accept controls now", cause);
  }
}
