package io.postern.stack.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
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
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault(
            "outcome dropped, or offset before outcome",
            h -> {
              DeliveryRequested delivery = firstAttempt(h);
              h.open.entrySet().stream()
                  .filter(e -> e.getValue() == delivery)
                  .map(Map.Entry::getKey)
                  .toList()
                  .forEach(offset -> h.finish(offset, /* withOutcome= */ false));
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
              DeliveryRequested delivery = firstAttempt(h);
              QueueId id = QueueId.parse(delivery.getQueueId());
              int recipient = delivery.getRecipients(0);
              for (int i = 0; i < 2; i++) {
                h.log.write(
                    Topic.OUTCOMES,
                    id.value(),
                    Mail.outcome(id, delivery.getAttempt(), OutcomeKind.DELIVERED, recipient)
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
      while (history.log.decidedAccepted < history.log.next(Topic.ACCEPTED)) {
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

  private static int waitingAttempt(History history, String key) {
    ScheduleEntry entry = history.entries.get(key);
    if (entry == null) {
      throw new IllegalStateException("not waiting");
    }
    return entry.getAttempt();
  }

  // A first attempt, so that nothing before it can be a cause.
  private static DeliveryRequested firstAttempt(History history) {
    while (true) {
      for (DeliveryRequested delivery : history.open.values()) {
        if (delivery.getAttempt() == 1) {
          return delivery;
        }
      }
      history.step();
    }
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
