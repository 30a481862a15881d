package io.postern.console;

import com.google.protobuf.MessageLite;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Records as the log gives them, of partition 0. Stateless. */
public final class LogRecords {
  private LogRecords() {}

  /**
   * @param at the log's time, Unix milliseconds
   */
  public static ConsumerRecord<String, byte @Nullable []> of(
      String topic, long offset, long at, @Nullable String key, MessageLite value) {
    byte[] bytes = value.toByteArray();
    return new ConsumerRecord<>(
        topic,
        0,
        offset,
        at,
        TimestampType.LOG_APPEND_TIME,
        key == null ? -1 : key.length(),
        bytes.length,
        key,
        bytes,
        new RecordHeaders(),
        Optional.empty());
  }
}
