package io.postern.log.sending;

import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The idempotent producer and its replacement after a fatal error. Any thread that may block;
 * {@link #send} blocks for a third of the patience at most (metadata, full buffer). Memory: {@code
 * buffer.memory} of the producer.
 */
final class DurableSender implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(5);

  // Halves the appends where a few sessions send at once (docs/evidence/performance.md). Envelopes
  // do not wait so long when no other can come (ComingEnvelopes).
  private static final int LINGER_MILLIS = 1;

  private final Supplier<Producer<String, byte[]>> maker;
  private final OccasionalLog log = new OccasionalLog(DurableSender.class);
  private volatile Producer<String, byte[]> current;
  private boolean closed;

  DurableSender(LogSettings settings, Duration patience, long bufferBytes) {
    this(producers(settings, patience, bufferBytes));
  }

  /**
   * @param maker called at once and after each fatal error
   */
  DurableSender(Supplier<Producer<String, byte[]>> maker) {
    this.maker = maker;
    this.current = maker.get();
  }

  private static Supplier<Producer<String, byte[]>> producers(
      LogSettings settings, Duration patience, long bufferBytes) {
    Properties properties = settings.producer();
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    int third = (int) Math.max(300, patience.toMillis() / 3);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, third);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, third);
    // Ends before the caller's patience: the caller gets the reason, and no record comes long after
    // that.
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, third * 5 / 2);
    return () -> new KafkaProducer<>(properties);
  }

  Producer<String, byte[]> current() {
    return current;
  }

  /**
   * Sends with the producer that the message began with; the callback runs on the producer's
   * thread.
   */
  void send(
      Producer<String, byte[]> producer, ProducerRecord<String, byte[]> message, Callback callback)
      throws LogUnavailableException {
    try {
      var unused = producer.send(message, callback);
    } catch (InterruptException e) { // the client has re-interrupted
      throw new LogUnavailableException("interrupted", e);
    } catch (KafkaException | IllegalStateException e) {
      // An exception that send() throws instead of reporting it is for good: a fatal state of the
      // idempotent
      // producer, or closed.
      replace(producer, e);
      throw new LogUnavailableException("the Kafka producer failed", e);
    }
  }

  private synchronized void replace(Producer<String, byte[]> failed, RuntimeException why) {
    if (closed || failed != current) {
      return;
    }
    log.warn("the Kafka producer failed and is replaced", why);
    current = maker.get();
    Thread.ofVirtual().name("close-failed-producer").start(() -> failed.close(Duration.ZERO));
  }

  @Override
  public synchronized void close() {
    closed = true;
    current.close(CLOSE);
  }
}
