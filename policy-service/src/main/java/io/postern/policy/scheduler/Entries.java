package io.postern.policy.scheduler;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.ParkedEntries;
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
 * until they are due, and of what rests by its group. The index is derived: it has no changelog and
 * is made anew when a partition comes, so that it never disagrees with the schedule. {@link #build}
 * makes it in pieces, since a thread that is busy for seconds lets the transactions of its other
 * partitions run out. Until the index is built nothing is due, and all else works. Owner: the
 * partition's task.
 */
final class Entries {
  /** An entry that is never due. */
  static final long NEVER = Long.MAX_VALUE;

  /** Entries that only remember a control. */
  static final int MOST_REMEMBERED = 10_000;

  private static final byte[] NOTHING = {};
  private static final int AT_ONCE = 500;

  private final KeyValueStore<String, byte[]> schedule;
  private final KeyValueStore<Bytes, byte[]> index;
  private final ParkedIndex parked;
  private final ToLongFunction<ScheduleEntry> wake;
  private final AtomicLongArray counts; // by state
  private final Map<String, Integer> remembered = new HashMap<>(); // entries REMEMBERED by message
  private int allRemembered;
  private long next = NEVER; // nothing in the index is earlier

  private enum Stage {
    CLEARING, // the index of an earlier owner goes
    INDEXING,
    DONE
  }

  private Stage stage = Stage.CLEARING;
  private @Nullable Bytes cleared; // up to there
  private String indexed = ""; // up to there, and counted
  private int unreadable;
  private long resting;

  /** An entry whose time has come. */
  record DueEntry(long time, EntryKey key) {}

  Entries(
      KeyValueStore<String, byte[]> schedule,
      KeyValueStore<Bytes, byte[]> index,
      ToLongFunction<ScheduleEntry> wake,
      AtomicLongArray counts) {
    this.schedule = schedule;
    this.index = index;
    this.parked = new ParkedIndex(index);
    this.wake = wake;
    this.counts = counts;
  }

  /** Whether the index and the counts in memory are complete. */
  boolean built() {
    return stage == Stage.DONE;
  }

  /** Entries that cannot be read: they are left alone, for the audit to find. Once built. */
  int unreadable() {
    return unreadable;
  }

  /**
   * Makes one piece of the index, and of the counts in memory, from the schedule. Changes may come
   * in between: a change has the same effect on the index before and after its piece.
   *
   * @param most entries in this piece
   * @param nanos that it may take, about
   * @return whether it is built
   */
  boolean build(int most, long nanos) {
    long until = System.nanoTime() + nanos;
    int left = most;
    while (stage != Stage.DONE && left > 0 && System.nanoTime() - until < 0) {
      int some = Math.min(AT_ONCE, left);
      int done = stage == Stage.CLEARING ? clear(some) : index(some);
      if (done < some) {
        stage = stage == Stage.CLEARING ? Stage.INDEXING : Stage.DONE;
      }
      left -= done;
    }
    return built();
  }

  private int clear(int most) {
    List<KeyValue<Bytes, byte[]>> batch = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> old = index.range(cleared, null)) {
      while (old.hasNext() && batch.size() < most) {
        cleared = old.next().key;
        batch.add(KeyValue.pair(cleared, null));
      }
    }
    index.putAll(batch);
    return batch.size();
  }

  private int index(int most) {
    List<KeyValue<Bytes, byte[]>> batch = new ArrayList<>();
    int seen = 0;
    try (KeyValueIterator<String, byte[]> all = schedule.range(indexed + "\0", null)) {
      while (all.hasNext() && seen < most) {
        KeyValue<String, byte[]> stored = all.next();
        seen++;
        indexed = stored.key;
        EntryKey key = readable(stored.key);
        ScheduleEntry entry = readable(stored.value);
        if (key == null || entry == null) {
          unreadable++;
          continue;
        }
        count(key, entry, 1);
        long time = wake.applyAsLong(entry);
        if (time != NEVER) {
          batch.add(KeyValue.pair(indexKey(time, key), NOTHING));
          next = Math.min(next, time);
        }
        KeyValue<Bytes, byte[]> rests = ParkedIndex.pair(key, entry);
        if (rests != null) {
          batch.add(rests);
        }
      }
    }
    index.putAll(batch);
    return seen;
  }

  @Nullable ScheduleEntry get(EntryKey key) {
    byte[] value = schedule.get(key.toString());
    return value == null ? null : parse(key, value);
  }

  /**
   * @param old the result of {@link #get}
   * @param entry null: none any more
   */
  void put(EntryKey key, @Nullable ScheduleEntry old, @Nullable ScheduleEntry entry) {
    long before = old == null ? NEVER : wake.applyAsLong(old);
    long after = entry == null ? NEVER : wake.applyAsLong(entry);
    if (entry == null) {
      schedule.delete(key.toString());
    } else {
      schedule.put(key.toString(), entry.toByteArray());
    }
    // The index counts the rest when it comes to it.
    if (built() || key.toString().compareTo(indexed) <= 0) {
      if (entry != null) {
        count(key, entry, 1);
      }
      if (old != null) {
        count(key, old, -1);
      }
    }
    parked.change(key, old, entry);
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

  /** How many rest, once built. */
  long resting() {
    return resting;
  }

  /** The entries that rest, complete once built. */
  ParkedIndex parked() {
    return parked;
  }

  /** When something is due at the earliest; {@link #NEVER}: nothing waits. */
  long next() {
    return next;
  }

  /**
   * The entries that are due by now, earliest first; none before the index is built. Costs nothing
   * when none is due. Each is given once: the caller changes or {@link #postpone}s it.
   */
  List<DueEntry> due(long now, int most) {
    if (now < next || !built()) {
      return List.of();
    }
    List<DueEntry> due = new ArrayList<>();
    // From there on: before it are only the tombstones of earlier entries.
    try (KeyValueIterator<Bytes, byte[]> times =
        index.range(indexKey(next, null), ParkedIndex.BEGIN)) {
      while (times.hasNext()) {
        ByteBuffer key = ByteBuffer.wrap(times.next().key.get());
        next = key.getLong();
        if (next > now || due.size() == most) {
          return due;
        }
        due.add(new DueEntry(next, EntryKey.parse(StandardCharsets.UTF_8.decode(key).toString())));
      }
    }
    next = NEVER;
    return due;
  }

  /** Looked at again at the given time, whatever the entry says; {@link #NEVER}: not again. */
  void postpone(DueEntry due, long time) {
    index.delete(indexKey(due.time(), due.key()));
    if (time != NEVER) {
      index.put(indexKey(time, due.key()), NOTHING);
      next = Math.min(next, time);
    }
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
   * Entries that follow the given key (empty: from the first), to walk over all in pieces; null for
   * an entry that cannot be read.
   */
  Map<String, @Nullable ScheduleEntry> following(String cursor, int most) {
    Map<String, @Nullable ScheduleEntry> entries = new LinkedHashMap<>();
    try (KeyValueIterator<String, byte[]> all = schedule.range(cursor + "\0", null)) {
      while (all.hasNext() && entries.size() < most) {
        KeyValue<String, byte[]> stored = all.next();
        entries.put(stored.key, readable(stored.key) == null ? null : readable(stored.value));
      }
    }
    return entries;
  }

  private static @Nullable EntryKey readable(String key) {
    try {
      return EntryKey.parse(key);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable ScheduleEntry readable(byte[] value) {
    try {
      return ScheduleEntry.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  /** Whether a control may wait for the first attempt of one of its recipients. Cheap. */
  boolean remembers(String queueId) {
    return !built() || allRemembered > 0 && remembered.containsKey(queueId);
  }

  /** Entries that only remember a control. */
  int remembered() {
    return allRemembered;
  }

  private void count(EntryKey key, ScheduleEntry entry, int change) {
    if (ParkedEntries.isParked(entry)) {
      resting += change;
    }
    int state = entry.getStateValue();
    if (state >= 0 && state < counts.length()) {
      counts.addAndGet(state, change);
    }
    if (entry.getState() == ScheduleState.REMEMBERED) {
      allRemembered += change;
      remembered.merge(
          key.queueId().value(), change, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
    }
  }

  private static ScheduleEntry parse(EntryKey key, byte[] value) {
    ScheduleEntry entry = readable(value);
    if (entry == null) {
      throw new UnprocessableException("the schedule's entry " + key + " cannot be read");
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
