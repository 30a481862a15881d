package io.postern.policy.scheduler;

import io.postern.contracts.ParkedEntries;
import io.postern.contracts.v1.ScheduleEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The parked entries of one partition by group, and in a group by the offset of the outcome that
 * brought each there: who was tried last comes last. It is the second part of {@link Entries}'
 * index, behind all times. A key is group, offset, entry; the value the time before which it stays.
 * Owner: the partition's task.
 */
final class ParkedIndex {
  /** No key by time is behind it, and no key by group before it. */
  static final Bytes BEGIN = Bytes.wrap(ParkedGroup.prefix(false));

  private final KeyValueStore<Bytes, byte[]> store;

  /**
   * The recipients of one message that an outcome brought here, first in their group.
   *
   * @param notBefore they stay until then, Unix milliseconds
   * @param last key of the index
   */
  record Head(ParkedGroup group, List<EntryKey> keys, long notBefore, Bytes last) {
    /**
     * A later time is not that of a hand-back: a clock was ahead, or a version that does not park
     * wrote it. The group does not wait for it.
     */
    boolean waits(long now) {
      return notBefore > now && notBefore - now <= ParkedLane.PERIOD;
    }
  }

  ParkedIndex(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  /**
   * Follows a change of an entry.
   *
   * @param old null: there was none
   * @param entry null: there is none
   */
  void change(EntryKey key, @Nullable ScheduleEntry old, @Nullable ScheduleEntry entry) {
    KeyValue<Bytes, byte[]> before = pair(key, old);
    KeyValue<Bytes, byte[]> after = pair(key, entry);
    if (before != null && (after == null || !before.key.equals(after.key))) {
      store.delete(before.key);
    }
    if (after != null
        && (before == null
            || !before.key.equals(after.key)
            || !Arrays.equals(before.value, after.value))) {
      store.put(after.key, after.value);
    }
  }

  /** Its key and value; null: it is not parked. */
  static @Nullable KeyValue<Bytes, byte[]> pair(EntryKey key, @Nullable ScheduleEntry entry) {
    if (entry == null || !ParkedEntries.isParked(entry)) {
      return null;
    }
    byte[] group = ParkedGroup.of(entry).prefix();
    byte[] name = key.toString().getBytes(StandardCharsets.UTF_8);
    return KeyValue.pair(
        Bytes.wrap(
            ByteBuffer.allocate(group.length + Long.BYTES + name.length)
                .put(group)
                .putLong(entry.getOutcomeOffset())
                .put(name)
                .array()),
        ByteBuffer.allocate(Long.BYTES).putLong(entry.getDueMillis()).array());
  }

  /**
   * The first message of a group; null: there is none.
   *
   * @param after a key of the group, behind which to look; null: at the beginning. Before it are
   *     only the tombstones of those that have gone
   */
  @Nullable Head head(ParkedGroup group, @Nullable Bytes after) {
    byte[] prefix = group.prefix();
    List<EntryKey> keys = new ArrayList<>();
    long offset = 0;
    long notBefore = 0;
    Bytes last = null;
    Bytes from = after == null ? Bytes.wrap(prefix) : behind(after.get());
    try (KeyValueIterator<Bytes, byte[]> all = store.range(from, end(prefix))) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> each = all.next();
        ByteBuffer key = ByteBuffer.wrap(each.key.get()).position(prefix.length);
        long at = key.getLong();
        if (last != null && at != offset) {
          break;
        }
        offset = at;
        notBefore = Math.max(notBefore, ByteBuffer.wrap(each.value).getLong());
        keys.add(EntryKey.parse(StandardCharsets.UTF_8.decode(key).toString()));
        last = each.key;
      }
    }
    return last == null ? null : new Head(group, keys, notBefore, last);
  }

  /**
   * The group that follows another one; null: it was the last.
   *
   * @param group null: the first
   */
  @Nullable ParkedGroup after(boolean notices, @Nullable ParkedGroup group) {
    byte[] kind = ParkedGroup.prefix(notices);
    Bytes from = group == null ? Bytes.wrap(kind) : end(group.prefix());
    try (KeyValueIterator<Bytes, byte[]> all = store.range(from, end(kind))) {
      return all.hasNext() ? ParkedGroup.read(ByteBuffer.wrap(all.next().key.get())) : null;
    }
  }

  private static Bytes behind(byte[] key) {
    return Bytes.wrap(Arrays.copyOf(key, key.length + 1));
  }

  // No key with the prefix is at or behind it: its last byte is a 0, or that of a kind.
  private static Bytes end(byte[] prefix) {
    byte[] end = prefix.clone();
    end[end.length - 1]++;
    return Bytes.wrap(end);
  }
}
