package io.postern.log.sealing;

import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.rules.KeyUse;
import io.postern.log.rules.SleepCountingClock;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which one replica of ingress seals contents: each is its own, in use when the log has
 * it, and for some hours (docs/design/the-log.md, "Sealed contents"). It is written again while it
 * is in use, since ingress cannot read whether the topic still has it. While there is no key,
 * contents go the other way, and mail waits for nothing. Any thread asks; one renews.
 */
public final class SealingKeys {
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private record InUse(SealingKey key, KeyUse use) {}

  private final Writer writer;
  private final LongSupplier clock;
  private volatile @Nullable InUse inUse;

  /** The topic of keys. */
  @FunctionalInterface
  interface Writer {
    /** Returns when the log has the key. */
    void write(SealingKey key) throws LogUnavailableException, InterruptedException;
  }

  public SealingKeys(LogSettings settings) {
    this(key -> write(settings, key), new SleepCountingClock(System::nanoTime, Clock.systemUTC()));
  }

  /**
   * @param clock nanoseconds, with the machine's sleep
   */
  SealingKeys(Writer writer, LongSupplier clock) {
    this.writer = writer;
    this.clock = clock;
  }

  /** The key to seal with now; null: there is none. Never blocks. */
  public @Nullable SealingKey current() {
    InUse current = inUse;
    return current != null && current.use().usable(clock.getAsLong()) ? current.key() : null;
  }

  /**
   * Writes the key in use again, or makes the next one, when it is time, and waits until the log
   * has it, 12 s at most for each. For a caller that comes every few seconds, while the contract
   * level lets contents be sealed.
   *
   * @throws LogUnavailableException it is not known whether the log has it: a new key is not used,
   *     and the old one as long as {@link KeyUse} lets it
   */
  public void renew() throws LogUnavailableException, InterruptedException {
    InUse current = inUse;
    long now = clock.getAsLong();
    if (current != null && current.use().again(now)) {
      writer.write(current.key());
      inUse = new InUse(current.key(), current.use().writtenAgain(now));
    }
    if (current == null || current.use().due(now)) {
      SealingKey next = SealingKey.random();
      writer.write(next);
      inUse = new InUse(next, new KeyUse(now));
    }
  }

  // A client of its own each time: it comes four times an hour.
  static void write(LogSettings settings, SealingKey key)
      throws LogUnavailableException, InterruptedException {
    KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer());
    try {
      var unused =
          producer
              .send(
                  new ProducerRecord<>(
                      Topics.MAIL_CONTENT_KEYS, key.id(), key.made().toByteArray()))
              .get(12, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw new LogUnavailableException("a key of contents was not written", e);
    } finally {
      producer.close(CLOSE);
    }
  }
}
