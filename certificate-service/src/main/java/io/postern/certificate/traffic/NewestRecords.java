package io.postern.certificate.traffic;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.postern.log.reading.TopicFollower;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The newest record of each key of a compacted topic, by the record's own time: the time of reading
 * says nothing, since partitions are read side by side. Bounded by count and bytes: the oldest are
 * forgotten first. Any thread reads; the follower's writes.
 */
final class NewestRecords<T extends MessageLite> implements TopicFollower.View {
  private static final Logger LOG = Logger.getLogger(NewestRecords.class);

  private record Position(long millis, String key) {}

  private final Parser<T> parser;
  private final ToLongFunction<T> time;
  private final int mostCount;
  private final long mostBytes;
  private final Map<String, Position> positions = new HashMap<>();
  private final TreeMap<Position, T> records =
      new TreeMap<>(Comparator.comparingLong(Position::millis).thenComparing(Position::key));
  private long bytes;
  private boolean complete;

  /**
   * @param time Unix time in milliseconds that a record states
   * @param mostBytes of the records as they are in the log
   */
  NewestRecords(Parser<T> parser, ToLongFunction<T> time, int mostCount, long mostBytes) {
    this.parser = parser;
    this.time = time;
    this.mostCount = mostCount;
    this.mostBytes = mostBytes;
  }

  @Override
  public synchronized void begin() {
    positions.clear();
    records.clear();
    bytes = 0;
    complete = false;
  }

  @Override
  public synchronized void complete() {
    complete = true;
  }

  @Override
  public synchronized void take(ConsumerRecord<String, byte @Nullable []> record) {
    forget(record.key());
    byte[] value = record.value();
    if (value == null) {
      return;
    }
    try {
      T now = parser.parseFrom(value);
      Position at = new Position(time.applyAsLong(now), record.key());
      positions.put(record.key(), at);
      records.put(at, now);
      bytes += now.getSerializedSize();
    } catch (InvalidProtocolBufferException e) {
      LOG.warnf("%s offset %d cannot be read", record.topic(), record.offset());
    }
    while (records.size() > mostCount || bytes > mostBytes) {
      forget(records.firstKey().key());
    }
  }

  private void forget(String key) {
    Position at = positions.remove(key);
    T gone = at == null ? null : records.remove(at);
    bytes -= gone == null ? 0 : gone.getSerializedSize();
  }

  synchronized boolean isComplete() {
    return complete;
  }

  synchronized @Nullable T get(String key) {
    Position at = positions.get(key);
    return at == null ? null : records.get(at);
  }

  /** Those from this time on, the oldest first. */
  synchronized List<T> since(Instant earliest) {
    return List.copyOf(records.tailMap(new Position(earliest.toEpochMilli(), "")).values());
  }
}
