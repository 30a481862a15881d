package io.postern.log.sending;

import io.postern.contracts.QueueId;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.TrustedClock;
import io.postern.log.sealing.SealingKey;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * Ingress' durable way into the log (G1; docs/design/the-log.md, "Home partition and content"):
 * content in chunks, all acknowledged, then the envelope; a small content sealed in the envelope's
 * record, while there is a key for it. Any number of virtual threads, one per {@link Intake}.
 *
 * <p>A connection has one request in flight. So contents and envelopes have a producer each, or
 * each would wait for the other's flush; and contents of more than one chunk have one of their own,
 * or a small message would wait behind the appends of a large one.
 *
 * <p>Bounds: a message has at most 2 MiB unacknowledged and one chunk buffer (16 KiB, or up to 240
 * KiB while less than 16 MiB are lent); the producers hold at most 16, 16 and 24 MiB. Each call of
 * an intake ends within the patience, with {@link LogUnavailableException} when the log did not
 * answer: nothing was promised then. An envelope whose acknowledgement alone came too late may
 * still be in the log: the sender's retry is a duplicate of kind (c) of G5.
 */
public final class MessageLog implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int LENT_BYTES = 16 << 20;
  private static final int ENVELOPE_BUFFER_BYTES = 16 << 20;
  private static final int SMALL_BUFFER_BYTES = 16 << 20;
  private static final int LARGE_BUFFER_BYTES = 24 << 20;

  private final DurableSender envelopes;
  private final DurableSender small;
  private final DurableSender large;
  private final Partitions partitions;
  private final Duration patience;
  private final Semaphore lent = new Semaphore(LENT_BYTES);
  private final ComingEnvelopes coming = new ComingEnvelopes();
  private final Supplier<@Nullable SealingKey> keys;

  /**
   * Messages go to partition 0, which each log has, until {@link #grow} says more.
   *
   * @param keys to seal small contents with, see {@link io.postern.log.sealing.SealingKeys#current}
   */
  public MessageLog(LogSettings settings, Supplier<@Nullable SealingKey> keys) {
    this(settings, 1, PATIENCE, keys);
  }

  /**
   * @param partitions {@link io.postern.log.topics.HomePartitions#usable}
   */
  public MessageLog(LogSettings settings, int partitions) {
    this(settings, partitions, PATIENCE);
  }

  /**
   * Without keys: each content goes in records of its own.
   *
   * @param patience longest wait for an acknowledgement, at least a second
   */
  public MessageLog(LogSettings settings, int partitions, Duration patience) {
    this(settings, partitions, patience, () -> null);
  }

  /** With all that there is to choose. */
  public MessageLog(
      LogSettings settings,
      int partitions,
      Duration patience,
      Supplier<@Nullable SealingKey> keys) {
    this.keys = keys;
    this.partitions = new Partitions(partitions, System.nanoTime());
    this.patience = patience;
    this.envelopes = new DurableSender(settings, patience, ENVELOPE_BUFFER_BYTES);
    this.small = new DurableSender(settings, patience, SMALL_BUFFER_BYTES);
    this.large = new DurableSender(settings, patience, LARGE_BUFFER_BYTES);
  }

  /**
   * Over one producer for all records: for tests with a log in memory (Kafka's MockProducer).
   *
   * @param producer is closed with it
   */
  public MessageLog(Producer<String, byte[]> producer, int partitions, Duration patience) {
    this.keys = () -> null;
    this.partitions = new Partitions(partitions, System.nanoTime());
    this.patience = patience;
    this.envelopes = new DurableSender(() -> producer);
    this.small = new DurableSender(() -> producer);
    this.large = new DurableSender(() -> producer);
  }

  /**
   * The log has so many home partitions, as far as is known; never fewer than before. Any thread.
   *
   * @param number {@link io.postern.log.topics.HomePartitions#usable}
   */
  public void grow(int number) {
    partitions.grow(number);
  }

  /** Home partitions that new messages go to. */
  public int partitions() {
    return partitions.count();
  }

  /** A new message. Nothing is sent and nothing blocks yet. The caller accepts or abandons it. */
  public Intake begin() {
    QueueId queueId =
        QueueId.next(partitions.choose(System.nanoTime()), TrustedClock.ofTheMachine().millis());
    return new Intake(queueId, envelopes, small, large, partitions, patience, lent, coming, keys);
  }

  /** Messages whose content is durable and whose envelope is not sent; for tests. */
  int comingEnvelopes() {
    return coming.count();
  }

  /** Waits some seconds for records on their way. */
  @Override
  public void close() {
    try (large;
        small) {
      envelopes.close();
    }
  }
}
