package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
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
 * attempt, and its sender gets one notice of an end that is not a delivery (G2;
 * docs/design/the-log.md, "Accounting"). Seeded.
 */
class AccountingTest {
  private static final int MESSAGES = 6;
  private static final int RECIPIENTS = 8;
  private static final int STEPS = 2_000;

  @TempDir Path folder = Path.of("");

  /** The fate of a recipient as seen from outside. */
  private static final class Known {
    int open = 1; // the attempt that is open: the first one is from the beginning; 0: none
    int watched; // an attempt that its owner has handed over
    Owner watchedBy = Owner.NOBODY;
    int notices; // that it failed, expired or was cancelled
    final Set<OutcomeKind> ends = new HashSet<>();
  }

  private final Map<EntryKey, Known> all = new HashMap<>();
  private final List<OutcomeRecorded.Builder> written = new ArrayList<>();
  private final Set<String> noticeIds = new HashSet<>();
  private Owner owner = SchedulerLab.OWNER;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void eachRecipientIsInOnePlaceHasOneOpenAttemptAndIsToldOfOnce(long seed) {
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
        assertThat(known.notices)
            .as("%s, %s, seed %d", key, known.ends, seed)
            .isEqualTo(ends.size());
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
        write(
            lab,
            outcome(lab, key, known.watched)
                .setAfterStillOpen(true)
                .setOwner(known.watchedBy.message()),
            List.of(key),
            List.of(kind));
        if (known.watched == known.open) {
          known.open = 0;
        }
        known.watched = 0;
      }
    } else if (choice < 46) {
      if (random.nextInt(4) == 0) { // another takes the partition
        owner = new Owner(owner.era(), owner.generation() + 1, 1 + random.nextInt(3));
        lab.taken(owner);
      } else if (!written.isEmpty()) { // an owner that has lost it writes the same
        lab.write(
            written
                .get(random.nextInt(written.size()))
                .clone()
                .setOwner(SchedulerLab.FORMER.message()));
      }
    } else if (choice < 48) { // of an attempt that is long over
      if (known.open != 1 && known.ends.isEmpty() && known.watched != 1) {
        write(lab, outcome(lab, key, 1), List.of(key), List.of(OutcomeKind.DEFERRED));
      }
    } else if (choice < 50) {
      undecidable(lab, random, key, known);
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

  /** Of the recipient, and of some others of the message whose same attempt is open. */
  private void outcome(SchedulerLab lab, Random random, EntryKey key, Known known) {
    int attempt = known.open;
    List<EntryKey> together = together(random, key, attempt);
    OutcomeRecorded.Builder outcome = outcome(lab, key, attempt);
    int choice = random.nextInt(10);
    if (choice == 0) {
      if (together.stream().allMatch(each -> known(each).watched == 0)) {
        write(lab, outcome, together, all(together, OutcomeKind.STILL_OPEN));
        together.forEach(
            each -> {
              known(each).watched = attempt;
              known(each).watchedBy = owner;
              known(each).open = 0;
            });
      }
      return;
    }
    together.forEach(each -> known(each).open = 0);
    if (choice == 1) {
      outcome.setNoAttempt(true).setNotBeforeMillis(lab.millis() + random.nextInt(100_000));
      write(lab, outcome, together, all(together, OutcomeKind.DEFERRED));
      return;
    }
    OutcomeKind shared = kind(random);
    boolean same = random.nextBoolean();
    write(
        lab,
        outcome,
        together,
        together.stream().map(each -> same ? shared : kind(random)).toList());
  }

  private List<EntryKey> together(Random random, EntryKey key, int attempt) {
    List<EntryKey> together = new ArrayList<>(List.of(key));
    for (int r = 0; r < RECIPIENTS; r++) {
      EntryKey other = new EntryKey(key.queueId(), r);
      if (!other.equals(key) && known(other).open == attempt && random.nextInt(3) > 0) {
        together.add(other);
      }
    }
    return together;
  }

  private static List<OutcomeKind> all(List<EntryKey> recipients, OutcomeKind kind) {
    return recipients.stream().map(each -> kind).toList();
  }

  private static OutcomeKind kind(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> OutcomeKind.DELIVERED;
      case 1, 2 -> OutcomeKind.FAILED;
      case 3, 4 -> OutcomeKind.HELD;
      default -> OutcomeKind.DEFERRED;
    };
  }

  /** The decider could not read a due record, or the scheduler its outcome. */
  private void undecidable(SchedulerLab lab, Random random, EntryKey key, Known known) {
    if (random.nextBoolean()) {
      if (known.open > 0) {
        int attempt = known.open;
        known.open = 0;
        write(lab, outcome(lab, key, attempt), List.of(key), List.of(OutcomeKind.RELEASED));
      }
      return;
    }
    for (int r = 0; r < RECIPIENTS; r++) {
      Known each = known(new EntryKey(key.queueId(), r));
      if (each.open > 1) { // first attempts are decided from another topic
        each.open = 0;
      }
    }
    write(lab, outcome(lab, key, 0).setWriter(OutcomeWriter.WRITER_DECIDER), List.of(), List.of());
  }

  private OutcomeRecorded.Builder outcome(SchedulerLab lab, EntryKey key, int attempt) {
    return lab.outcome(key.queueId(), attempt, OutcomeKind.OUTCOME_KIND_UNSPECIFIED, "")
        .setOwner(owner.message());
  }

  private void write(
      SchedulerLab lab,
      OutcomeRecorded.Builder outcome,
      List<EntryKey> recipients,
      List<OutcomeKind> kinds) {
    for (int i = 0; i < recipients.size(); i++) {
      EntryKey key = recipients.get(i);
      OutcomeKind kind = kinds.get(i);
      outcome.addRecipients(Answers.state(key.recipient(), kind, "x"));
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
    }
    written.add(outcome);
    lab.write(outcome);
  }

  /** The scheduler's records. */
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
          case HELD -> {
            if (recipient.getReason().equals(Reasons.UNDECIDABLE)) {
              known(key).open = 0; // for days nothing was heard of it
            }
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
    for (NoticeRequested notice : lab.notices()) {
      assertThat(noticeIds.add(notice.getNoticeId())).as(notice.getNoticeId()).isTrue();
      if (notice.getKind() == NoticeKind.NOTICE_FAILED) {
        for (RecipientOutcome recipient : notice.getRecipientsList()) {
          known(new EntryKey(QueueId.parse(notice.getQueueId()), recipient.getRecipient()))
              .notices++;
        }
      }
    }
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

  /** Delivers all open recipients, and releases held ones. */
  private void drain(SchedulerLab lab, List<EntryKey> keys) {
    for (int round = 0; round < 40; round++) {
      for (EntryKey key : keys) {
        Known known = known(key);
        if (known.open > 0) {
          int attempt = known.open;
          known.open = 0;
          write(lab, outcome(lab, key, attempt), List.of(key), List.of(OutcomeKind.DELIVERED));
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
