package io.postern.delivery.position;

import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The producer of outcomes and PartitionTaken to {@code mail.outcomes}; it answers each send, in
 * order. Owner: the reader's thread, which a send blocks for a second at most.
 *
 * <p>The first send that fails ends the producer, on its own thread and before it sends anything
 * more to that partition: a batch that expired may still come into the log, and the client would
 * let the next one follow. The caller makes it anew and takes its partitions again.
 */
final class OutcomeLog implements AutoCloseable {
  private static final int MAX_BLOCK_MILLIS = 1_000;
  private static final int DELIVERY_TIMEOUT_MILLIS = 8_000;
  private static final int REQUEST_TIMEOUT_MILLIS = 3_000;
  // Nobody waits for an outcome but the position; an append of one costs as much as of twenty.
  private static final int LINGER_MILLIS = 20;
  private static final Duration CLOSE = Duration.ofSeconds(5);

  /**
   * The result of a send.
   *
   * @param subject as given to {@link #send}
   * @param offset in {@code mail.outcomes}; -1: it failed, and so did all after it
   */
  record Result(Object subject, long offset) {
    boolean failed() {
      return offset < 0;
    }
  }

  private record Answer(Object producer, Object subject, long offset) {}

  private final Supplier<? extends Producer<String, byte[]>> producers;
  private final OccasionalLog complaints;
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Producer<String, byte[]> producer; // any thread asks usable()

  OutcomeLog(LogSettings settings, OccasionalLog complaints) {
    this(() -> new KafkaProducer<>(properties(settings)), complaints);
  }

  OutcomeLog(Supplier<? extends Producer<String, byte[]>> producers, OccasionalLog complaints) {
    this.producers = producers;
    this.complaints = complaints;
  }

  private static Properties properties(LogSettings settings) {
    Properties properties = settings.producer();
    properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MILLIS);
    return properties;
  }

  /** False after a send that failed, and before the first {@link #renew}. */
  boolean usable() {
    return producer != null;
  }

  /** A new producer; sends to the one before get no answer any more. */
  void renew() {
    discard();
    producer = producers.get();
  }

  /** Sends; the answer comes by {@link #poll}. */
  void send(ProducerRecord<String, byte[]> record, Object subject) {
    Producer<String, byte[]> current = producer;
    if (current == null) {
      throw new IllegalStateException("there is no producer");
    }
    try {
      var unused =
          current.send(
              record,
              (metadata, failure) -> {
                if (failure != null) {
                  try {
                    current.close(Duration.ZERO);
                  } finally {
                    answer(current, subject, failure);
                  }
                } else {
                  answers.add(new Answer(current, subject, metadata.offset()));
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      answer(current, subject, e);
    }
  }

  private void answer(Producer<String, byte[]> from, Object subject, Exception failure) {
    if (from == producer) {
      complaints.warn("an outcome could not be written", failure);
    }
    answers.add(new Answer(from, subject, -1));
  }

  /** The next answer of the present producer; null: none yet. After a failure there are no more. */
  @Nullable Result poll() {
    for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
      if (answer.producer() == producer) {
        if (answer.offset() < 0) {
          discard();
        }
        return new Result(answer.subject(), answer.offset());
      }
    }
    return null;
  }

  private void discard() {
    Producer<String, byte[]> old = producer;
    producer = null;
    answers.clear();
    if (old != null) {
      try {
        old.close(Duration.ZERO);
      } catch (KafkaException e) {
        complaints.warn("a producer of outcomes could not be closed", e);
      }
    }
  }

  @Override
  public void close() {
    Producer<String, byte[]> old = producer;
    producer = null;
    if (old != null) {
      old.close(CLOSE);
    }
  }
}
