package io.postern.operator.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.ScheduleState;
import io.postern.contracts.v1.TlsLevel;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each thing that is not as promised, and that nothing else is raised with it. */
final class AlarmsTest {
  static Stream<Arguments> alarms() {
    return Stream.of(
        alarm(
            "accepted and skipped by the decider",
            s -> {
              s.accepted();
              s.log.decidedAccepted = 1;
            },
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "offset before outcome",
            s -> s.accepted().decided().finished(),
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "outcome read, nothing scheduled",
            s -> s.accepted().decided().finished().outcome(1, OutcomeKind.DEFERRED).scheduled(),
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "the schedule's entry is gone",
            s -> s.deferredOnce().noEntry(),
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "only a mark is left",
            s -> s.deferredOnce().entry(ScheduleState.DELIVERED_MARK, 1),
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "waiting, and the next attempt is in delivery",
            s -> s.deferredOnce().due(2).decidedDue(2),
            AlarmKind.FOUND_TWICE),
        alarm(
            "decided behind a gap, and never again",
            s -> {
              s.accepted();
              s.log.decision(
                  DecisionSource.SOURCE_ACCEPTED,
                  0,
                  5,
                  Mail.decision(s.id, 1).addDeliveries(Mail.delivery(s.id, 1, 0)));
              s.log.decidedAccepted = 1;
            },
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "due, decided behind a gap, and never again",
            s -> {
              s.deferredOnce().entry(ScheduleState.OPEN, 2).due(2);
              s.log.decision(
                  DecisionSource.SOURCE_DUE,
                  0,
                  5,
                  Mail.decision(s.id, 2).addDeliveries(Mail.delivery(s.id, 2, 0)));
              s.log.decidedDue = 1;
            },
            AlarmKind.OPEN_WITHOUT_ATTEMPT),
        alarm(
            "a Decision's outcome that delivery passed and did not record",
            s ->
                s.accepted()
                    .decided(
                        Mail.decision(s.id, 1)
                            .addOutcomes(Mail.outcome(s.id, 1, OutcomeKind.HELD, 0).clearOwner()))
                    .finished(),
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "a former owner's failure is the only outcome",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .taken(SECOND)
                    .outcome(1, OutcomeKind.FAILED)
                    .scheduled(),
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "a former owner's failure says that it follows what nobody has handed over",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .taken(SECOND)
                    .outcome(Mail.outcome(s.id, 1, OutcomeKind.FAILED, 0).setAfterStillOpen(true))
                    .scheduled(),
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "a failure that the next attempt annulled is the only end",
            s ->
                s.watched()
                    .secondAttempt()
                    .finished()
                    .outcome(Mail.outcome(s.id, 1, OutcomeKind.FAILED, 0).setAfterStillOpen(true))
                    .scheduled()
                    .noEntry(),
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "a failure that a hold annulled is the only end",
            s ->
                s.deferredOnce()
                    .secondAttempt()
                    .finished()
                    .byScheduler(2, OutcomeKind.HELD)
                    .outcome(2, OutcomeKind.FAILED)
                    .scheduled()
                    .noEntry(),
            AlarmKind.FOUND_NOWHERE),
        alarm(
            "two final dots: the taker delivers what it had to find",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .outcome(1, OutcomeKind.DELIVERED)
                    .taken(SECOND)
                    .outcome(
                        Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0).setOwner(SECOND.message())),
            AlarmKind.DELIVERED_TWICE),
        alarm(
            "asked for again after it expired",
            s -> {
              s.deferredOnce().byScheduler(OutcomeKind.EXPIRED_OUTCOME);
              s.answered(s.failureNotice("expired/0"));
              s.entry(ScheduleState.OPEN, 2).due(2);
            },
            AlarmKind.STATE_AFTER_END),
        alarm(
            "an attempt's outcome after it expired",
            s -> {
              s.deferredOnce().noEntry().byScheduler(OutcomeKind.EXPIRED_OUTCOME);
              s.answered(s.failureNotice("expired/0"));
              s.outcome(2, OutcomeKind.DEFERRED).scheduled();
            },
            AlarmKind.STATE_AFTER_END),
        alarm(
            "failed twice by one attempt",
            s -> {
              s.accepted().decided().finished();
              s.outcome(1, OutcomeKind.FAILED).outcome(1, OutcomeKind.FAILED).scheduled();
              s.failureNotice("failed/1/0");
            },
            AlarmKind.STATE_AFTER_END),
        alarm(
            "the end of mail.outcomes is lost",
            s -> s.log.outcomesFrom = 1,
            AlarmKind.POSITION_BEYOND_END),
        alarm(
            "open, and another attempt than that one is under way",
            s -> s.deferredOnce().entry(ScheduleState.OPEN, 2).due(3),
            AlarmKind.FOUND_TWICE),
        alarm(
            "open, its attempt nowhere",
            s -> s.deferredOnce().entry(ScheduleState.OPEN, 2),
            AlarmKind.OPEN_WITHOUT_ATTEMPT),
        alarm("accepted twice", s -> s.accepted().accepted(), AlarmKind.ACCEPTED_TWICE),
        alarm(
            "delivered by a record that mail.accepted does not have",
            s -> {
              new Scene(s.log).accepted().decided().finished().outcome(1, OutcomeKind.DELIVERED);
              s.log.decide(
                  DecisionSource.SOURCE_ACCEPTED,
                  1,
                  Mail.decision(s.id, 1).addDeliveries(Mail.delivery(s.id, 1, 0)));
              s.log.decidedAccepted = 1;
              s.finished().outcome(1, OutcomeKind.DELIVERED);
            },
            AlarmKind.UNKNOWN_MESSAGE),
        alarm(
            "the end of mail.accepted is lost",
            s -> s.log.decidedAccepted = 1,
            AlarmKind.POSITION_BEYOND_END),
        alarm(
            "delivered twice without a cause",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .outcome(1, OutcomeKind.DELIVERED)
                    .outcome(1, OutcomeKind.DELIVERED),
            AlarmKind.DELIVERED_TWICE),
        alarm(
            "deferred after failed",
            s -> {
              s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED);
              s.outcome(2, OutcomeKind.DEFERRED).scheduled();
              s.failureNotice("failed/1/0");
            },
            AlarmKind.STATE_AFTER_END),
        alarm(
            "cancelled twice",
            s -> s.deferredOnce().noEntry().cancelled().byScheduler(OutcomeKind.CANCELLED),
            AlarmKind.STATE_AFTER_END),
        alarm(
            "delivered, and will be tried again",
            s ->
                s.deferredOnce()
                    .outcome(Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0).setLate(true))
                    .scheduled(),
            AlarmKind.SCHEDULED_AFTER_END),
        alarm(
            "waiting long beyond its time",
            s -> overdue(s, ScheduleState.WAITING),
            AlarmKind.OVERDUE),
        alarm(
            "resting beyond its expiry",
            s -> resting(s, HandLog.NOW - HandLog.STUCK.toMillis() - 1),
            AlarmKind.OVERDUE),
        alarm("held for too long", s -> overdue(s, ScheduleState.ENTRY_HELD), AlarmKind.OVERDUE),
        alarm("watched for too long", s -> overdue(s, ScheduleState.WATCHED), AlarmKind.OVERDUE),
        alarm(
            "accepted long ago, the decider stands still",
            s -> {
              longAgo(s);
              s.accepted();
            },
            AlarmKind.STANDING_STILL),
        alarm(
            "a delivery that never ends",
            s -> {
              longAgo(s);
              s.accepted().decided();
            },
            AlarmKind.STANDING_STILL),
        alarm(
            "due, the decider stands still",
            s -> {
              longAgo(s);
              s.deferredOnce().entry(ScheduleState.OPEN, 2).due(2);
            },
            AlarmKind.STANDING_STILL),
        alarm(
            "an outcome, the scheduler stands still",
            s -> {
              longAgo(s);
              s.accepted().decided().finished().outcome(1, OutcomeKind.DEFERRED);
            },
            AlarmKind.STANDING_STILL),
        alarm(
            "failed and no notice asked for",
            s -> s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED).scheduled(),
            AlarmKind.DSN_LOST),
        alarm(
            "notice read and no DSN written",
            s -> {
              s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
              s.failureNotice("failed/1/0");
              s.log.noticed = 1;
            },
            AlarmKind.DSN_LOST),
        alarm(
            "cancelled and no notice asked for",
            s -> s.deferredOnce().noEntry().byScheduler(OutcomeKind.CANCELLED),
            AlarmKind.DSN_LOST),
        alarm(
            "notice of a cancellation read and no DSN written",
            s -> {
              s.deferredOnce().noEntry().byScheduler(OutcomeKind.CANCELLED);
              s.failureNotice("cancelled/0");
              s.log.noticed = 1;
            },
            AlarmKind.DSN_LOST),
        alarm(
            "the same DSN twice",
            s -> {
              s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
              NoticeRequested notice = s.failureNotice("failed/1/0");
              s.answered(notice).answered(notice);
            },
            AlarmKind.DSN_TWICE),
        alarm(
            "two notices of one failure",
            s -> {
              s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
              s.answered(s.failureNotice("failed/1/0"));
              s.answered(s.failureNotice("failed/2/0"));
            },
            AlarmKind.DSN_TWICE),
        alarm(
            "a second DSN that no notice asked for",
            s -> {
              s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
              NoticeRequested notice = s.failureNotice("failed/1/0");
              s.answered(notice);
              s.answered(notice.toBuilder().setAtMillis(HandLog.NOW + 1).build());
            },
            AlarmKind.DSN_WITHOUT_CAUSE),
        alarm(
            "a DSN about nothing",
            s -> {
              s.log.write(
                  Topic.ACCEPTED, s.key(), Mail.accepted(s.id, 1).setCause("failed").build());
            },
            AlarmKind.DSN_WITHOUT_CAUSE),
        alarm(
            "a bounce of a bounce",
            s -> {
              s.log.write(
                  Topic.ACCEPTED,
                  s.key(),
                  Mail.accepted(s.id, 1)
                      .setEnvelope(
                          Mail.accepted(s.id, 1).getEnvelope().toBuilder().setReversePath(""))
                      .build());
              s.decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
              s.answered(s.failureNotice("failed/1/0"));
            },
            AlarmKind.DSN_WITHOUT_CAUSE),
        alarm(
            "below its TLS level",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .outcome(
                        Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0)
                            .setToken("encryption-only:none(not-offered)")),
            AlarmKind.BELOW_TLS_LEVEL),
        alarm(
            "below its TLS level over the connection of one recipient",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .outcome(overAnother("encryption-only:none(not-offered)", s)),
            AlarmKind.BELOW_TLS_LEVEL),
        alarm(
            "the connection of a recipient is not in its outcome",
            s -> {
              OutcomeRecorded.Builder outcome = Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0);
              outcome.getRecipientsBuilder(0).setConnection(2);
              s.accepted().decided().finished().outcome(outcome);
            },
            AlarmKind.BELOW_TLS_LEVEL),
        alarm(
            "the outcome's requirement is not its delivery's",
            s ->
                s.accepted()
                    .decided()
                    .finished()
                    .outcome(
                        Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0)
                            .setRequirement(
                                Mail.ENCRYPTION.toBuilder().setLevel(TlsLevel.OPPORTUNISTIC))
                            .setToken("opportunistic:encryption-only")),
            AlarmKind.BELOW_TLS_LEVEL));
  }

  private static final Owner SECOND = new Owner(0, 2, 1);

  private static OutcomeRecorded.Builder overAnother(String token, Scene s) {
    OutcomeRecorded.Builder outcome = Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0);
    outcome.getRecipientsBuilder(0).setConnection(1);
    return outcome.addOtherConnections(OutcomeConnection.newBuilder().setToken(token));
  }

  private static void overdue(Scene s, ScheduleState state) {
    s.deferredOnce();
    s.log.write(
        Topic.SCHEDULE,
        s.key() + "/0",
        Mail.entry(state, 1).setDueMillis(HandLog.NOW - HandLog.STUCK.toMillis() - 1).build());
  }

  private static void resting(Scene s, long expires) {
    s.deferredOnce();
    s.log.write(
        Topic.SCHEDULE,
        s.key() + "/0",
        Mail.entry(ScheduleState.WAITING, 1)
            .setCause(DueCause.DUE_RETRY)
            .setParked(true)
            .setDueMillis(HandLog.NOW - HandLog.STUCK.toMillis() - 1)
            .setExpiresMillis(expires)
            .build());
  }

  private static void longAgo(Scene s) {
    s.log.timestamp = HandLog.NOW - HandLog.STUCK.toMillis() - 1;
  }

  private static Arguments alarm(String name, Consumer<Scene> steps, AlarmKind kind) {
    return arguments(name, steps, kind);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("alarms")
  void isRaisedOnceAndAlone(String name, Consumer<Scene> steps, AlarmKind kind) {
    Scene scene = new Scene();
    steps.accept(scene);
    AuditReport report = scene.log.audit();
    assertThat(report.alarmCounts()).isEqualTo(Map.of(kind, 1L));
    assertThat(report.exitCode()).isEqualTo(1);
    assertThat(report.unreadable()).isEmpty();
    assertThat(String.join("\n", new AuditPrinter(false).lines(report)))
        .contains("ALARM " + kind.words() + ": 1", "NOT CLEAN: 1 alarms")
        .contains(report.alarms().getFirst().queueId(), report.alarms().getFirst().lookedAt())
        .doesNotContain("fabrikam")
        .doesNotContain(Mail.SENDER);
    assertThat(AuditJson.of(report).toPrettyString())
        .contains("\"clean\" : false")
        .doesNotContain("fabrikam");
  }

  static Stream<Arguments> noAlarms() {
    return Stream.of(
        calm(
            "one outcome under a new take, and from the old one too, is once",
            s -> {
              Owner retake = new Owner(0, 1, 2);
              OutcomeRecorded.Builder outcome = Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0);
              s.accepted().decided().finished().taken(Mail.OWNER).taken(retake);
              s.outcome(outcome.clone().setOwner(retake.message())).outcome(outcome);
            }),
        calm(
            "waiting, and the position is behind its outcome",
            s -> {
              s.deferredOnce();
              s.log.delivered = 0;
            }),
        calm(
            "decided again by a second decider",
            s -> {
              s.accepted().decided();
              s.log.decision(
                  DecisionSource.SOURCE_ACCEPTED,
                  0,
                  -1,
                  Mail.decision(s.id, 1).addDeliveries(Mail.delivery(s.id, 1, 0)));
            }),
        calm(
            "a failure of a former owner, and the present one's",
            s -> {
              s.accepted().decided().taken(SECOND).outcome(1, OutcomeKind.FAILED);
              s.outcome(Mail.outcome(s.id, 1, OutcomeKind.FAILED, 0).setOwner(SECOND.message()))
                  .finished()
                  .scheduled();
              s.answered(s.failureNotice("failed/1/0"));
            }),
        calm(
            "what annuls a failure is seen at the second look only",
            s -> {
              s.watched();
              s.outcome(Mail.outcome(s.id, 1, OutcomeKind.FAILED, 0).setAfterStillOpen(true))
                  .outcome(2, OutcomeKind.DEFERRED)
                  .scheduled();
              s.log.then(log -> s.entry(ScheduleState.WAITING, 2).due(2).decidedDue(2).finished());
            }),
        calm(
            "the scheduler's result of a control is no state, even about a message that never was",
            s -> {
              new Scene(s.log).deferredOnce();
              s.log.write(
                  Topic.SCHEDULE, s.key() + "/0", Mail.entry(ScheduleState.REMEMBERED, 0).build());
              s.byScheduler(OutcomeKind.OUTCOME_KIND_UNSPECIFIED);
            }),
        calm("resting until its route is up", s -> resting(s, HandLog.NOW + 1)),
        calm(
            "an answer after its end",
            s ->
                s.deferredOnce()
                    .noEntry()
                    .cancelled()
                    .byScheduler(OutcomeKind.OUTCOME_KIND_UNSPECIFIED)),
        calm("cancelled, and its sender told", s -> s.deferredOnce().noEntry().cancelled()),
        calm(
            "cancelled with NOTIFY=NEVER",
            s -> {
              var message = Mail.accepted(s.id, 1);
              message.getEnvelopeBuilder().getRecipientsBuilder(0).addNotify("NEVER");
              s.log.write(Topic.ACCEPTED, s.key(), message.build());
              s.decided().finished().outcome(1, OutcomeKind.DEFERRED).scheduled();
              s.byScheduler(OutcomeKind.CANCELLED);
            }),
        calm(
            "cancelled with a null reverse-path",
            s -> {
              var message = Mail.accepted(s.id, 1);
              message.getEnvelopeBuilder().clearReversePath();
              s.log.write(Topic.ACCEPTED, s.key(), message.build());
              s.decided().finished().outcome(1, OutcomeKind.DEFERRED).scheduled();
              s.byScheduler(OutcomeKind.CANCELLED);
            }),
        calm(
            "failed with NOTIFY=NEVER",
            s -> {
              var message = Mail.accepted(s.id, 1);
              message.getEnvelopeBuilder().getRecipientsBuilder(0).addNotify("NEVER");
              s.log.write(Topic.ACCEPTED, s.key(), message.build());
              s.decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
            }),
        calm(
            "failed with a null reverse-path",
            s -> {
              var message = Mail.accepted(s.id, 1);
              message.getEnvelopeBuilder().clearReversePath();
              s.log.write(Topic.ACCEPTED, s.key(), message.build());
              s.decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
            }),
        calm(
            "an old backlog that is worked off",
            s -> {
              longAgo(s);
              s.accepted();
              s.log.then(
                  log -> {
                    log.timestamp = HandLog.NOW;
                    s.decided();
                  });
            }),
        calm(
            "in motion at the first look: position read before the delivery's end",
            s -> {
              s.accepted().decided().outcome(1, OutcomeKind.DEFERRED);
              s.log.then(log -> log.delivered = 1);
            }),
        calm(
            "in motion at the first look: its outcome's Decision is seen at the second",
            s -> {
              s.deferredOnce().due(2).outcome(2, OutcomeKind.DEFERRED).scheduled();
              s.log.decidedDue = 1;
              s.entry(ScheduleState.OPEN, 2);
              s.log.then(log -> s.decidedDue(2).entry(ScheduleState.WAITING, 2));
            }),
        calm(
            "in motion at the first look: outcome seen at the second",
            s -> {
              s.accepted().decided().finished();
              s.log.then(log -> s.outcome(1, OutcomeKind.DEFERRED));
            }),
        calm(
            "cancelled without a notice, as an administrator asked",
            s -> {
              s.deferredOnce().noEntry().byScheduler(OutcomeKind.CANCELLED);
              s.byScheduler(OutcomeKind.NOT_NOTIFIED);
            }),
        calm(
            "notice read and no DSN written, as the notice writer says",
            s -> {
              s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
              s.failureNotice("failed/1/0");
              s.byScheduler(OutcomeKind.NOT_NOTIFIED);
              s.log.noticed = 1;
            }),
        calm(
            "in motion at the first look: the DSN is there at the second",
            s -> {
              s.accepted().decided().finished().outcome(1, OutcomeKind.FAILED).scheduled();
              NoticeRequested notice = s.failureNotice("failed/1/0");
              s.log.noticed = 1;
              s.log.then(log -> s.answered(notice));
            }),
        calm(
            "a deferral that follows its end after still open",
            s -> {
              s.accepted().decided().finished().outcome(1, OutcomeKind.STILL_OPEN);
              s.cancelled();
              s.outcome(Mail.outcome(s.id, 1, OutcomeKind.DEFERRED, 0).setAfterStillOpen(true))
                  .scheduled();
            }));
  }

  private static Arguments calm(String name, Consumer<Scene> steps) {
    return arguments(name, steps);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noAlarms")
  void isNotRaised(String name, Consumer<Scene> steps) {
    Scene scene = new Scene();
    steps.accept(scene);
    AuditReport report = scene.log.audit();
    assertThat(report.alarms()).isEmpty();
    assertThat(report.clean()).isTrue();
  }

  static Stream<Arguments> duplicates() {
    return Stream.of(
        arguments(
            DuplicateCause.LATE,
            (Consumer<Scene>)
                s ->
                    s.outcome(1, OutcomeKind.DELIVERED)
                        .outcome(Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0).setLate(true))),
        arguments(
            DuplicateCause.LATE,
            (Consumer<Scene>)
                s ->
                    s.outcome(
                            Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0)
                                .setOwner(SECOND.message()))
                        .outcome(1, OutcomeKind.DELIVERED)),
        arguments(
            DuplicateCause.AFTER_STILL_OPEN,
            (Consumer<Scene>)
                s ->
                    s.outcome(1, OutcomeKind.STILL_OPEN)
                        .outcome(2, OutcomeKind.DELIVERED)
                        .outcome(
                            Mail.outcome(s.id, 1, OutcomeKind.DELIVERED, 0)
                                .setAfterStillOpen(true))),
        arguments(
            DuplicateCause.MAY_HAVE_BEEN_TAKEN,
            (Consumer<Scene>)
                s -> {
                  OutcomeRecorded.Builder doubt = Mail.outcome(s.id, 1, OutcomeKind.DEFERRED, 0);
                  doubt.getRecipientsBuilder(0).setMayHaveBeenTaken(true);
                  s.outcome(doubt)
                      .outcome(2, OutcomeKind.DELIVERED)
                      .outcome(3, OutcomeKind.DELIVERED);
                }));
  }

  @ParameterizedTest
  @MethodSource("duplicates")
  void aDuplicateOfG5IsCountedByItsCauseAndIsNoAlarm(
      DuplicateCause cause, Consumer<Scene> outcomes) {
    Scene scene = new Scene();
    scene.accepted().decided().finished();
    outcomes.accept(scene);
    scene.scheduled();
    AuditReport report = scene.log.audit();
    assertThat(report.alarms()).isEmpty();
    assertThat(report.mail().delivered()).isEqualTo(1);
    assertThat(report.mail().duplicates()).isEqualTo(Map.of(cause, 1L));
    assertThat(scene.answer(report).delivered()).hasSize(2);
  }

  @Test
  void oneNoticeForTwoOrganizationsIsAnsweredByADsnEach() {
    Scene scene = new Scene();
    HandLog log = scene.log;
    var message = Mail.accepted(scene.id, 3);
    message.clearGroups();
    for (String organization : List.of("contoso", "fabrikam")) {
      message.addGroups(
          RecipientGroup.newBuilder()
              .setOrganization(organization)
              .addRecipients(message.getGroupsCount()));
    }
    log.write(Topic.ACCEPTED, scene.key(), message.build());
    scene.decided().finished();
    log.write(
        Topic.OUTCOMES,
        scene.key(),
        Mail.outcome(scene.id, 1, OutcomeKind.FAILED, 0, 1, 2).build());
    scene.scheduled();
    NoticeRequested notice =
        Mail.notice(scene.id, NoticeKind.NOTICE_FAILED, "failed/1/0", 1, 0).build();
    log.write(Topic.NOTICES, scene.key(), notice);
    NoticeRequested third =
        Mail.notice(scene.id, NoticeKind.NOTICE_FAILED, "failed/1/1", 2).build();
    log.write(Topic.NOTICES, scene.key(), third);
    scene.answered(notice).answered(third);
    assertThat(log.audit().alarmCounts()).isEqualTo(Map.of(AlarmKind.DSN_LOST, 1L));
    assertThat(log.audit().alarms().getFirst().recipient()).isZero();
    scene.answered(notice.toBuilder().setNoticeId(notice.getNoticeId() + "/1").build());
    assertThat(log.audit().alarms()).isEmpty();
  }

  @Test
  void deliveredAfterItsEndIsDeliveredAndLate() {
    Scene scene = new Scene();
    scene.deferredOnce().noEntry().byScheduler(OutcomeKind.CANCELLED);
    scene.outcome(Mail.outcome(scene.id, 1, OutcomeKind.DELIVERED, 0).setLate(true)).scheduled();
    AuditReport report = scene.log.audit();
    assertThat(report.alarms()).isEmpty();
    assertThat(report.mail().delivered()).isEqualTo(1);
    assertThat(report.mail().late()).isEqualTo(1);
    assertThat(report.mail().cancelled()).isZero();
    assertThat(scene.answer(report).delivered())
        .isEqualTo(List.of(new DeliveredOutcome(1, true, false)));
  }

  @Test
  void deliveredAfterAnAttemptThatMayHaveBeenTakenIsPerhapsTwice() {
    Scene scene = new Scene();
    OutcomeRecorded.Builder doubt = Mail.outcome(scene.id, 1, OutcomeKind.DEFERRED, 0);
    doubt.getRecipientsBuilder(0).setMayHaveBeenTaken(true);
    scene.accepted().decided().finished().outcome(doubt).outcome(2, OutcomeKind.DELIVERED);
    AuditReport report = scene.log.audit();
    assertThat(report.mail().perhapsTwice()).isEqualTo(1);
    assertThat(scene.answer(report).mayHaveBeenTaken()).isTrue();
    assertThat(report.clean()).isTrue();
  }

  @Test
  void whatIsOlderThanAcceptanceIsKeptIsLeftOut() {
    HandLog log = new HandLog();
    log.begins.put(Topic.ACCEPTED, 10L);
    log.decidedAccepted = 10;
    Scene scene = new Scene(log);
    log.decide(
        DecisionSource.SOURCE_ACCEPTED,
        9,
        Mail.decision(scene.id, 1)
            .addDeliveries(Mail.delivery(scene.id, 1, 0).setAcceptedOffset(9)));
    scene.finished();
    log.write(
        Topic.OUTCOMES,
        scene.key(),
        Mail.outcome(scene.id, 1, OutcomeKind.DEFERRED, 0).setAcceptedOffset(9).build());
    AuditReport report = log.audit();
    assertThat(report.leftOut()).isEqualTo(1);
    assertThat(report.clean()).isTrue();
  }

  @Test
  void whatCountsForNothingIsCountedByKind() {
    Scene scene = new Scene();
    HandLog log = scene.log;
    Decision.Builder decision =
        Mail.decision(scene.id, 1).addDeliveries(Mail.delivery(scene.id, 1, 0));
    scene.accepted().decided();
    log.decision(DecisionSource.SOURCE_ACCEPTED, 0, -1, decision);
    log.decision(DecisionSource.SOURCE_ACCEPTED, 7, 6, decision);
    log.decision(DecisionSource.SOURCE_DUE, 3, 2, decision);
    scene.taken(Mail.OWNER).taken(SECOND).taken(Mail.OWNER);
    scene.outcome(1, OutcomeKind.FAILED).outcome(1, OutcomeKind.DEFERRED);
    scene.outcome(Mail.outcome(scene.id, 1, OutcomeKind.STILL_OPEN, 0).setOwner(SECOND.message()));
    scene.entry(ScheduleState.OPEN, 2).due(2).decidedDue(2);
    scene.outcome(
        Mail.outcome(scene.id, 1, OutcomeKind.FAILED, 0)
            .setOwner(SECOND.message())
            .setAfterStillOpen(true));
    AuditReport report = log.audit();
    assertThat(report.alarms()).isEmpty();
    assertThat(report.uncounted())
        .isEqualTo(
            Map.of(
                UncountedRecord.REPLAY, 1L,
                UncountedRecord.GAP, 2L,
                UncountedRecord.MARKER, 2L,
                UncountedRecord.MARKER_NOT_ABOVE, 1L,
                UncountedRecord.FORMER_OWNER, 2L,
                UncountedRecord.ANNULLED, 1L));
    assertThat(new AuditPrinter(false).lines(report))
        .contains(
            "ignored: 1 Decisions written again, 2 Decisions after a gap, 2 partitions taken, 1 "
                + "partitions taken too late, 2 outcomes of former owners, 1 annulled failures");
    assertThat(AuditJson.of(report).toPrettyString()).contains("\"former-owner\" : 2");
  }

  @Test
  void whereTheLogsStartIsGoneTheFirstHourTellsTheMarks() {
    Scene scene = new Scene();
    HandLog log = scene.log;
    log.begins.put(Topic.ACCEPTED, 500L);
    log.begins.put(Topic.DELIVERIES, 100L);
    log.delivered = 100;
    log.timestamp = HandLog.NOW - java.time.Duration.ofHours(3).toMillis();
    Decision.Builder older = Mail.decision(Mail.id(), 1);
    log.decision(DecisionSource.SOURCE_ACCEPTED, 400, 399, older);
    log.decision(DecisionSource.SOURCE_ACCEPTED, 390, 389, older);
    log.timestamp = HandLog.NOW - 1000;
    log.decision(DecisionSource.SOURCE_ACCEPTED, 500, 390, older);
    scene.accepted();
    log.decision(
        DecisionSource.SOURCE_ACCEPTED,
        500,
        400,
        Mail.decision(scene.id, 1).addDeliveries(Mail.delivery(scene.id, 1, 0)));
    AuditReport report = log.audit();
    assertThat(report.alarms()).isEmpty();
    assertThat(report.uncounted())
        .isEqualTo(Map.of(UncountedRecord.LEARNT, 2L, UncountedRecord.GAP, 1L));
    assertThat(scene.answer(report).places()).containsExactly(Place.IN_DELIVERY);
  }

  @Test
  void anOutcomeOfAnOwnerWhoseMarkerIsGoneImpliesIt() {
    Scene scene = new Scene();
    scene.log.begins.put(Topic.OUTCOMES, 9L);
    scene.accepted().decided();
    scene.outcome(Mail.outcome(scene.id, 1, OutcomeKind.STILL_OPEN, 0).setOwner(SECOND.message()));
    scene.outcome(1, OutcomeKind.FAILED);
    AuditReport report = scene.log.audit();
    assertThat(report.alarms()).isEmpty();
    assertThat(report.uncounted()).isEqualTo(Map.of(UncountedRecord.FORMER_OWNER, 1L));
    assertThat(scene.answer(report).places()).containsExactly(Place.OUTCOME_UNREAD);
  }

  @Test
  void whatWasAcceptedBeforeItsOutcomesAreKeptIsLeftOut() {
    Scene scene = new Scene();
    scene.accepted();
    scene.log.decidedAccepted = 1;
    scene.log.horizon = HandLog.NOW;
    AuditReport report = scene.log.audit();
    assertThat(report.leftOut()).isEqualTo(1);
    assertThat(report.mail().accepted()).isZero();
    assertThat(report.clean()).isTrue();
  }

  @Test
  void unreadableRecordsAreNamedAndNotFatalAndNeverClean() {
    Scene scene = new Scene();
    for (Topic topic : Topic.values()) {
      scene.log.writeBytes(topic, "?", new byte[] {(byte) 0xff, 1, 2});
    }
    scene.deferredOnce();
    AuditReport report = scene.log.audit();
    assertThat(report.unreadableCount()).isEqualTo(Topic.values().length);
    assertThat(report.unreadable().getFirst().toString()).startsWith("mail.accepted-0 offset 0");
    assertThat(scene.answer(report).places()).containsExactly(Place.WAITING);
    assertThat(report.alarms()).isEmpty();
    assertThat(report.exitCode()).isEqualTo(1);
    assertThat(new AuditPrinter(false).lines(report))
        .contains("NOT CLEAN: 0 alarms, " + Topic.values().length + " unreadable records");
  }

  @Test
  void anAcceptanceOfWhichNothingCanBeReadIsNotClean() {
    HandLog log = new HandLog();
    log.writeBytes(Topic.ACCEPTED, "?", new byte[] {(byte) 0xff, 1, 2});
    log.decidedAccepted = 1;
    AuditReport report = log.audit();
    assertThat(report.clean()).isFalse();
    assertThat(report.exitCode()).isEqualTo(1);
  }

  @Test
  void alarmsAreBoundedAndCounted() {
    HandLog log = new HandLog();
    for (int i = 0; i < 50; i++) {
      new Scene(log).accepted().accepted();
    }
    AuditReport report = log.audit(AuditOptions.of("none").maxAlarms(30));
    assertThat(report.alarms()).hasSize(30);
    assertThat(report.alarmCounts()).isEqualTo(Map.of(AlarmKind.ACCEPTED_TWICE, 50L));
    assertThat(new AuditPrinter(false).lines(report)).contains("  and 30 more (--all lists them)");
  }
}
