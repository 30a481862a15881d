package io.postern.policy.scheduler;

import io.postern.contracts.ParkedEntries;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one step of the schedule, put together before any of them is made: a step that
 * fails on the way has changed nothing, and can be tried again. Owner: the partition's task; for
 * one use.
 */
final class Changes {
  private final Entries entries;
  private final ScheduleMarks marks;
  private final ParkedMail parked;
  private final Outbox outbox;
  private final long now;
  private final Map<EntryKey, StagedEntry> staged = new LinkedHashMap<>();
  private final List<Runnable> others = new ArrayList<>();
  private final Map<ParkedGroup, RouteSign> ended = new LinkedHashMap<>();
  private int remembered; // entries that only remember a control: more than before

  private record StagedEntry(@Nullable ScheduleEntry old, @Nullable ScheduleEntry entry) {}

  Changes(Entries entries, ScheduleMarks marks, ParkedMail parked, Outbox outbox, long now) {
    this.entries = entries;
    this.marks = marks;
    this.parked = parked;
    this.outbox = outbox;
    this.now = now;
  }

  long now() {
    return now;
  }

  Outbox outbox() {
    return outbox;
  }

  ScheduleMarks marks() {
    return marks;
  }

  /** A control of all recipients that waits for first attempts; null: none. */
  @Nullable MessageControl ofAll(QueueId queueId) {
    return marks.isEmpty() ? null : marks.all(queueId);
  }

  @Nullable ScheduleEntry entry(EntryKey key) {
    StagedEntry known = staged.get(key);
    return known != null ? known.entry() : entries.get(key);
  }

  /** All entries of a message, by recipient. */
  Map<EntryKey, ScheduleEntry> ofMessage(QueueId queueId) {
    Map<EntryKey, ScheduleEntry> all = new TreeMap<>(Comparator.comparingInt(EntryKey::recipient));
    all.putAll(entries.ofMessage(queueId));
    staged.forEach(
        (key, change) -> {
          if (key.queueId().equals(queueId)) {
            if (change.entry() == null) {
              all.remove(key);
            } else {
              all.put(key, change.entry());
            }
          }
        });
    return all;
  }

  void put(EntryKey key, ScheduleEntry entry) {
    stage(key, entry);
  }

  void remove(EntryKey key) {
    stage(key, null);
  }

  private void stage(EntryKey key, @Nullable ScheduleEntry entry) {
    StagedEntry known = staged.get(key);
    ScheduleEntry old = known != null ? known.old() : entries.get(key);
    remembered += remembers(entry) - remembers(known != null ? known.entry() : old);
    staged.put(key, new StagedEntry(old, entry));
  }

  private static int remembers(@Nullable ScheduleEntry entry) {
    return entry != null && entry.getState() == ScheduleState.REMEMBERED ? 1 : 0;
  }

  /** A change of {@link #marks} or of the index, made with the rest and before the entries. */
  void later(Runnable change) {
    others.add(change);
  }

  /** The attempt of mail that rested has ended; what recipients of one step say counts once. */
  void ended(ParkedGroup group, RouteSign sign) {
    ended.merge(group, sign, (a, b) -> a.compareTo(b) > 0 ? a : b);
  }

  /** Whether there is no room for one more entry that only remembers a control. */
  boolean tooManyRemembered() {
    return entries.remembered() + remembered >= Entries.MOST_REMEMBERED;
  }

  /** Makes all changes in the stores. The caller writes the records of {@link #outbox}. */
  void apply() {
    others.forEach(Runnable::run);
    staged.forEach(
        (key, change) -> {
          if (change.old() != null || change.entry() != null) {
            entries.put(key, change.old(), change.entry());
          }
          if (change.entry() != null && ParkedEntries.isParked(change.entry())) {
            parked.rests(ParkedGroup.of(change.entry()), now);
          }
        });
    ended.forEach((group, sign) -> parked.ended(group, sign, now));
  }
}
