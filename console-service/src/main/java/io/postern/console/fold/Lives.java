package io.postern.console.fold;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.postern.console.store.PackedLife;
import io.postern.console.store.Rows;
import io.postern.console.wire.LifeRecord;
import io.postern.console.wire.MessageLife;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The records of messages, as rows. Those that are read in the transaction of their message's
 * acceptance are in its row, packed together: most messages end within a second. Others are rows of
 * the table event. A record that comes again, in a rebuild of days that the log holds in part, may
 * be in both.
 *
 * <p>Owner: one thread. The caller bounds the records of a transaction.
 */
final class Lives {
  // A message with a thousand recipients: its page reads the life whole.
  private static final int MOST_PACKED_BYTES = 256 << 10;

  /** A record about a message, behind its acceptance. */
  record Event(
      int day, String queueId, String topic, long offset, long at, String worth, byte[] value) {}

  /** A message's row: its columns before the last one, {@code life}. */
  private static final class Accepted {
    final @Nullable Object[] columns;
    final long at;
    final MessageLife.Builder life;
    final List<Event> packed = new ArrayList<>(2);
    int bytes;

    Accepted(@Nullable Object[] columns, long at, ByteString record) {
      this.columns = columns;
      this.at = at;
      this.life = MessageLife.newBuilder().setAccepted(record);
    }
  }

  private final Map<String, Accepted> accepted = new LinkedHashMap<>();
  private final List<Event> waiting = new ArrayList<>();
  private final Rows messages =
      new Rows(
          "message",
          "day int, queue_id text, at bigint, from_address text, from_domain text, message_id text,"
              + " client_ip inet, listener text, tls text, cipher text, size bigint,"
              + " recipients int, cause_queue_id text, peer_names text, life bytea",
          "ON CONFLICT DO NOTHING RETURNING queue_id");
  private final Rows events =
      new Rows(
          "event",
          "day int, queue_id text, topic text, log_offset bigint, at bigint, worth text,"
              + " record bytea",
          "ON CONFLICT DO NOTHING");

  /**
   * @param columns of its row, without the life
   * @param record MessageAccepted
   */
  void accepted(String queueId, long at, byte[] record, @Nullable Object... columns) {
    accepted.putIfAbsent(
        queueId, new Accepted(columns, at, UnsafeByteOperations.unsafeWrap(record)));
  }

  void event(Event event) {
    waiting.add(event);
  }

  void write(Connection connection) throws SQLException {
    for (Event event : waiting) {
      Accepted message = accepted.get(event.queueId());
      if (message == null || message.bytes + event.value().length > MOST_PACKED_BYTES) {
        add(event);
      } else {
        message.bytes += event.value().length;
        message.packed.add(event);
        message.life.addRecords(
            LifeRecord.newBuilder()
                .setTopic(event.topic())
                .setLogOffset(event.offset())
                .setAfter(event.at() - message.at)
                .setWorth(event.worth())
                .setRecord(UnsafeByteOperations.unsafeWrap(event.value())));
      }
    }
    for (Accepted message : accepted.values()) {
      @Nullable Object[] row = java.util.Arrays.copyOf(message.columns, message.columns.length + 1);
      row[row.length - 1] = PackedLife.pack(message.life.build());
      messages.add(row);
    }
    Set<String> made = new HashSet<>(messages.writeReturning(connection));
    for (Map.Entry<String, Accepted> each : accepted.entrySet()) {
      if (!made.contains(each.getKey())) { // its row is there, and may not have these
        each.getValue().packed.forEach(this::add);
      }
    }
    events.write(connection);
    forget();
  }

  private void add(Event event) {
    events.add(
        event.day(),
        event.queueId(),
        event.topic(),
        event.offset(),
        event.at(),
        event.worth(),
        event.value());
  }

  /** After a transaction that failed, too. */
  void forget() {
    accepted.clear();
    waiting.clear();
    messages.clear();
    events.clear();
  }
}
