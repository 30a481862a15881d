package io.postern.operator.audit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;

/**
 * Reader of committed records, one partition of one topic at a time, without copying them. One
 * thread.
 *
 * <p>Bounds: the fetches of one consumer, 8 MiB. The end is asked with open transactions counted in
 * (read_uncommitted), and the last stable offset is waited for until it is there, as everything
 * that was committed when the positions were read must be seen; an open transaction that lasts
 * longer than {@code held} ends the reading there, with a note.
 */
final class KafkaReader implements LogSource.Reader {
  private static final int FETCH_BYTES = 8 << 20;
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<java.nio.ByteBuffer, java.nio.ByteBuffer> consumer;
  private final LongSupplier deadline;
  private final Duration held;
  private final AuditProgress progress;
  private final Consumer<String> notes;

  KafkaReader(
      Map<String, String> client,
      LongSupplier deadline,
      Duration held,
      AuditProgress progress,
      Consumer<String> notes) {
    this.deadline = deadline;
    this.held = held;
    this.progress = progress;
    this.notes = notes;
    Properties settings = new Properties();
    settings.putAll(client);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    // A fetch at a topic's end is under way when the next topic is turned to, and waited for.
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 5);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    settings.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
    consumer =
        new KafkaConsumer<>(settings, new ByteBufferDeserializer(), new ByteBufferDeserializer());
  }

  @Override
  public long read(Topic topic, int partition, long from, long end, Consumer<LogRecord> each)
      throws AuditUnavailableException, InterruptedException {
    if (from >= end) {
      return end;
    }
    TopicPartition at = KafkaLog.at(topic, partition);
    try {
      return read(at, from, end, each);
    } catch (InterruptException e) {
      // The client has set the flag again; the caller gets it as an exception.
      Thread.interrupted();
      throw new InterruptedException("while " + at + " was read");
    } catch (KafkaException e) {
      throw new AuditUnavailableException(at + " could not be read: " + KafkaLog.message(e), e);
    }
  }

  private long read(TopicPartition at, long from, long end, Consumer<LogRecord> each)
      throws AuditUnavailableException {
    consumer.assign(List.of(at));
    consumer.seek(at, from);
    long position = from;
    long movedNanos = System.nanoTime();
    while (position < end) {
      for (ConsumerRecord<java.nio.ByteBuffer, java.nio.ByteBuffer> record : consumer.poll(POLL)) {
        if (record.offset() < end) {
          each.accept(LogRecord.of(record));
        }
      }
      long now = System.nanoTime();
      long reached = Math.min(end, consumer.position(at));
      if (reached > position) {
        progress.passed(reached - position);
        position = reached;
        movedNanos = now;
      } else if (now - movedNanos > held.toNanos() && stable(at) <= position) {
        notes.accept(
            at + " is held back at offset " + position + " of " + end + " by an open transaction");
        return position;
      }
      if (now - deadline.getAsLong() > 0) {
        throw new AuditUnavailableException(
            at
                + " was read up to offset "
                + position
                + " of "
                + end
                + " only, within the time limit");
      }
    }
    return end;
  }

  /** The last stable offset: the end for a committed reader. */
  private long stable(TopicPartition at) {
    return consumer.endOffsets(List.of(at)).getOrDefault(at, 0L);
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
  }
}
