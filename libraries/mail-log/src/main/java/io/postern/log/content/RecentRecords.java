package io.postern.log.content;

import java.util.Iterator;
import java.util.LinkedHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The records a lane has read lately, bounded in bytes: a reader that comes a moment later (the
 * decider's next batch, a second delivery of the same message) finds them without going back in the
 * log. Owner: the lane's thread.
 */
final class RecentRecords {
  private static final int OVERHEAD = 200;

  private record Place(TopicPartition partition, long offset) {}

  private final LinkedHashMap<Place, ConsumerRecord<String, byte[]>> records =
      new LinkedHashMap<>();
  private final long maxBytes;
  private long bytes;

  RecentRecords(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Nullable ConsumerRecord<String, byte[]> get(TopicPartition partition, long offset) {
    return records.get(new Place(partition, offset));
  }

  void put(TopicPartition partition, ConsumerRecord<String, byte[]> chunk) {
    if (records.putIfAbsent(new Place(partition, chunk.offset()), chunk) == null) {
      bytes += size(chunk);
    }
    Iterator<ConsumerRecord<String, byte[]>> oldest = records.values().iterator();
    while (bytes > maxBytes && records.size() > 1) {
      bytes -= size(oldest.next());
      oldest.remove();
    }
  }

  private static long size(ConsumerRecord<String, byte[]> chunk) {
    return (long) OVERHEAD + octets(chunk);
  }

  static int octets(ConsumerRecord<String, byte[]> record) {
    return record.value() == null ? 0 : record.value().length;
  }
}
