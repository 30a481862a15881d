package io.postern.operator.audit;

import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * One committed record. Its bytes are valid while it is being folded.
 *
 * @param value null: a tombstone
 */
record LogRecord(
    long offset, long timestamp, @Nullable ByteBuffer key, @Nullable ByteBuffer value) {

  static LogRecord of(ConsumerRecord<ByteBuffer, ByteBuffer> read) {
    return new LogRecord(read.offset(), read.timestamp(), read.key(), read.value());
  }
}
