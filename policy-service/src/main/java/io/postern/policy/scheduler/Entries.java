package io.postern.policy.scheduler;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of one partition, and an index of it by time, so that waiting entries cost nothing
 * until they are due. The index is derived: it has no changelog and is made anew at each {@link
 * #rebuild}, so that it never disagrees with the schedule. Owner: the partition's task.
 */
final class Entries {
  /** An entry that is never due. */
  static final long NEVER = Long.MAX_VALUE;

  private static final byte[] NOTHING = {};
  private static final int AT_ONCE = 1000;

  private final KeyValueStore<String, byte[]> schedule;
  private final KeyValueStore<Bytes, byte[]> index;
  private final ToLongFunction<ScheduleEntry> wake;
  private final AtomicLongArray counts; // by state
  private final Map<String, Integer> remembered = new HashMap<>(); // entries REMEMBERED by message
  private long next = NEVER; // nothing in the index is earlier

  Entries(
      KeyValueStore<String, byte[]> schedule,
      KeyValueStore<Bytes, byte[]> index,
      ToLongFunction<ScheduleEntry> wake,
      AtomicLongArray counts) {
    this.schedule = schedule;
    this.index = index;
    this.wake = wake;
    this.counts = counts;
  }

  /**
   * Makes the index, and what is kept in memory, from the schedule.
   *
   * @return how many entries cannot be read: they are left alone, for the audit to find
   */
  int rebuild() {
    int unreadable = 0;
    List<KeyValue<Bytes, byte[]>> batch = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> old = index.all()) {
      while (old.hasNext()) {
        batch.add(KeyValue.pair(old.next().key, null));
        put(batch, AT_ONCE);
      }
    }
    put(batch, 1);
    try (KeyValueIterator<String, byte[]> all = schedule.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> stored = all.next();
        ScheduleEntry entry = readable(stored.value);
        if (entry == null) {
          unreadable++;
          continue;
        }
        EntryKey key = EntryKey.parse(stored.key);
        count(key, entry, 1);
        long time = wake.applyAsLong(entry);
        if (time != NEVER) {
          batch.add(KeyValue.pair(indexKey(time, key), NOTHING));
          put(batch, AT_ONCE);
          next = Math.min(next, time);
        }
      }
    }
    put(batch, 1);
    return unreadable;
  }

  private void put(List<KeyValue<Bytes, byte[]>> batch, int from) {
    if (batch.size() >= from) {
      index.putAll(batch);
      batch.clear();
    }
  }

  @Nullable ScheduleEntry get(EntryKey key) {
    byte[] value = schedule.get(key.toString());
    return value == null ? null : parse(key, value);
  }

  /**
   * @param old what {@link #get} gave
   * @param entry null: none any more
   */
  void put(EntryKey key, @Nullable ScheduleEntry old, @Nullable ScheduleEntry entry) {
    long before = old == null ? NEVER : wake.applyAsLong(old);
    long after = entry == null ? NEVER : wake.applyAsLong(entry);
    if (entry == null) {
      schedule.delete(key.toString());
    } else {
      schedule.put(key.toString(), entry.toByteArray());
      count(key, entry, 1);
    }
    if (old != null) {
      count(key, old, -1);
    }
    if (before == after) {
      return;
    }
    if (before != NEVER) {
      index.delete(indexKey(before, key));
    }
    if (after != NEVER) {
      index.put(indexKey(after, key), NOTHING);
      next = Math.min(next, after);
    }
  }

  /** When something is due at the earliest; {@link #NEVER}: nothing waits. */
  long next() {
    return next;
  }

  /** What is due by now, earliest first. Costs nothing when nothing is. */
  List<EntryKey> due(long now, int most) {
    if (now < next) {
      return List.of();
    }
    List<EntryKey> due = new ArrayList<>();
    // From there on: before it are only the tombstones of what was due earlier.
    try (KeyValueIterator<Bytes, byte[]> times = index.range(indexKey(next, null), null)) {
      while (times.hasNext()) {
        ByteBuffer key = ByteBuffer.wrap(times.next().key.get());
        next = key.getLong();
        if (next > now || due.size() == most) {
          return due;
        }
        due.add(EntryKey.parse(StandardCharsets.UTF_8.decode(key).toString()));
      }
    }
    next = NEVER;
    return due;
  }

  /** All entries of one message, in the order of their keys. */
  Map<EntryKey, ScheduleEntry> ofMessage(QueueId queueId) {
    Map<EntryKey, ScheduleEntry> entries = new HashMap<>();
    try (KeyValueIterator<String, byte[]> all =
        schedule.range(EntryKey.first(queueId), EntryKey.last(queueId))) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> stored = all.next();
        EntryKey key = EntryKey.parse(stored.key);
        entries.put(key, parse(key, stored.value));
      }
    }
    return entries;
  }

  /**
   * Entries that follow the given key (empty: from the first), to walk over all in pieces. What
   * cannot be read has a null.
   */
  Map<String, @Nullable ScheduleEntry> following(String cursor, int most) {
    Map<String, @Nullable ScheduleEntry> entries = new LinkedHashMap<>();
    try (KeyValueIterator<String, byte[]> all = schedule.range(cursor + "\0", null)) {
      while (all.hasNext() && entries.size() < most) {
        KeyValue<String, byte[]> stored = all.next();
        entries.put(stored.key, readable(stored.value));
      }
    }
    return entries;
  }

  private static @Nullable ScheduleEntry readable(byte[] value) {
    try {
      return ScheduleEntry.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  /** Whether a control waits for the first attempt of one of its recipients. Cheap. */
  boolean remembers(String queueId) {
    return !remembered.isEmpty() && remembered.containsKey(queueId);
  }

  int rememberedMessages() {
    return remembered.size();
  }

  private void count(EntryKey key, ScheduleEntry entry, int change) {
    int state = entry.getStateValue();
    if (state >= 0 && state < counts.length()) {
      counts.addAndGet(state, change);
    }
    if (entry.getState() == ScheduleState.REMEMBERED) {
      remembered.merge(
          key.queueId().value(), change, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
    }
  }

  private static ScheduleEntry parse(EntryKey key, byte[] value) {
    ScheduleEntry entry = readable(value);
    if (entry == null) {
      throw new Unprocessable("the schedule's entry " + key + " cannot be read");
    }
    return entry;
  }

  // Time first, so that the order of bytes is that of time; then the message.
  private static Bytes indexKey(long time, @Nullable EntryKey key) {
    byte[] name = key == null ? NOTHING : key.toString().getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(Long.BYTES + name.length).putLong(Math.max(0, time)).put(name).array());
  }
}
