package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index by time, when a partition comes with many entries. */
class EntriesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int MANY = 100;

  @TempDir Path folder = Path.of("");
  private SchedulerLab lab;
  private KeyValueStore<String, byte[]> schedule;
  private KeyValueStore<Bytes, byte[]> index;
  private final List<EntryKey> keys = new ArrayList<>();

  @BeforeEach
  void open() {
    lab = new SchedulerLab(folder);
    schedule = lab.store(SchedulerTopology.SCHEDULE);
    index = lab.index();
    TreeSet<String> sorted = new TreeSet<>();
    for (int i = 0; i < MANY; i++) {
      sorted.add(QueueId.next(0) + "/0");
    }
    sorted.forEach(key -> keys.add(EntryKey.parse(key)));
    for (int i = 0; i < MANY; i++) {
      schedule.put(keys.get(i).toString(), waiting(i).toByteArray());
    }
  }

  @AfterEach
  void close() {
    lab.close();
  }

  private static ScheduleEntry waiting(long due) {
    return ScheduleEntry.newBuilder().setState(ScheduleState.WAITING).setDueMillis(due).build();
  }

  private static ScheduleEntry remembered() {
    return ScheduleEntry.newBuilder()
        .setState(ScheduleState.REMEMBERED)
        .setDueMillis(1_000_000)
        .build();
  }

  /** As after a kill or a new owner: only the stores are left. */
  private Entries restored(AtomicLongArray counts) {
    return new Entries(schedule, index, ScheduleEntry::getDueMillis, counts);
  }

  private static AtomicLongArray counts() {
    return new AtomicLongArray(ScheduleState.values().length);
  }

  private static List<EntryKey> due(Entries entries) {
    return entries.due(500_000, 1_000).stream().map(Entries.DueEntry::key).toList();
  }

  @Test
  void itIsMadeInPiecesAndNothingIsDueBeforeItIsDone() {
    AtomicLongArray counts = counts();
    Entries entries = restored(counts);
    int pieces = 1;
    while (!entries.build(10, SECOND)) {
      assertThat(due(entries)).isEmpty();
      assertThat(counts.get(ScheduleState.WAITING_VALUE)).isLessThanOrEqualTo(10L * pieces);
      pieces++;
    }
    assertThat(pieces).isBetween(MANY / 10, MANY / 10 + 2);
    assertThat(due(entries)).isEqualTo(keys);
    assertThat(counts.get(ScheduleState.WAITING_VALUE)).isEqualTo(MANY);
  }

  @Test
  void noTimeMeansNoWork() {
    Entries entries = restored(counts());
    assertThat(entries.build(1_000, 0)).isFalse();
    assertThat(due(entries)).isEmpty();
    assertThat(entries.build(1_000, SECOND)).isTrue();
  }

  @Test
  void changesBetweenThePiecesAreInItOnce() {
    Entries before = restored(counts());
    assertThat(before.build(1_000, SECOND)).isTrue(); // leaves an index behind
    before.put(keys.get(90), waiting(90), waiting(2)); // and another time than before
    AtomicLongArray counts = counts();
    Entries entries = restored(counts);
    QueueId come = QueueId.next(0);
    int piece = 0;
    do {
      EntryKey key = keys.get(piece * 3); // before and behind where it has come to
      ScheduleEntry old = Objects.requireNonNull(entries.get(key));
      switch (piece % 3) {
        case 0 -> entries.put(key, old, null);
        case 1 -> entries.put(key, old, waiting(old.getDueMillis() + 1_000_000));
        default -> entries.put(key, old, waiting(old.getDueMillis() + 1));
      }
      entries.put(new EntryKey(come, piece), null, remembered());
      assertThat(entries.remembers(come.value())).isTrue();
      assertThat(entries.remembers(keys.get(99).queueId().value()))
          .as("it is not known yet")
          .isTrue();
      piece++;
    } while (!entries.build(8, SECOND));
    assertThat(piece).isBetween(20, 33);
    List<EntryKey> expected = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      if (i % 3 != 0 || i / 3 >= piece || i / 3 % 3 == 2) {
        expected.add(keys.get(i));
      }
    }
    assertThat(due(entries)).containsExactlyInAnyOrderElementsOf(expected);
    int removed = (piece + 2) / 3;
    assertThat(counts.get(ScheduleState.WAITING_VALUE)).isEqualTo(MANY - removed);
    assertThat(counts.get(ScheduleState.REMEMBERED_VALUE)).isEqualTo(piece);
    assertThat(entries.remembered()).isEqualTo(piece);
    assertThat(entries.remembers(come.value())).isTrue();
    assertThat(entries.remembers(keys.get(99).queueId().value())).isFalse();
  }

  /** It used to end the task, again and again. */
  @Test
  void anOddKeyOrValueIsLeftAlone() {
    schedule.put("odd", waiting(1).toByteArray());
    schedule.put(keys.get(3).queueId() + "/x", waiting(1).toByteArray());
    schedule.put(keys.get(5).toString(), new byte[] {1});
    Entries entries = restored(counts());
    assertThat(entries.build(1_000, SECOND)).isTrue();
    assertThat(entries.unreadable()).isEqualTo(3);
    assertThat(due(entries)).hasSize(MANY - 1).doesNotContain(keys.get(5));
    assertThat(entries.following("", 1_000)).hasSize(MANY + 2).containsEntry("odd", null);
  }
}
