package io.postern.log.asking;

import com.google.protobuf.MessageLite;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import io.postern.log.TrustedClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The producer of all questions and answers of a process. They may be lost: who gets no answer asks
 * again. Connected by the first record. Not idempotent, so that a refused handshake does not end
 * it. Any thread; a call waits half a second at most, for the topic's metadata, but {@link
 * #sendNow}.
 */
public final class LossySender implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final LogSettings settings;
  private final LogClock clock = new LogClock(TrustedClock.ofTheMachine());
  private final OccasionalLog log = new OccasionalLog(LossySender.class);
  private final ConcurrentMap<String, CompletableFuture<@Nullable Void>> met =
      new ConcurrentHashMap<>();
  private @Nullable KafkaProducer<String, byte[]> producer; // guarded by this
  private volatile boolean closed;

  public LossySender(LogSettings settings) {
    this.settings = settings;
  }

  /** Kafka's clock, as each record that was sent corrects it. */
  public LogClock clock() {
    return clock;
  }

  /** Sends a record of which the caller wants to know nothing more. */
  public void send(String topic, String key, MessageLite value) {
    send(topic, key, value, _ -> {});
  }

  /**
   * @param done is called once: with null, or why the record could not be written
   */
  public void send(
      String topic, String key, MessageLite value, Consumer<@Nullable Exception> done) {
    send(new ProducerRecord<>(topic, key, value.toByteArray()), done);
  }

  /** The same, for a record with headers. */
  public void send(ProducerRecord<String, byte[]> record, Consumer<@Nullable Exception> done) {
    long sent = clock.ownMillis();
    try {
      var unused =
          producer()
              .send(
                  record,
                  (stamp, failure) -> {
                    if (failure == null) {
                      clock.stamped(sent, stamp.timestamp());
                    }
                    ended(record.topic(), failure, done);
                  });
    } catch (KafkaException | IllegalStateException e) { // the second: it is closed
      ended(record.topic(), e, done);
    }
  }

  /**
   * Sends a record and waits until Kafka has it. After a failure it may be there or not, or still
   * come.
   *
   * @throws LogUnavailableException it was not confirmed within the patience
   */
  public void sendNow(String topic, String key, MessageLite value, Duration patience)
      throws LogUnavailableException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    CompletableFuture<@Nullable Void> sent = new CompletableFuture<>();
    try {
      var unused = met(topic).get(patience.toNanos(), TimeUnit.NANOSECONDS);
      send(
          topic,
          key,
          value,
          failure -> {
            var unusedResult =
                failure == null ? sent.complete(null) : sent.completeExceptionally(failure);
          });
      var unusedSent = sent.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new LogUnavailableException("a record could not be written to " + topic, e);
    }
  }

  private void ended(
      String topic, @Nullable Exception failure, Consumer<@Nullable Exception> done) {
    if (failure != null) {
      log.warn("a record could not be written to " + topic, failure);
    }
    done.accept(failure);
  }

  private synchronized KafkaProducer<String, byte[]> producer() {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    if (producer == null) {
      producer = new KafkaProducer<>(settings.questioner());
    }
    return producer;
  }

  /**
   * Completes once a record can be sent to the topic. Half a second is too short for the first
   * question of a process, which would be lost with all its caller's patience.
   */
  public CompletableFuture<@Nullable Void> met(String topic) {
    return met.computeIfAbsent(
        topic,
        _ -> {
          CompletableFuture<@Nullable Void> meeting = new CompletableFuture<>();
          Thread.ofVirtual().name("meet-" + topic).start(() -> meet(topic, meeting));
          return meeting;
        });
  }

  private void meet(String topic, CompletableFuture<@Nullable Void> meeting) {
    while (!closed && !meeting.isDone()) {
      try {
        var unused = producer().partitionsFor(topic);
        meeting.complete(null);
      } catch (KafkaException | IllegalStateException e) {
        log.warn(topic + " cannot be written to, trying again", e);
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  @Override
  public void close() {
    KafkaProducer<String, byte[]> made;
    synchronized (this) {
      closed = true;
      made = producer;
    }
    if (made != null) {
      made.close(CLOSE);
    }
  }
}
