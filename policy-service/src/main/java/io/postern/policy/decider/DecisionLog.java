package io.postern.policy.decider;

import io.postern.log.LogSettings;
import io.postern.log.sending.CompressingProducer;
import java.time.Duration;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The writer of Decisions to {@code mail.deliveries}, which gives their acknowledgements in order.
 * The first send that fails ends the producer, on the producer's thread: a batch that expired may
 * still come into the log, and no Decision may follow it unchained. Owner: the decider's thread.
 * Bounded: the caller asks {@link #crowded} before it reads on.
 */
final class DecisionLog implements AutoCloseable {
  static final int MAX_RECORD_BYTES = 7 << 20;

  private static final int REQUEST_BYTES = 8 << 20;
  private static final long BUFFER_BYTES = 32L << 20;
  private static final int MAX_BLOCK_MILLIS = 3_000;
  private static final int DELIVERY_TIMEOUT_MILLIS = 12_000;
  // The Decisions of one poll go together: without it the first of them goes alone.
  private static final int LINGER_MILLIS = 2;
  private static final int MOST_RECORDS = 4_000;
  private static final long MOST_BYTES = 8L << 20;

  /** A Decision that the log has. */
  record Acknowledgement(Object producer, Sources.Source source, long offset, long sentNanos) {}

  private final Supplier<? extends Producer<String, byte[]>> producers;
  private final Queue<Acknowledgement> acknowledged = new ConcurrentLinkedQueue<>();
  private @Nullable CountedProducer producer;

  private static final class CountedProducer {
    final Producer<String, byte[]> client;
    final AtomicInteger records = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();
    volatile @Nullable Exception failure;

    CountedProducer(Producer<String, byte[]> client) {
      this.client = client;
    }
  }

  DecisionLog(Supplier<? extends Producer<String, byte[]>> producers) {
    this.producers = producers;
  }

  /** The producer of Decisions. */
  static Producer<String, byte[]> producer(LogSettings settings) {
    Properties properties = settings.producer();
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, REQUEST_BYTES);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MILLIS);
    return new CompressingProducer(properties);
  }

  /**
   * @throws KafkaException when it cannot be sent: begin again, see {@link #discard}
   */
  void send(ProducerRecord<String, byte[]> record, Sources.Source source, long sourceOffset) {
    CountedProducer current = producer;
    if (current == null) {
      current = new CountedProducer(producers.get());
      producer = current;
    }
    CountedProducer sending = current;
    int size = record.value().length;
    long now = System.nanoTime();
    sending.records.incrementAndGet();
    sending.bytes.addAndGet(size);
    var unused =
        sending.client.send(
            record,
            (metadata, failure) -> {
              sending.records.decrementAndGet();
              sending.bytes.addAndGet(-size);
              if (failure == null) {
                acknowledged.add(new Acknowledgement(sending, source, sourceOffset, now));
              } else if (sending.failure == null) {
                sending.failure = failure;
                sending.client.close(Duration.ZERO);
              }
            });
  }

  /**
   * The next Decision of the present producer that is in the log; null: none yet. One of a former
   * producer is decided again, and readers skip the second one.
   */
  @Nullable Acknowledgement poll() {
    for (Acknowledgement next = acknowledged.poll(); next != null; next = acknowledged.poll()) {
      if (next.producer() == producer) {
        return next;
      }
    }
    return null;
  }

  /** Why a send failed, and with it all after it; null: none has. */
  @Nullable Exception failure() {
    CountedProducer current = producer;
    return current == null ? null : current.failure;
  }

  /** Decisions without an acknowledgement, or acknowledgements not taken yet. */
  boolean underWay() {
    CountedProducer current = producer;
    return current != null && current.records.get() > 0 || !acknowledged.isEmpty();
  }

  /** The bound of Decisions on their way is reached. */
  boolean crowded() {
    CountedProducer current = producer;
    return current != null
        && (current.records.get() >= MOST_RECORDS || current.bytes.get() >= MOST_BYTES);
  }

  /** The next send makes a new producer. Poll first. */
  void discard() {
    CountedProducer old = producer;
    producer = null;
    if (old != null) {
      old.client.close(Duration.ZERO);
    }
  }

  @Override
  public void close() {
    discard();
    acknowledged.clear();
  }
}
