package io.postern.operator.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A history that keeps the rules is clean after each of its transactions; one fault makes it red.
 */
final class HistoryTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void everyPrefixOfACorrectHistoryIsClean(long seed) {
    History history = new History(seed);
    for (int i = 0; i < 400; i++) {
      history.step();
      AuditReport report = history.log.audit();
      assertThat(report.alarms()).as("seed %d, step %d", seed, i).isEmpty();
      assertThat(report.mail().balanced() && report.dsns().balanced()).isTrue();
    }
    assertThat(history.log.next(Topic.DUE)).isPositive();
    assertThat(history.log.next(Topic.NOTICES)).isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void aDrainedHistoryHasNothingPending(long seed) {
    History history = run(seed, 2_000);
    history.drain();
    AuditReport report = history.log.audit();
    assertThat(report.alarms()).isEmpty();
    assertThat(report.mail().pending()).isZero();
    assertThat(report.dsns().accepted()).isPositive();
    assertThat(report.uncounted())
        .containsKeys(
            UncountedRecord.REPLAY,
            UncountedRecord.GAP,
            UncountedRecord.MARKER,
            UncountedRecord.MARKER_NOT_ABOVE,
            UncountedRecord.FORMER_OWNER);
    assertThat(report.mail().duplicates()).containsKey(DuplicateCause.LATE);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault(
            "outcome dropped, or offset before outcome",
            h -> {
              long offset = alone(h);
              h.finish(offset, delivery(h, offset), /* withOutcome= */ false);
              h.commit();
            },
            AlarmKind.FOUND_NOWHERE),
        fault(
            "a former owner's outcome believed",
            h -> {
              long offset = alone(h);
              DeliveryRequested delivery = delivery(h, offset);
              h.log.write(
                  Topic.OUTCOMES,
                  delivery.getQueueId(),
                  Mail.outcome(
                          QueueId.parse(delivery.getQueueId()),
                          delivery.getAttempt(),
                          OutcomeKind.FAILED,
                          delivery.getRecipientsList().toArray(Integer[]::new))
                      .setOwner(new Owner(0, 0, 1).message())
                      .build());
              h.finish(offset, delivery, /* withOutcome= */ false);
              h.commit();
            },
            AlarmKind.FOUND_NOWHERE),
        fault(
            "decided behind a gap that nobody closes, and committed",
            h -> {
              h.accept();
              long source = h.log.next(Topic.ACCEPTED) - 1;
              h.log.decision(
                  DecisionSource.SOURCE_ACCEPTED,
                  source,
                  source + 7,
                  Mail.decision(QueueId.parse(h.accepted(source).getQueueId()), 1));
              h.log.decidedAccepted = source + 1;
            },
            AlarmKind.FOUND_NOWHERE),
        fault(
            "DSN twice, the same id",
            h -> h.log.write(Topic.ACCEPTED, "", dsn(h)),
            AlarmKind.DSN_TWICE),
        fault(
            "DSN twice, another id",
            h ->
                h.log.write(
                    Topic.ACCEPTED, "", dsn(h).toBuilder().setQueueId(Mail.id().value()).build()),
            AlarmKind.DSN_WITHOUT_CAUSE),
        fault("DSN lost", h -> h.log.lose(Topic.ACCEPTED, dsnOffset(h)), AlarmKind.DSN_LOST),
        fault(
            "scheduler entry lost",
            h -> h.log.write(Topic.SCHEDULE, waiting(h), null),
            AlarmKind.FOUND_NOWHERE),
        fault(
            "due record lost",
            h -> {
              String key = waiting(h);
              int attempt =
                  h.entries
                      .getOrDefault(key, Mail.entry(ScheduleState.OPEN, 1).build())
                      .getAttempt();
              h.log.write(Topic.SCHEDULE, key, Mail.entry(ScheduleState.OPEN, attempt + 1).build());
            },
            AlarmKind.OPEN_WITHOUT_ATTEMPT),
        fault(
            "delivered twice with no cause",
            h -> {
              DeliveryRequested delivery = delivery(h, alone(h));
              QueueId id = QueueId.parse(delivery.getQueueId());
              int recipient = delivery.getRecipients(0);
              for (int i = 0; i < 2; i++) {
                h.log.write(
                    Topic.OUTCOMES,
                    id.value(),
                    Mail.outcome(id, delivery.getAttempt(), OutcomeKind.DELIVERED, recipient)
                        .setOwner(new Owner(0, 1_000, 1).message())
                        .build());
              }
            },
            AlarmKind.DELIVERED_TWICE),
        fault(
            "accepted record lost after it was decided",
            h -> h.log.lose(Topic.ACCEPTED, 0),
            AlarmKind.UNKNOWN_MESSAGE),
        fault(
            "accepted record skipped by the decider",
            h -> {
              h.accept();
              h.log.decidedAccepted = h.log.next(Topic.ACCEPTED);
            },
            AlarmKind.FOUND_NOWHERE));
  }

  private static Arguments fault(String name, Consumer<History> fault, AlarmKind kind) {
    return arguments(name, fault, kind);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void oneFaultTurnsItRed(String name, Consumer<History> fault, AlarmKind kind) {
    for (long seed = 21; seed < 26; seed++) {
      History history = run(seed, 1_500);
      while (history.undecided(DecisionSource.SOURCE_ACCEPTED) < history.log.next(Topic.ACCEPTED)) {
        history.decide();
      }
      assertThat(history.log.audit().alarms()).isEmpty();
      fault.accept(history);
      AuditReport report = history.log.audit();
      assertThat(report.alarmCounts()).as("seed %d", seed).containsKey(kind);
      assertThat(report.exitCode()).isEqualTo(1);
      assertThat(report.alarms().size()).isBetween(1, 4);
      if (kind == AlarmKind.FOUND_NOWHERE) {
        Map<AlarmKind, Long> counts = report.alarmCounts();
        assertThat(counts.keySet()).isEqualTo(Set.of(kind));
        assertThat(report.mail().foundNowhere() + report.dsns().foundNowhere())
            .isEqualTo(counts.get(kind));
        assertThat(report.mail().balanced() && report.dsns().balanced()).isFalse();
      }
    }
  }

  private static History run(long seed, int steps) {
    History history = new History(seed);
    for (int i = 0; i < steps; i++) {
      history.step();
    }
    return history;
  }

  private static String waiting(History history) {
    while (true) {
      for (Map.Entry<String, ScheduleEntry> entry : history.entries.entrySet()) {
        if (entry.getValue().getState() == ScheduleState.WAITING) {
          return entry.getKey();
        }
      }
      history.step();
    }
  }

  // A Decision of a first attempt that the position stands at, so that nothing before it can be a
  // cause; of one delivery.
  private static long alone(History history) {
    while (true) {
      for (Map.Entry<Long, History.Open> decision : List.copyOf(history.open.entrySet())) {
        History.Open open = decision.getValue();
        if (decision.getKey().equals(history.open.firstKey())
            && open.deliveries.size() == 1
            && open.outcomes.isEmpty()
            && open.deliveries.getFirst().getAttempt() == 1
            && !history.isLost(open.deliveries.getFirst())) {
          return decision.getKey();
        }
      }
      history.step();
    }
  }

  private static DeliveryRequested delivery(History history, long offset) {
    History.Open open = history.open.get(offset);
    if (open == null) {
      throw new IllegalStateException("not open");
    }
    return open.deliveries.getFirst();
  }

  private static MessageAccepted dsn(History history) {
    return history.accepted(dsnOffset(history));
  }

  // Of one that answers a notice.
  private static long dsnOffset(History history) {
    for (long i = 0; i < history.log.next(Topic.ACCEPTED); i++) {
      MessageAccepted message = history.accepted(i);
      if (!message.getCause().isEmpty()) {
        return i;
      }
    }
    throw new IllegalStateException("no DSN");
  }
}
