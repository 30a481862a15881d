package io.postern.log.sending;

import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * A producer that compresses small records and leaves large ones as they are. Readers bound what
 * they fetch in bytes and a poll in records: a record of megabytes with a thousand equal
 * explanations would be small in a fetch, and a poll of a hundred of them would fill the heap
 * (docs/decisions/0107-what-a-message-costs-the-read-model.md).
 *
 * <p>Records stay in the order of their sends: before one of the other kind, all that was sent is
 * waited for, for the delivery time-out at most. Owner: one thread sends, any closes. Memory: the
 * producer's buffer, twice once a large record was sent.
 */
public final class CompressingProducer extends KafkaProducer<String, byte[]> {
  /** Larger values are not compressed. */
  public static final int MOST_BYTES = 16 << 10;

  // Of three records a message, zstd leaves a tenth less, and costs twice as much at each reader.
  private static final String CODEC = "lz4";

  private final Properties settings;
  private volatile @Nullable KafkaProducer<String, byte[]> plain;
  private volatile boolean closed;
  private boolean large;

  /**
   * @param settings of a durable producer
   */
  public CompressingProducer(Properties settings) {
    super(compressing(settings));
    this.settings = settings;
  }

  /** The same settings for records of which none is large. */
  private static Properties compressing(Properties settings) {
    Properties compressing = new Properties();
    compressing.putAll(settings);
    compressing.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, CODEC);
    return compressing;
  }

  @Override
  public Future<RecordMetadata> send(
      ProducerRecord<String, byte[]> message, @Nullable Callback callback) {
    byte[] value = message.value();
    boolean isLarge = value != null && value.length > MOST_BYTES;
    if (isLarge != large) {
      flush();
      large = isLarge;
    }
    // After a failure the callback has closed both, and either refuses the record.
    return isLarge ? plain().send(message, callback) : super.send(message, callback);
  }

  private KafkaProducer<String, byte[]> plain() {
    KafkaProducer<String, byte[]> other = plain;
    if (other == null) {
      other = new KafkaProducer<>(settings);
      plain = other;
      if (closed) {
        other.close(Duration.ZERO);
      }
    }
    return other;
  }

  @Override
  public void flush() {
    super.flush();
    KafkaProducer<String, byte[]> other = plain;
    if (other != null) {
      other.flush();
    }
  }

  @Override
  public void close(Duration timeout) {
    closed = true;
    KafkaProducer<String, byte[]> other = plain;
    try {
      super.close(timeout);
    } finally {
      if (other != null) {
        other.close(timeout);
      }
    }
  }
}
