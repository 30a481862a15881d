package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever comes in whatever order, each recipient is in exactly one place and has at most one open
 * attempt (G2, log-mechanics §6). Seeded.
 */
class AccountingTest {
  private static final int MESSAGES = 12;
  private static final int RECIPIENTS = 3;
  private static final int STEPS = 1_500;

  @TempDir Path folder = Path.of("");

  /** What the world outside knows of a recipient. */
  private static final class Known {
    int open = 1; // the attempt that is open: the first one is from the beginning; 0: none
    int watched; // an attempt that its owner has handed over
    final Set<OutcomeKind> ends = new HashSet<>();
  }

  private final Map<EntryKey, Known> all = new HashMap<>();
  private final List<OutcomeRecorded.Builder> written = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void eachRecipientIsInOnePlaceAndHasOneOpenAttempt(long seed) {
    Random random = new Random(seed);
    try (SchedulerLab lab = new SchedulerLab(folder)) {
      for (int i = 0; i < MESSAGES; i++) {
        QueueId queueId = SchedulerLab.message();
        for (int r = 0; r < RECIPIENTS; r++) {
          all.put(new EntryKey(queueId, r), new Known());
        }
      }
      List<EntryKey> keys =
          all.keySet().stream().sorted((a, b) -> a.toString().compareTo(b.toString())).toList();
      for (int step = 0; step < STEPS; step++) {
        EntryKey key = keys.get(random.nextInt(keys.size()));
        step(lab, random, key);
        read(lab);
        check(lab);
      }
      drain(lab, keys);
      for (EntryKey key : keys) {
        assertThat(place(lab, key)).as("%s, seed %d", key, seed).isNotEqualTo("pending");
        Known known = known(key);
        Set<OutcomeKind> ends = new HashSet<>(known.ends);
        ends.remove(OutcomeKind.DELIVERED); // may come late, after any other end
        assertThat(ends).as("%s, seed %d", key, seed).hasSizeLessThanOrEqualTo(1);
        assertThat(known.ends).isNotEmpty();
      }
    }
  }

  private void step(SchedulerLab lab, Random random, EntryKey key) {
    Known known = known(key);
    int choice = random.nextInt(100);
    if (choice < 35) {
      if (known.open > 0) {
        outcome(lab, random, key, known);
      }
    } else if (choice < 42) {
      if (known.watched > 0) {
        boolean first = random.nextBoolean();
        OutcomeKind kind = first ? OutcomeKind.DEFERRED : OutcomeKind.DELIVERED;
        write(lab, key, known.watched, kind, true, !first && random.nextBoolean());
        if (known.watched == known.open) {
          known.open = 0;
        }
        known.watched = 0;
      }
    } else if (choice < 46) {
      if (!written.isEmpty()) { // the same id once more
        lab.write(written.get(random.nextInt(written.size())));
      }
    } else if (choice < 48) { // of an attempt that is long over
      if (known.open != 1 && known.ends.isEmpty() && known.watched != 1) {
        write(lab, key, 1, OutcomeKind.DEFERRED, false, false);
      }
    } else if (choice < 66) {
      ControlKind kind =
          ControlKind.forNumber(List.of(1, 1, 2, 2, 2, 3, 3, 3, 4).get(random.nextInt(9)));
      String id = "c" + random.nextInt(1_000_000);
      if (random.nextInt(4) == 0) {
        lab.control(kind, key.queueId(), id);
      } else {
        lab.control(kind, key.queueId(), id, key.recipient());
      }
    } else if (choice < 70) {
      lab.flush(SchedulerLab.ROUTE, "f" + random.nextInt(1_000_000));
    } else {
      long[] seconds = {1, 1, 5, 30, 60, 300, 700, 3600, 20_000};
      lab.advance(Duration.ofSeconds(seconds[random.nextInt(seconds.length)]));
    }
  }

  private void outcome(SchedulerLab lab, Random random, EntryKey key, Known known) {
    int attempt = known.open;
    switch (random.nextInt(10)) {
      case 0, 1 -> {
        known.open = 0;
        write(lab, key, attempt, OutcomeKind.DELIVERED, false, false);
      }
      case 2 -> {
        known.open = 0;
        write(lab, key, attempt, OutcomeKind.FAILED, false, false);
      }
      case 3 -> {
        known.open = 0;
        write(lab, key, attempt, OutcomeKind.HELD, false, false);
      }
      case 4 -> {
        if (known.watched == 0) {
          write(lab, key, attempt, OutcomeKind.STILL_OPEN, false, false);
          known.watched = attempt;
          known.open = 0;
        }
      }
      case 5 -> {
        known.open = 0;
        OutcomeRecorded.Builder busy =
            lab.outcome(
                    key.queueId(),
                    attempt,
                    OutcomeKind.DEFERRED,
                    "destination-busy",
                    key.recipient())
                .setNoAttempt(true)
                .setNotBeforeMillis(lab.millis() + random.nextInt(100_000));
        written.add(busy);
        lab.write(busy);
      }
      default -> {
        known.open = 0;
        write(lab, key, attempt, OutcomeKind.DEFERRED, false, false);
      }
    }
  }

  private void write(
      SchedulerLab lab, EntryKey key, int attempt, OutcomeKind kind, boolean after, boolean late) {
    OutcomeRecorded.Builder outcome =
        lab.outcome(key.queueId(), attempt, kind, "x", key.recipient())
            .setAfterStillOpen(after)
            .setLate(late);
    if (kind == OutcomeKind.DELIVERED) {
      known(key).ends.add(kind);
    } else if (kind == OutcomeKind.FAILED) {
      ScheduleEntry entry = lab.entry(key.queueId(), key.recipient());
      if (entry == null
          ? known(key).ends.isEmpty()
          : entry.getState() != ScheduleState.DELIVERED_MARK) {
        known(key).ends.add(kind);
      }
    }
    written.add(outcome);
    lab.write(outcome);
  }

  /** What the scheduler has written. */
  private void read(SchedulerLab lab) {
    for (OutcomeRecorded outcome : lab.own()) {
      for (RecipientOutcome recipient : outcome.getRecipientsList()) {
        EntryKey key = new EntryKey(QueueId.parse(outcome.getQueueId()), recipient.getRecipient());
        switch (recipient.getKind()) {
          case EXPIRED_OUTCOME, CANCELLED -> {
            assertThat(known(key).ends)
                .as("%s ends twice", key)
                .doesNotContain(recipient.getKind());
            known(key).ends.add(recipient.getKind());
          }
          default -> {}
        }
      }
    }
    for (AttemptDue due : lab.due()) {
      for (int recipient : due.getRecipientsList()) {
        Known known = known(new EntryKey(QueueId.parse(due.getQueueId()), recipient));
        assertThat(known.open)
            .as("%s/%d has two open attempts", due.getQueueId(), recipient)
            .isZero();
        assertThat(known.ends).as("tried after its end").isEmpty();
        known.open = due.getAttempt();
      }
    }
    lab.notices();
  }

  private void check(SchedulerLab lab) {
    all.forEach(
        (key, known) -> {
          ScheduleEntry entry = lab.entry(key.queueId(), key.recipient());
          ScheduleState state = entry == null ? null : entry.getState();
          boolean place =
              state != null
                  && state != ScheduleState.DELIVERED_MARK
                  && state != ScheduleState.REMEMBERED;
          boolean firstOpen = known.open == 1 && !place;
          int places = (place ? 1 : 0) + (firstOpen && known.ends.isEmpty() ? 1 : 0);
          assertThat(places)
              .as("%s: entry %s, open %d, ends %s", key, state, known.open, known.ends)
              .isEqualTo(known.ends.isEmpty() ? 1 : 0);
          if (state == ScheduleState.OPEN) {
            assertThat(known.open).as(key.toString()).isEqualTo(openAttempt(entry));
          }
        });
  }

  private static int openAttempt(@Nullable ScheduleEntry entry) {
    return entry == null ? 0 : entry.getAttempt();
  }

  /** All that is open is delivered, and what is held is released. */
  private void drain(SchedulerLab lab, List<EntryKey> keys) {
    for (int round = 0; round < 40; round++) {
      for (EntryKey key : keys) {
        Known known = known(key);
        if (known.open > 0) {
          int attempt = known.open;
          known.open = 0;
          write(lab, key, attempt, OutcomeKind.DELIVERED, false, false);
        }
        ScheduleEntry entry = lab.entry(key.queueId(), key.recipient());
        if (entry != null && entry.getState() == ScheduleState.ENTRY_HELD) {
          lab.control(ControlKind.RELEASE, key.queueId(), "r", key.recipient());
        }
      }
      lab.advance(Duration.ofHours(1));
      read(lab);
    }
  }

  private static String place(SchedulerLab lab, EntryKey key) {
    ScheduleEntry entry = lab.entry(key.queueId(), key.recipient());
    return entry == null
            || entry.getState() == ScheduleState.DELIVERED_MARK
            || entry.getState() == ScheduleState.REMEMBERED
        ? "none"
        : "pending";
  }

  private Known known(EntryKey key) {
    Known known = all.get(key);
    assertThat(known).isNotNull();
    return known;
  }
}
