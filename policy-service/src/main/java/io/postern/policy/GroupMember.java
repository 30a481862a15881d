package io.postern.policy;

import io.postern.log.LogSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A member of a consumer group. A task that must write exactly once puts records and position into
 * one transaction ({@link #begin}); another commits positions alone ({@link #commitLater}). It is
 * the Kafka client itself, since a framework's batch with transactions costs 84 us a message
 * against 36 us.
 *
 * <p>Owner: one thread, which polls at least every few seconds.
 *
 * <p>After a transaction that fails, for whatever reason, {@link #startOver} aborts it, closes the
 * producer with its transactional id, and reads on from the committed positions: nothing is
 * skipped, and no reader sees the aborted records. The group's generation fences a member that has
 * lost its partitions. The fetch of the committed positions waits for a transaction that is still
 * in its commit, so that a transaction which was committed after all is not repeated.
 */
public final class GroupMember implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(GroupMember.class);

  /** The least that a broker takes by default: a member that was killed is replaced after it. */
  public static final int SESSION_TIMEOUT_MILLIS = 6_000;

  private final LogSettings settings;
  private final String group;
  private final KafkaConsumer<String, byte[]> consumer;
  private @Nullable KafkaProducer<String, byte[]> producer;
  private boolean open; // a transaction was begun and not committed
  private volatile boolean joined;

  /**
   * Joins the group; the consumer stays its maker's to close.
   *
   * @param consumer made with {@link #properties}
   * @param assigned takes partitions that came to this member, on its thread
   */
  public GroupMember(
      LogSettings settings,
      String group,
      KafkaConsumer<String, byte[]> consumer,
      Collection<String> topics,
      Consumer<Collection<TopicPartition>> assigned) {
    this.settings = settings;
    this.group = group;
    this.consumer = consumer;
    consumer.subscribe(
        topics,
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            // Nothing is open between two polls.
          }

          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            joined = true; // also with none: another member has them
            assigned.accept(partitions);
          }

          @Override
          public void onPartitionsLost(Collection<TopicPartition> partitions) {
            joined = false;
          }
        });
  }

  /** The properties of a member's consumer. */
  static Properties properties(LogSettings settings, String group, Map<String, Object> more) {
    Properties properties = settings.consumer(group);
    // The group replaces a dead member after the session time-out; a new one gets its share after
    // two heartbeats.
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MILLIS);
    properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000);
    properties.putAll(more);
    return properties;
  }

  /**
   * @throws NoOffsetForPartitionException when a committed position is lost, which is an alarm
   */
  public ConsumerRecords<String, byte[]> poll(Duration timeout) {
    return consumer.poll(timeout);
  }

  /** Reads nothing until {@link #resumeAll}. */
  public void pauseAll() {
    consumer.pause(consumer.assignment());
  }

  public void resumeAll() {
    consumer.resume(consumer.paused());
  }

  /** The records come again with the next poll. */
  public void giveBack(ConsumerRecords<String, byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      if (consumer.assignment().contains(partition)) {
        consumer.seek(partition, records.records(partition).getFirst().offset());
      }
    }
  }

  public Set<TopicPartition> assignment() {
    return consumer.assignment();
  }

  /** The committed position of one of this member's partitions. */
  public OffsetAndMetadata committed(TopicPartition partition) {
    OffsetAndMetadata position = consumer.committed(Set.of(partition)).get(partition);
    if (position == null) {
      throw new NoOffsetForPartitionException(partition);
    }
    return position;
  }

  /** The offset that the next poll begins with. */
  public long position(TopicPartition partition) {
    return consumer.position(partition);
  }

  public void seek(TopicPartition partition, long offset) {
    consumer.seek(partition, offset);
  }

  /**
   * Commits positions of its present partitions without a transaction, and does not wait: the next
   * call commits a position that this one has not.
   */
  public void commitLater(
      Map<TopicPartition, OffsetAndMetadata> positions, Consumer<Exception> failed) {
    consumer.commitAsync(
        positions,
        (offsets, failure) -> {
          if (failure != null) {
            failed.accept(failure);
          }
        });
  }

  /** Records behind this member's position that wait, over its partitions, as far as is known. */
  public long lag() {
    long lag = 0;
    for (TopicPartition partition : consumer.assignment()) {
      lag += consumer.currentLag(partition).orElse(0);
    }
    return lag;
  }

  /** Begins a transaction; {@link #send} and {@link #commit} follow. */
  public void begin() {
    if (producer == null) {
      KafkaProducer<String, byte[]> fresh =
          new KafkaProducer<>(settings.transactionalProducer(group));
      producer = fresh;
      fresh.initTransactions();
    }
    producer().beginTransaction();
    open = true;
  }

  public Future<RecordMetadata> send(ProducerRecord<String, byte[]> record) {
    return producer().send(record);
  }

  /**
   * Commits the sent records with the positions.
   *
   * @param positions the next offset to read, by partition
   */
  public void commit(Map<TopicPartition, Long> positions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    positions.forEach((partition, next) -> offsets.put(partition, new OffsetAndMetadata(next)));
    producer().sendOffsetsToTransaction(offsets, consumer.groupMetadata());
    producer().commitTransaction();
    open = false;
  }

  /**
   * After a failure between {@link #begin} and {@link #commit}: throws the transaction away and
   * goes back to the committed positions.
   *
   * @throws KafkaException when the positions cannot be had: close this member and make another
   */
  public void startOver() {
    dropProducer();
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(consumer.assignment());
    for (TopicPartition partition : consumer.assignment()) {
      OffsetAndMetadata position = committed.get(partition);
      if (position == null) {
        throw new NoOffsetForPartitionException(partition);
      }
      consumer.seek(partition, position.offset());
    }
  }

  /** In the group, with partitions or without. Any thread. */
  boolean joined() {
    return joined;
  }

  /** Aborts an open transaction. Bounded: a few seconds. */
  @Override
  public void close() {
    dropProducer();
  }

  private void dropProducer() {
    KafkaProducer<String, byte[]> old = producer;
    producer = null;
    if (old == null) {
      return;
    }
    try {
      if (open) {
        old.abortTransaction();
      }
    } catch (KafkaException | IllegalStateException e) {
      // Fenced, or the broker is away: it aborts when the transaction's time is over.
      LOG.debugf(e, "transaction of %s not aborted by its owner", group);
    } finally {
      open = false;
      old.close(Duration.ZERO);
    }
  }

  private KafkaProducer<String, byte[]> producer() {
    KafkaProducer<String, byte[]> current = producer;
    if (current == null) {
      throw new IllegalStateException("no transaction was begun");
    }
    return current;
  }
}
