package io.postern.log.sealing;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.SealingKeyMade;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.reading.TopicScan;
import io.postern.log.rules.KnownKeys;
import io.postern.log.rules.Newest;
import java.time.Duration;
import java.util.HashMap;
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
  private final KnownKeys<SealingKey> known = new KnownKeys<>();
  private final ReentrantLock reading = new ReentrantLock();
  private final Map<String, Long> missing = new Newest<>(REMEMBERED); // guarded by reading

  /** The topic of keys. */
  @FunctionalInterface
  interface Topic {
    /** All keys that the log has, by their id. */
    Map<String, SealingKey> read() throws LogUnavailableException;
  }

  public ContentKeys(LogSettings settings) {
    this(() -> read(settings), System::nanoTime);
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
    SealingKey key = known.find(id, nanoTime.getAsLong());
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
      long now = nanoTime.getAsLong();
      SealingKey key = known.find(id, now);
      Long missed = missing.get(id);
      if (key != null || missed != null && now - missed < AGAIN_NANOS) {
        return key;
      }
      known.are(topic.read(), now);
      key = known.find(id, now);
      if (key == null) {
        missing.put(id, now);
      }
      return key;
    } finally {
      reading.unlock();
    }
  }

  private static Map<String, SealingKey> read(LogSettings settings) throws LogUnavailableException {
    Map<String, SealingKey> keys = new HashMap<>();
    try (TopicScan scan = new TopicScan(settings, PATIENCE)) {
      scan.readWhile(
          scan.partitions(Topics.MAIL_CONTENT_KEYS),
          0,
          PATIENCE,
          record -> {
            SealingKey key = SealingKey.of(TopicScan.parsed(record, SealingKeyMade.parser()));
            keys.put(key.id(), key);
            return true;
          });
    } catch (KafkaException | TimeoutException e) {
      throw new LogUnavailableException("the keys of contents could not be read", e);
    }
    return keys;
  }
}
