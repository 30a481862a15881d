package io.postern.certificate.seen;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.postern.log.TopicFollower;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The newest record of each key of a compacted topic. Bounded by count and bytes: those written
 * longest ago are forgotten first. Any thread reads; the follower's writes.
 */
final class Newest<T extends MessageLite> implements TopicFollower.View {
  private static final Logger LOG = Logger.getLogger(Newest.class);

  private final Parser<T> parser;
  private final int mostCount;
  private final long mostBytes;
  private final Map<String, T> records = new LinkedHashMap<>();
  private long bytes;
  private boolean complete;

  Newest(Parser<T> parser, int mostCount, long mostBytes) {
    this.parser = parser;
    this.mostCount = mostCount;
    this.mostBytes = mostBytes;
  }

  @Override
  public synchronized void begin() {
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
    // Taken out and put in again: the order is that of writing.
    T before = records.remove(record.key());
    bytes -= before == null ? 0 : before.getSerializedSize();
    byte[] value = record.value();
    if (value == null) {
      return;
    }
    try {
      T now = parser.parseFrom(value);
      records.put(record.key(), now);
      bytes += now.getSerializedSize();
    } catch (InvalidProtocolBufferException e) {
      LOG.warnf("%s offset %d cannot be read", record.topic(), record.offset());
    }
    var oldest = records.values().iterator();
    while (records.size() > mostCount || bytes > mostBytes) {
      bytes -= oldest.next().getSerializedSize();
      oldest.remove();
    }
  }

  synchronized boolean isComplete() {
    return complete;
  }

  synchronized @Nullable T get(String key) {
    return records.get(key);
  }

  /** In the order in which they were written last. */
  synchronized List<T> all() {
    return new ArrayList<>(records.values());
  }
}
