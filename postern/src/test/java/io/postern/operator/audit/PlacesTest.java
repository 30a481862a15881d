package io.postern.operator.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.ScheduleState;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A recipient's way, step by step: at each it is in exactly one place, or has an end (§6). */
final class PlacesTest {
  static Stream<Arguments> ways() {
    return Stream.of(
        way("accepted, not decided", s -> s.accepted(), Place.UNDECIDED),
        way("in delivery", s -> s.accepted().decided(), Place.IN_DELIVERY),
        way(
            "deferred, not scheduled",
            s -> s.accepted().decided().finished().outcome(1, OutcomeKind.DEFERRED),
            Place.OUTCOME_UNREAD),
        way("waiting", s -> s.deferredOnce(), Place.WAITING),
        way(
            "due, not decided: with its open entry one place",
            s -> s.deferredOnce().entry(ScheduleState.OPEN, 2).due(2),
            Place.DUE),
        way(
            "second delivery: with its open entry one place",
            s -> s.deferredOnce().entry(ScheduleState.OPEN, 2).due(2).decidedDue(2),
            Place.IN_DELIVERY),
        way(
            "second outcome: with its open entry one place",
            s ->
                s.deferredOnce()
                    .entry(ScheduleState.OPEN, 2)
                    .due(2)
                    .decidedDue(2)
                    .finished()
                    .outcome(2, OutcomeKind.DEFERRED),
            Place.OUTCOME_UNREAD),
        way(
            "held by the decider, not recorded",
            s -> s.accepted().decided(held(s)),
            Place.UNRECORDED),
        way(
            "held by the decider, not scheduled",
            s -> s.accepted().decided(held(s)).finished().outcome(1, OutcomeKind.HELD),
            Place.OUTCOME_UNREAD),
        way(
            "recorded beyond the position: the outcome is the place",
            s -> {
              new Scene(s.log).accepted().decided().finished().outcome(1, OutcomeKind.DELIVERED);
              s.log.delivered = 0;
              s.accepted().decided().outcome(1, OutcomeKind.DEFERRED);
            },
            Place.OUTCOME_UNREAD),
        way(
            "a former owner's failure is none",
            s ->
                s.accepted()
                    .decided()
                    .taken(SECOND)
                    .outcome(Mail.outcome(s.id, 1, OutcomeKind.FAILED, 0)),
            Place.IN_DELIVERY),
        way(
            "a failure that the scheduler's word has annulled is none",
            s ->
                s.watched()
                    .secondAttempt()
                    .outcome(Mail.outcome(s.id, 1, OutcomeKind.FAILED, 0).setAfterStillOpen(true)),
            Place.IN_DELIVERY),
        way(
            "annulled by what is due, whichever is read first",
            s -> {
              s.watched()
                  .outcome(Mail.outcome(s.id, 1, OutcomeKind.FAILED, 0).setAfterStillOpen(true));
              s.log.then(log -> s.entry(ScheduleState.OPEN, 2).due(2));
              s.scheduled();
            },
            Place.DUE),
        way(
            "decided twice, the first counts",
            s -> {
              s.accepted().decided();
              s.log.decision(
                  DecisionSource.SOURCE_ACCEPTED,
                  0,
                  -1,
                  Mail.decision(s.id, 1).addDeliveries(Mail.delivery(s.id, 1, 0)));
            },
            Place.IN_DELIVERY),
        way(
            "decided behind a gap, and again",
            s -> {
              Scene other = new Scene(s.log).accepted();
              s.accepted();
              s.log.decision(
                  DecisionSource.SOURCE_ACCEPTED,
                  1,
                  0,
                  Mail.decision(s.id, 1).addDeliveries(Mail.delivery(s.id, 1, 0)));
              s.log.decide(
                  DecisionSource.SOURCE_ACCEPTED,
                  0,
                  Mail.decision(other.id, 1).addDeliveries(Mail.delivery(other.id, 1, 0)));
              s.decided();
            },
            Place.IN_DELIVERY),
        way(
            "released: the next attempt is due",
            s ->
                s.deferredOnce()
                    .byScheduler(OutcomeKind.HELD)
                    .byScheduler(OutcomeKind.RELEASED)
                    .secondAttempt()
                    .finished()
                    .outcome(2, OutcomeKind.DEFERRED),
            Place.OUTCOME_UNREAD),
        way(
            "held since nothing was heard of the attempt: its outcome is none",
            s ->
                s.deferredOnce()
                    .secondAttempt()
                    .finished()
                    .byScheduler(2, OutcomeKind.HELD)
                    .entry(ScheduleState.ENTRY_HELD, 2)
                    .outcome(2, OutcomeKind.DEFERRED),
            Place.HELD),
        way("held", s -> s.deferredOnce().entry(ScheduleState.ENTRY_HELD, 1), Place.HELD),
        way(
            "held and its content moved: that is no state",
            s -> s.deferredOnce().entry(ScheduleState.ENTRY_HELD, 1).outcome(1, OutcomeKind.MOVED),
            Place.HELD),
        way(
            "still open, not scheduled",
            s -> s.accepted().decided().finished().outcome(1, OutcomeKind.STILL_OPEN),
            Place.OUTCOME_UNREAD),
        way(
            "watched",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .outcome(1, OutcomeKind.STILL_OPEN)
                    .scheduled()
                    .entry(ScheduleState.WATCHED, 1),
            Place.WATCHED),
        way(
            "watched, its end not read yet: one place",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .outcome(1, OutcomeKind.STILL_OPEN)
                    .scheduled()
                    .entry(ScheduleState.WATCHED, 1)
                    .outcome(
                        Mail.outcome(s.id, 1, OutcomeKind.DEFERRED, 0).setAfterStillOpen(true)),
            Place.WATCHED),
        way(
            "still open and its end, both not read: one place",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .outcome(1, OutcomeKind.STILL_OPEN)
                    .outcome(
                        Mail.outcome(s.id, 1, OutcomeKind.DEFERRED, 0).setAfterStillOpen(true)),
            Place.OUTCOME_UNREAD),
        way(
            "tried again after the watch, the first attempt's end creates no state",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .outcome(1, OutcomeKind.STILL_OPEN)
                    .scheduled()
                    .entry(ScheduleState.OPEN, 2)
                    .due(2)
                    .outcome(Mail.outcome(s.id, 1, OutcomeKind.FAILED, 0).setAfterStillOpen(true))
                    .scheduled(),
            Place.DUE),
        way(
            "a control remembered is no place",
            s -> s.accepted().decided().entry(ScheduleState.REMEMBERED, 1),
            Place.IN_DELIVERY));
  }

  private static final Owner SECOND = new Owner(0, 2, 1);

  private static Decision.Builder held(Scene s) {
    return Mail.decision(s.id, 1)
        .addOutcomes(Mail.outcome(s.id, 1, OutcomeKind.HELD, 0).clearOwner());
  }

  private static Arguments way(String name, Consumer<Scene> steps, Place place) {
    return arguments(name, steps, place);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void pendingIsFoundInOnePlace(String name, Consumer<Scene> steps, Place place) {
    Scene scene = new Scene();
    steps.accept(scene);
    AuditReport report = scene.log.audit();
    assertThat(report.alarms()).isEmpty();
    assertThat(scene.answer(report).state()).isEqualTo(RecipientState.PENDING);
    assertThat(scene.answer(report).places()).isEqualTo(Set.of(place));
    assertThat(report.mail().pendingByPlace()).containsOnlyKeys(place);
    assertThat(report.mail().balanced()).isTrue();
    assertThat(report.exitCode()).isZero();
    assertThat(report.organizations()).containsOnlyKeys("contoso");
  }

  static Stream<Arguments> ends() {
    return Stream.of(
        end(
            "delivered by the first attempt",
            s -> s.accepted().decided().finished().outcome(1, OutcomeKind.DELIVERED),
            RecipientState.DELIVERED),
        end(
            "delivered by the second",
            s ->
                s.deferredOnce()
                    .entry(ScheduleState.OPEN, 2)
                    .due(2)
                    .decidedDue(2)
                    .finished()
                    .outcome(2, OutcomeKind.DELIVERED)
                    .scheduled()
                    .noEntry(),
            RecipientState.DELIVERED),
        end(
            "delivered, the mark is no place",
            s ->
                s.deferredOnce()
                    .outcome(Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0).setLate(true))
                    .scheduled()
                    .entry(ScheduleState.DELIVERED_MARK, 1),
            RecipientState.DELIVERED),
        end(
            "delivered while a later attempt is open: the scheduler has not read it yet",
            s ->
                s.deferredOnce()
                    .entry(ScheduleState.OPEN, 2)
                    .due(2)
                    .decidedDue(2)
                    .outcome(Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0).setLate(true)),
            RecipientState.DELIVERED),
        end(
            "failed, its notice not read yet",
            s -> {
              s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
              s.failureNotice("failed/1/0");
            },
            RecipientState.FAILED),
        end(
            "failed, not scheduled: no notice yet",
            s -> s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED),
            RecipientState.FAILED),
        end(
            "failed and its sender told",
            s -> {
              s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
              s.answered(s.failureNotice("failed/1/0"));
              s.log.decidedAccepted = 1;
            },
            RecipientState.FAILED),
        end(
            "expired and its sender told",
            s -> {
              s.deferredOnce().noEntry().byScheduler(OutcomeKind.EXPIRED_OUTCOME);
              s.answered(s.failureNotice("expired/0"));
            },
            RecipientState.FAILED),
        end(
            "delivered by a former owner: late",
            s ->
                s.accepted()
                    .decided()
                    .taken(SECOND)
                    .outcome(Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0)),
            RecipientState.DELIVERED),
        end(
            "failed, by a former owner's session that was still open",
            s ->
                s.watched()
                    .taken(SECOND)
                    .outcome(Mail.outcome(s.id, 1, OutcomeKind.FAILED, 0).setAfterStillOpen(true)),
            RecipientState.FAILED),
        end(
            "expired, whatever its session fails with later",
            s -> {
              s.watched().noEntry().byScheduler(OutcomeKind.EXPIRED_OUTCOME);
              s.answered(s.failureNotice("expired/0"));
              s.outcome(Mail.outcome(s.id, 1, OutcomeKind.FAILED, 0).setAfterStillOpen(true));
            },
            RecipientState.FAILED),
        end("cancelled", s -> s.deferredOnce().noEntry().cancelled(), RecipientState.CANCELLED));
  }

  private static Arguments end(String name, Consumer<Scene> steps, RecipientState state) {
    return arguments(name, steps, state);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ends")
  void anEndIsCountedOnce(String name, Consumer<Scene> steps, RecipientState state) {
    Scene scene = new Scene();
    steps.accept(scene);
    AuditReport report = scene.log.audit();
    assertThat(report.alarms()).isEmpty();
    assertThat(scene.answer(report).state()).isEqualTo(state);
    assertThat(scene.answer(report).places()).isEmpty();
    assertThat(report.mail().accepted()).isEqualTo(1);
    assertThat(report.mail().balanced()).isTrue();
  }
}
