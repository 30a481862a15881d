package io.postern.stack.audit;

import io.postern.contracts.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * One committed record. Its bytes are valid while it is being folded.
 *
 * @param value null: a tombstone
 * @param finalAttempt its header says that the scheduler keeps no state for it
 * @param byScheduler its header says that the scheduler wrote it, who skips it
 */
record LogRecord(
    long offset,
    long timestamp,
    @Nullable ByteBuffer key,
    @Nullable ByteBuffer value,
    boolean finalAttempt,
    boolean byScheduler) {
  private static final byte[] FINAL = Headers.FINAL_YES.getBytes(StandardCharsets.UTF_8);
  private static final byte[] SCHEDULER = Headers.WRITER_SCHEDULER.getBytes(StandardCharsets.UTF_8);

  static LogRecord of(ConsumerRecord<ByteBuffer, ByteBuffer> read) {
    boolean finalAttempt = false;
    boolean byScheduler = false;
    for (Header header : read.headers()) {
      finalAttempt |=
          header.key().equals(Headers.FINAL) && java.util.Arrays.equals(header.value(), FINAL);
      byScheduler |=
          header.key().equals(Headers.WRITER) && java.util.Arrays.equals(header.value(), SCHEDULER);
    }
    return new LogRecord(
        read.offset(), read.timestamp(), read.key(), read.value(), finalAttempt, byScheduler);
  }
}
