package io.postern.log.sealing;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.SealingKeyMade;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.reading.TopicScan;
import io.postern.log.rules.KnownKeys;
import io.postern.log.rules.Newest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The keys that open sealed contents, from the log. A key that is not known is looked for by
 * reading the topic to its end: the log has a key before anything is sealed with it, so one that is
 * not there then is lost, or its time is over. That comes once in hours for each replica of
 * ingress, which is no work for a client of its own (decision 96). Any thread, which may block: one
 * reads at a time, for ten seconds or so at most; the others wait for it as long.
 */
public final class ContentKeys {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  // An operator may restore a topic: it is looked at again, and not for each message.
  private static final long AGAIN_NANOS = Duration.ofSeconds(30).toNanos();
  private static final int REMEMBERED = 1_000;

  private final Topic topic;
  private final LongSupplier nanoTime;
  private final KnownKeys<SealingKey> known = new KnownKeys<>(Topics.CONTENT_KEPT);
  private final ReentrantLock reading = new ReentrantLock();
  private final Map<String, Long> missing = new Newest<>(REMEMBERED); // guarded by reading

  /** The topic of keys. */
  @FunctionalInterface
  interface Topic {
    /** Gives all keys that the log has. */
    void read(KnownKeys<SealingKey> into) throws LogUnavailableException;
  }

  public ContentKeys(LogSettings settings) {
    this(into -> read(settings, into), System::nanoTime);
  }

  ContentKeys(Topic topic, LongSupplier nanoTime) {
    this.topic = topic;
    this.nanoTime = nanoTime;
  }

  /**
   * The key of an id; null: the log does not have it.
   *
   * @throws LogUnavailableException that is not known, since the log does not answer
   */
  public @Nullable SealingKey find(String id) throws LogUnavailableException {
    SealingKey key = known.find(id);
    return key == null ? lookFor(id) : key;
  }

  private @Nullable SealingKey lookFor(String id) throws LogUnavailableException {
    try {
      if (!reading.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new LogUnavailableException("the keys of contents were not read in time", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted", e);
    }
    try {
      SealingKey key = known.find(id);
      Long missed = missing.get(id);
      if (key != null || missed != null && nanoTime.getAsLong() - missed < AGAIN_NANOS) {
        return key;
      }
      topic.read(known);
      key = known.find(id);
      if (key == null) {
        missing.put(id, nanoTime.getAsLong());
      }
      return key;
    } finally {
      reading.unlock();
    }
  }

  private static void read(LogSettings settings, KnownKeys<SealingKey> into)
      throws LogUnavailableException {
    try (TopicScan scan = new TopicScan(settings, PATIENCE)) {
      scan.readWhile(
          scan.partitions(Topics.MAIL_CONTENT_KEYS),
          0,
          PATIENCE,
          record -> {
            SealingKey key = SealingKey.of(TopicScan.parsed(record, SealingKeyMade.parser()));
            into.take(key.id(), key, record.timestamp());
            return true;
          });
    } catch (KafkaException | TimeoutException e) {
      throw new LogUnavailableException("the keys of contents could not be read", e);
    }
  }
}
