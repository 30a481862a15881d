package io.postern.delivery.position;

import io.postern.contracts.Headers;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.nio.charset.StandardCharsets;
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
 * Writes outcomes and PartitionTaken to {@code mail.outcomes} and says what became of each, in
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
  // Nobody waits for an outcome but the position: each append of them costs what twenty more would.
  private static final int LINGER_MILLIS = 20;
  private static final Duration CLOSE = Duration.ofSeconds(5);

  /**
   * What became of a send.
   *
   * @param what as given to {@link #send}
   * @param offset in {@code mail.outcomes}; -1: it failed, and so did all after it
   */
  record Result<T>(T what, long offset) {
    boolean failed() {
      return offset < 0;
    }
  }

  private record Answer(Object producer, Object what, long offset) {}

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

  /** A new producer; what the one before has not answered is not answered any more. */
  void renew() {
    discard();
    producer = producers.get();
  }

  /** Sends; the answer comes by {@link #poll}. */
  void send(ProducerRecord<String, byte[]> record, Object what) {
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
                    answer(current, what, failure);
                  }
                } else {
                  answers.add(new Answer(current, what, metadata.offset()));
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      answer(current, what, e);
    }
  }

  private void answer(Producer<String, byte[]> from, Object what, Exception failure) {
    if (from == producer) {
      complaints.warn("an outcome could not be written", failure);
    }
    answers.add(new Answer(from, what, -1));
  }

  /** The next answer of the present producer; null: none yet. After a failure there are no more. */
  @Nullable Result<Object> poll() {
    for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
      if (answer.producer() == producer) {
        if (answer.offset() < 0) {
          discard();
        }
        return new Result<>(answer.what(), answer.offset());
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

  static ProducerRecord<String, byte[]> taken(int partition, Owner by) {
    byte[] value =
        OutcomeRecorded.newBuilder()
            .setWriter(OutcomeWriter.WRITER_DELIVERY)
            .setOwner(by.message())
            .setPartitionTaken(true)
            .setAtMillis(System.currentTimeMillis())
            .build()
            .toByteArray();
    return new ProducerRecord<>(Topics.MAIL_OUTCOMES, partition, null, value);
  }

  static ProducerRecord<String, byte[]> record(OutcomeRecorded outcome) {
    String key = outcome.getQueueId();
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(
            Topics.MAIL_OUTCOMES, QueueId.parse(key).partition(), key, outcome.toByteArray());
    record.headers().add(Headers.WRITER, ascii(Headers.WRITER_DELIVERY));
    if (!outcome.getOrganization().isEmpty()) {
      record.headers().add(Headers.ORGANIZATION, ascii(outcome.getOrganization()));
    }
    if (isFinal(outcome)) {
      record.headers().add(Headers.FINAL, ascii(Owner.of(outcome.getOwner()).toString()));
    }
    return record;
  }

  // The scheduler has a state to close after "still open", perhaps one after "late", and a notice
  // to ask for after "relayed".
  private static boolean isFinal(OutcomeRecorded outcome) {
    return outcome.getAttempt() == 1
        && !outcome.getAfterStillOpen()
        && !outcome.getLate()
        && outcome.getRecipientsCount() > 0
        && outcome.getRecipientsList().stream()
            .allMatch(r -> r.getKind() == OutcomeKind.DELIVERED && !r.getRelayed());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
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
