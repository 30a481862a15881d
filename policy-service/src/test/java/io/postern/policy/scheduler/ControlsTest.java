package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The controls of administrators, in each state of a recipient. */
class ControlsTest {
  @TempDir Path folder = Path.of("");
  private SchedulerLab lab;
  private final QueueId message = SchedulerLab.message();

  @BeforeEach
  void open() {
    lab = new SchedulerLab(folder);
  }

  @AfterEach
  void close() {
    lab.close();
  }

  private @Nullable ScheduleState state(int recipient) {
    ScheduleEntry entry = lab.entry(message, recipient);
    return entry == null ? null : entry.getState();
  }

  private ScheduleEntry entry(int recipient) {
    ScheduleEntry entry = lab.entry(message, recipient);
    assertThat(entry).isNotNull();
    return entry;
  }

  /** Brings recipient 0 into a state, and forgets the records on the way. */
  private void bring(String state) {
    switch (state) {
      case "NONE" -> {}
      case "WAITING" -> lab.deferred(message, 1, 0);
      case "OPEN" -> {
        lab.deferred(message, 1, 0);
        lab.advance(Duration.ofMinutes(2));
      }
      case "HELD" -> lab.write(lab.outcome(message, 1, OutcomeKind.HELD, Reasons.NO_ROUTE, 0));
      case "WATCHED" -> lab.write(lab.outcome(message, 1, OutcomeKind.STILL_OPEN, "", 0));
      case "MARK" ->
          lab.write(
              lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0)
                  .setOwner(SchedulerLab.FORMER.message()));
      default -> throw new IllegalArgumentException(state);
    }
    lab.due();
    lab.own();
    lab.notices();
  }

  /** The lab's mail is contoso's. */
  @ParameterizedTest
  @CsvSource({
    // state, organization, recipients named, answer's reason, state then
    "WAITING, contoso, true, administrator, ENTRY_HELD",
    "WAITING, contoso, false, administrator, ENTRY_HELD",
    "WAITING, fabrikam, true, other-organization, WAITING",
    "WAITING, fabrikam, false, other-organization, WAITING",
    "OPEN, contoso, true, remembered, OPEN",
    "OPEN, fabrikam, true, other-organization, OPEN",
    "HELD, fabrikam, true, other-organization, ENTRY_HELD",
    "NONE, contoso, true, organization-unknown, ",
    "NONE, contoso, false, organization-unknown, ",
    "NONE, fabrikam, true, organization-unknown, ",
  })
  void aControlOfAnOrganizationTouchesItsMailAlone(
      String before, String organization, boolean named, String reason, ScheduleState after) {
    bring(before);

    lab.controlOf(organization, ControlKind.HOLD, message, "c1", named ? List.of(0) : List.of());

    assertThat(state(0)).isEqualTo(after);
    assertThat(lab.own())
        .singleElement()
        .satisfies(
            answer ->
                assertThat(answer.getRecipientsList())
                    .extracting(RecipientOutcome::getReason)
                    .containsExactly(reason));
    assertThat(lab.marks()).containsExactly("owner");
  }

  /** An operator's control that waits for a first attempt is not another one's to change. */
  @Test
  void aControlOfAnOrganizationLeavesARememberedOneAsItIs() {
    lab.control(ControlKind.HOLD, message, "operator", 0);
    lab.own();

    lab.controlOf("contoso", ControlKind.RELEASE, message, "c1", List.of(0));

    assertThat(entry(0).getRememberedBy()).isEqualTo("operator");
    assertThat(lab.own().getFirst().getRecipients(0).getReason()).isEqualTo("organization-unknown");
  }

  @ParameterizedTest
  @CsvSource({
    // state, control, answer's kind and reason, state then
    "NONE, HOLD, OUTCOME_KIND_UNSPECIFIED, remembered, REMEMBERED",
    "NONE, RETRY_NOW, OUTCOME_KIND_UNSPECIFIED, remembered, REMEMBERED",
    "NONE, CANCEL, OUTCOME_KIND_UNSPECIFIED, remembered, REMEMBERED",
    "NONE, RELEASE, OUTCOME_KIND_UNSPECIFIED, not-held, ",
    "WAITING, HOLD, HELD, administrator, ENTRY_HELD",
    "WAITING, RETRY_NOW, OUTCOME_KIND_UNSPECIFIED, retried, WAITING",
    "WAITING, CANCEL, CANCELLED, administrator, ",
    "WAITING, RELEASE, OUTCOME_KIND_UNSPECIFIED, not-held, WAITING",
    "OPEN, HOLD, OUTCOME_KIND_UNSPECIFIED, remembered, OPEN",
    "OPEN, RETRY_NOW, OUTCOME_KIND_UNSPECIFIED, remembered, OPEN",
    "OPEN, CANCEL, OUTCOME_KIND_UNSPECIFIED, remembered, OPEN",
    "OPEN, RELEASE, OUTCOME_KIND_UNSPECIFIED, not-held, OPEN",
    "WATCHED, HOLD, OUTCOME_KIND_UNSPECIFIED, remembered, WATCHED",
    "WATCHED, RETRY_NOW, OUTCOME_KIND_UNSPECIFIED, remembered, WATCHED",
    "WATCHED, CANCEL, OUTCOME_KIND_UNSPECIFIED, remembered, WATCHED",
    "WATCHED, RELEASE, OUTCOME_KIND_UNSPECIFIED, not-held, WATCHED",
    "HELD, HOLD, OUTCOME_KIND_UNSPECIFIED, already-held, ENTRY_HELD",
    "HELD, RETRY_NOW, OUTCOME_KIND_UNSPECIFIED, already-held, ENTRY_HELD",
    "HELD, CANCEL, CANCELLED, administrator, ",
    "HELD, RELEASE, RELEASED, no-route, WAITING",
    "MARK, HOLD, OUTCOME_KIND_UNSPECIFIED, already-delivered, DELIVERED_MARK",
    "MARK, RETRY_NOW, OUTCOME_KIND_UNSPECIFIED, already-delivered, DELIVERED_MARK",
    "MARK, CANCEL, OUTCOME_KIND_UNSPECIFIED, already-delivered, DELIVERED_MARK",
    "MARK, RELEASE, OUTCOME_KIND_UNSPECIFIED, already-delivered, DELIVERED_MARK",
  })
  void eachControlInEachState(
      String before, ControlKind control, OutcomeKind kind, String reason, ScheduleState after) {
    bring(before);

    lab.control(control, message, "c1", 0);

    assertThat(state(0)).isEqualTo(after);
    assertThat(lab.own())
        .singleElement()
        .satisfies(
            answer -> {
              assertThat(answer.getControlId()).isEqualTo("c1");
              assertThat(answer.getRecipientsList())
                  .extracting(
                      RecipientOutcome::getRecipient,
                      RecipientOutcome::getKind,
                      RecipientOutcome::getReason)
                  .containsExactly(tuple(0, kind, reason));
            });
    List<NoticeRequested> notices = lab.notices();
    switch (kind) {
      case CANCELLED ->
          assertThat(notices)
              .extracting(NoticeRequested::getKind, NoticeRequested::getNoticeId)
              .containsExactly(tuple(NoticeKind.NOTICE_FAILED, message + "/cancelled/0"));
      case HELD ->
          assertThat(notices)
              .extracting(NoticeRequested::getKind)
              .containsExactly(NoticeKind.KEEP_CONTENT);
      default -> assertThat(notices).isEmpty();
    }
    if (reason.equals("retried") || kind == OutcomeKind.RELEASED) {
      lab.tick();
      assertThat(lab.due())
          .singleElement()
          .satisfies(
              due -> {
                assertThat(due.getAttempt()).isEqualTo(2);
                assertThat(due.getHeldReason())
                    .isEqualTo(kind == OutcomeKind.RELEASED ? Reasons.NO_ROUTE : "");
              });
    } else {
      lab.tick();
      assertThat(lab.due()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    // remembered, the attempt's outcome, answer's kind and reason, state then
    "HOLD, DEFERRED, HELD, administrator, ENTRY_HELD",
    "HOLD, DELIVERED, OUTCOME_KIND_UNSPECIFIED, already-delivered, ",
    "HOLD, FAILED, OUTCOME_KIND_UNSPECIFIED, already-failed, ",
    "HOLD, HELD, OUTCOME_KIND_UNSPECIFIED, already-held, ENTRY_HELD",
    "RETRY_NOW, DEFERRED, OUTCOME_KIND_UNSPECIFIED, retried, WAITING",
    "RETRY_NOW, DELIVERED, OUTCOME_KIND_UNSPECIFIED, already-delivered, ",
    "RETRY_NOW, HELD, OUTCOME_KIND_UNSPECIFIED, already-held, ENTRY_HELD",
    "CANCEL, DEFERRED, CANCELLED, administrator, ",
    "CANCEL, DELIVERED, OUTCOME_KIND_UNSPECIFIED, already-delivered, ",
    "CANCEL, FAILED, OUTCOME_KIND_UNSPECIFIED, already-failed, ",
    "CANCEL, HELD, CANCELLED, administrator, ",
  })
  void whatIsRememberedIsObeyedAtTheOutcome(
      ControlKind control,
      OutcomeKind outcome,
      OutcomeKind kind,
      String reason,
      ScheduleState after) {
    for (String open : List.of("NONE", "NONE for all", "OPEN", "WATCHED")) {
      QueueId each = SchedulerLab.message();
      int attempt = open.equals("OPEN") ? 2 : 1;
      boolean watched = open.equals("WATCHED");
      if (open.equals("OPEN")) {
        lab.deferred(each, 1, 0);
        lab.advance(Duration.ofMinutes(2));
      } else if (watched) {
        lab.write(lab.outcome(each, 1, OutcomeKind.STILL_OPEN, "", 0));
      }
      if (open.equals("NONE for all")) {
        lab.control(control, each, "c2");
      } else {
        lab.control(control, each, "c2", 0);
      }
      lab.due();
      lab.own();

      lab.write(lab.outcome(each, attempt, outcome, "x", 0).setAfterStillOpen(watched));

      ScheduleEntry entry = lab.entry(each, 0);
      assertThat(entry == null ? null : entry.getState())
          .as(open)
          .isEqualTo(
              watched && outcome == OutcomeKind.DELIVERED ? ScheduleState.DELIVERED_MARK : after);
      if (entry != null) {
        assertThat(entry.getRemembered()).isEqualTo(ControlKind.CONTROL_KIND_UNSPECIFIED);
        assertThat(entry.getRememberedBy()).isEmpty();
      }
      assertThat(lab.own())
          .as(open)
          .filteredOn(o -> o.getControlId().equals("c2"))
          .singleElement()
          .satisfies(
              answer ->
                  assertThat(answer.getRecipientsList())
                      .extracting(RecipientOutcome::getKind, RecipientOutcome::getReason)
                      .containsExactly(tuple(kind, reason)));
      lab.tick();
      assertThat(lab.due())
          .as(open)
          .extracting(AttemptDue::getAttempt)
          .isEqualTo(reason.equals("retried") ? List.of(attempt + 1) : List.of());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"HOLD", "CANCEL"})
  void aFinalFirstAttemptAnswersWhatWasRemembered(ControlKind control) {
    lab.control(control, message, "one", 1);
    lab.own();
    QueueId all = SchedulerLab.message();
    lab.control(control, all, "all");
    assertThat(lab.own()) // seen, and no recipient known
        .singleElement()
        .satisfies(
            o -> {
              assertThat(o.getControlId()).isEqualTo("all");
              assertThat(o.getRecipientsCount()).isZero();
            });

    lab.writeFinal(lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0, 1));
    lab.writeFinal(lab.outcome(all, 1, OutcomeKind.DELIVERED, "", 0, 1));

    assertThat(lab.own())
        .extracting(OutcomeRecorded::getControlId, o -> o.getRecipientsList().size())
        .containsExactly(tuple("one", 1), tuple("all", 2));
    assertThat(state(0)).isNull();
    assertThat(state(1)).isNull();
    // nothing is parsed any more
    lab.write(message.value(), new byte[] {1}, SchedulerLab.OWNER);
    assertThat(lab.registry.get("postern.scheduler.undecidable").counter().count()).isZero();
  }

  @Test
  void aControlOfAllMeansThoseToComeToo() {
    lab.deferred(message, 1, 0);
    lab.own();
    lab.control(ControlKind.HOLD, message, "c1");
    assertThat(lab.ownStates()).extracting(RecipientOutcome::getRecipient).containsExactly(0);
    lab.deferred(message, 1, 1, 2);
    assertThat(state(0)).isEqualTo(ScheduleState.ENTRY_HELD);
    assertThat(state(1)).isEqualTo(ScheduleState.ENTRY_HELD);
    assertThat(state(2)).isEqualTo(ScheduleState.ENTRY_HELD);
    lab.control(ControlKind.RELEASE, message, "c2");
    lab.tick();
    assertThat(lab.due())
        .singleElement()
        .satisfies(due -> assertThat(due.getRecipientsList()).containsExactly(0, 1, 2));
    // and the hold is over for those to come
    lab.deferred(message, 1, 3);
    assertThat(state(3)).isEqualTo(ScheduleState.WAITING);
  }

  @Test
  void aReleaseTakesBackAHoldThatWasRememberedAndACancelStays() {
    bring("OPEN");
    lab.control(ControlKind.HOLD, message, "hold", 0);
    lab.control(ControlKind.RELEASE, message, "release", 0);
    assertThat(lab.own())
        .flatExtracting(OutcomeRecorded::getControlId)
        .containsExactly("hold", "hold", "release");
    lab.control(ControlKind.CANCEL, message, "cancel", 0);
    lab.control(ControlKind.RETRY_NOW, message, "retry", 0);
    lab.control(ControlKind.RELEASE, message, "release-2", 0);
    lab.own();
    lab.deferred(message, 2, 0);
    assertThat(state(0)).isNull();
    assertThat(lab.own())
        .singleElement()
        .satisfies(o -> assertThat(o.getControlId()).isEqualTo("cancel"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"WAITING", "HELD", "OPEN"})
  void aCancelWithoutNoticeIsRecordedAsSuchAndAsksForNoDsn(String state) {
    bring(state);
    lab.cancelWithoutNotice(message, "quiet", 0);
    if (state.equals("OPEN")) { // obeyed at the attempt's outcome
      assertThat(lab.ownStates())
          .extracting(RecipientOutcome::getReason)
          .containsExactly("remembered");
      lab.deferred(message, 2, 0);
    }
    assertThat(lab.ownStates())
        .extracting(RecipientOutcome::getKind, RecipientOutcome::getReason)
        .containsExactly(
            tuple(OutcomeKind.CANCELLED, "administrator"),
            tuple(OutcomeKind.NOT_NOTIFIED, "administrator"));
    assertThat(lab.notices()).isEmpty();
    assertThat(state(0)).isNull();
  }

  @Test
  void aHoldEndsAtItsLimitWithACancelAndADsn() {
    bring("HELD");
    lab.advance(Duration.ofDays(14).minusMinutes(1));
    assertThat(lab.own()).isEmpty();
    assertThat(lab.notices()).as("no notice of a delay meanwhile").isEmpty();
    lab.advance(Duration.ofMinutes(2));
    assertThat(lab.ownStates())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.getKind()).isEqualTo(OutcomeKind.CANCELLED);
              assertThat(r.getReason()).isEqualTo("hold-limit");
              assertThat(r.getDetail()).contains(Reasons.NO_ROUTE);
            });
    assertThat(lab.notices())
        .singleElement()
        .satisfies(n -> assertThat(n.getNoticeId()).isEqualTo(message + "/cancelled/0"));
    assertThat(state(0)).isNull();
  }

  @Test
  void aHoldDoesNotCountAsAge() {
    lab.deferred(message, 1, 0);
    lab.advance(Duration.ofSeconds(10));
    lab.control(ControlKind.HOLD, message, "c1", 0);
    lab.advance(Duration.ofDays(3));
    lab.control(ControlKind.RELEASE, message, "c2", 0);
    long expires = SchedulerLab.START.plus(Duration.ofDays(4)).toEpochMilli();
    assertThat(entry(0).getExpiresMillis()).isBetween(expires, expires + 1000);
    lab.tick();
    assertThat(lab.due()).hasSize(1);
    lab.deferred(message, 2, 0); // its outcome says 24 h
    assertThat(entry(0).getExpiresMillis()).isBetween(expires, expires + 1000);
  }

  @Test
  void noHoldsTogetherOutliveWhatTheLogKeeps() {
    Duration most = Topics.LONGEST_LIFETIME.plus(Topics.LONGEST_HOLD);
    lab.write(
        lab.outcome(message, 1, OutcomeKind.DEFERRED, "x", 0)
            .setExpiresMillis(SchedulerLab.START.plus(Duration.ofDays(5)).toEpochMilli()));
    for (int i = 0; i < 3; i++) {
      lab.control(ControlKind.HOLD, message, "h" + i, 0);
      lab.advance(Duration.ofDays(6));
      lab.control(ControlKind.RELEASE, message, "r" + i, 0);
      lab.tick();
      lab.deferred(message, i + 2, 0);
    }
    lab.control(ControlKind.HOLD, message, "h", 0);
    assertThat(entry(0).getDueMillis()).isEqualTo(SchedulerLab.START.plus(most).toEpochMilli());
  }

  @Test
  void heldContentIsAskedForOnceAndReadFromItsCopy() {
    lab.write(lab.outcome(message, 1, OutcomeKind.HELD, Reasons.NO_ROUTE, 0, 1));
    lab.deferred(message, 1, 2);
    lab.control(ControlKind.HOLD, message, "c", 2);
    assertThat(lab.notices())
        .singleElement()
        .satisfies(
            n -> {
              assertThat(n.getKind()).isEqualTo(NoticeKind.KEEP_CONTENT);
              assertThat(n.getNoticeId()).isEqualTo(message + "/keep/0");
              assertThat(n.getAcceptedOffset()).isEqualTo(17);
            });
    ContentReference copy =
        ContentReference.newBuilder()
            .setTopic(Topics.MAIL_CONTENT_HELD)
            .setFirstOffset(5)
            .setLastOffset(9)
            .setSize(2_000_000)
            .addChunkSteps(1)
            .build();
    lab.write(
        lab.outcome(message, 1, OutcomeKind.MOVED, "", 0)
            .addMovedContent(
                ContentSegment.newBuilder()
                    .setInline(com.google.protobuf.ByteString.copyFromUtf8("Received: x")))
            .addMovedContent(ContentSegment.newBuilder().setReference(copy)));
    assertThat(state(0)).isEqualTo(ScheduleState.ENTRY_HELD);
    lab.control(ControlKind.RELEASE, message, "r");
    lab.tick();
    assertThat(lab.due().stream().mapToInt(AttemptDue::getRecipientsCount).sum()).isEqualTo(3);
    lab.deferred(message, 2, 0);
    lab.advance(Duration.ofMinutes(7));
    assertThat(lab.due())
        .singleElement()
        .satisfies(
            due ->
                assertThat(due.getMovedContentList())
                    .containsExactly(
                        ContentSegment.newBuilder()
                            .setReference(copy.toBuilder().clearChunkSteps())
                            .build()));
    // held again: the copy is there
    lab.write(lab.outcome(message, 3, OutcomeKind.HELD, Reasons.NO_ROUTE, 0));
    assertThat(lab.notices()).isEmpty();
  }

  @Test
  void aRouteIsFlushedInPiecesAndOthersStay() {
    List<QueueId> waiting = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      QueueId each = SchedulerLab.message();
      waiting.add(each);
      lab.deferred(each, 1, 0);
    }
    QueueId elsewhere = SchedulerLab.message();
    lab.write(lab.outcome(elsewhere, 1, OutcomeKind.DEFERRED, "x", 0).setRoute("mx:other.example"));
    bring("HELD");
    lab.flush(SchedulerLab.ROUTE, "f1");
    List<AttemptDue> due = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      lab.tick();
      List<AttemptDue> now = lab.due();
      assertThat(now.size()).isLessThanOrEqualTo(500);
      due.addAll(now);
    }
    assertThat(due)
        .extracting(AttemptDue::getQueueId)
        .containsExactlyInAnyOrderElementsOf(waiting.stream().map(QueueId::value).toList());
    assertThat(lab.marks()).containsExactly("owner");
    assertThat(state(0)).isEqualTo(ScheduleState.ENTRY_HELD);
    // the same one read again: nothing is tried twice
    lab.deferred(waiting.getFirst(), 2, 0);
    lab.advance(Duration.ZERO);
    assertThat(lab.due()).isEmpty();
  }

  @Test
  void aFlushAndWhatIsDueShareTheBound() {
    for (int i = 0; i < 1000; i++) {
      lab.deferred(SchedulerLab.message(), 1, 0);
      lab.write(
          lab.outcome(SchedulerLab.message(), 1, OutcomeKind.DEFERRED, "dane-x", 0)
              .setRoute("mx:other.example"));
    }
    lab.flush("mx:other.example", "f1");
    lab.advance(Duration.ofMinutes(2)); // all of the first kind are due; three punctuations
    assertThat(lab.due()).hasSize(1500);
    lab.tick();
    assertThat(lab.due()).hasSize(500);
  }

  @Test
  void aControlThatCannotBeUnderstoodStopsNobody() {
    lab.controlBytes(message.value(), new byte[] {1, 2, 3});
    lab.control(ControlKind.CONTROL_KIND_UNSPECIFIED, message, "c", 0);
    lab.control(ControlKind.HOLD, QueueId.next(2), "c", 0);
    lab.control(ControlKind.HOLD, message, "c", -1);
    assertThat(lab.registry.get("postern.scheduler.undecidable").counter().count()).isEqualTo(4);
    bring("WAITING");
    lab.control(ControlKind.HOLD, message, "c", 0);
    assertThat(state(0)).isEqualTo(ScheduleState.ENTRY_HELD);
  }

  @Test
  void whatIsRememberedForNothingIsForgottenInTheEnd() {
    lab.control(ControlKind.CANCEL, message, "one", 3);
    lab.control(ControlKind.CANCEL, message, "all");
    lab.own();
    lab.advance(Topics.LONGEST_LIFETIME.plusHours(2));
    assertThat(state(3)).isNull();
    assertThat(lab.ownStates())
        .singleElement()
        .satisfies(r -> assertThat(r.getReason()).isEqualTo("nothing-to-do"));
    assertThat(lab.marks()).containsExactly("owner");
  }

  @ParameterizedTest
  @CsvSource({"HOLD, RETRY_NOW", "RETRY_NOW, HOLD", "CANCEL, HOLD"})
  void whatWaitsForAWatchThatEndsAfterExpiryIsAnswered(ControlKind first, ControlKind second) {
    lab.write(
        lab.outcome(message, 1, OutcomeKind.STILL_OPEN, "", 0, 1)
            .setExpiresMillis(lab.millis() + 60_000));
    lab.control(first, message, "c0", 0);
    lab.control(second, message, "c1", 1);
    lab.own();
    lab.advance(Duration.ofMinutes(12));
    assertThat(lab.own())
        .flatExtracting(ControlsTest::answers)
        .containsExactlyInAnyOrderElementsOf(
            first == ControlKind.CANCEL
                ? List.of("0 CANCELLED c0", "1 EXPIRED_OUTCOME ", "1 already-failed c1")
                : List.of(
                    "0 EXPIRED_OUTCOME ",
                    "0 already-failed c0",
                    "1 EXPIRED_OUTCOME ",
                    "1 already-failed c1"));
    assertThat(state(0)).isNull();
    assertThat(state(1)).isNull();
  }

  /** Recipient, new state or else the answer, control id. */
  private static List<String> answers(OutcomeRecorded outcome) {
    return outcome.getRecipientsList().stream()
        .map(
            r ->
                r.getRecipient()
                    + " "
                    + (r.getKind() == OutcomeKind.OUTCOME_KIND_UNSPECIFIED
                        ? r.getReason()
                        : r.getKind())
                    + " "
                    + outcome.getControlId())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "HOLD, 0 already-held c, ENTRY_HELD",
    "RETRY_NOW, 0 already-held c, ENTRY_HELD",
    "CANCEL, 0 CANCELLED c, ",
  })
  void whatIsRememberedIsObeyedAtAnOutcomeThatCannotBeProcessed(
      ControlKind control, String answer, @Nullable ScheduleState after) {
    bring("OPEN");
    lab.control(control, message, "c", 0);
    lab.own();
    lab.write(lab.outcome(message, 2, OutcomeKind.RELEASED, "", 0)); // nobody writes that
    assertThat(lab.own())
        .flatExtracting(ControlsTest::answers)
        .containsExactlyInAnyOrder("0 HELD ", answer);
    assertThat(state(0)).isEqualTo(after);
    if (after != null) {
      assertThat(entry(0).getRememberedBy()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    // for all; for recipient 3; its answers; its end, and recipient 4
    "CANCEL, HOLD, 3 remembered one, , ",
    "CANCEL, RETRY_NOW, 3 remembered one, , ",
    "CANCEL, RELEASE, 3 not-held one, , ",
    "HOLD, RELEASE, 3 superseded all; 3 taken-back one, WAITING, ENTRY_HELD",
    "HOLD, RETRY_NOW, 3 remembered one, ENTRY_HELD, ENTRY_HELD",
    "HOLD, CANCEL, 3 superseded all; 3 remembered one, , ENTRY_HELD",
    "RETRY_NOW, HOLD, 3 superseded all; 3 remembered one, ENTRY_HELD, WAITING",
  })
  void aControlOfOneAndTheOneOfAllBeforeItAreCombined(
      ControlKind all,
      ControlKind one,
      String answers,
      @Nullable ScheduleState after,
      @Nullable ScheduleState other) {
    lab.control(all, message, "all");
    lab.own();
    lab.control(one, message, "one", 3);
    assertThat(lab.own())
        .flatExtracting(ControlsTest::answers)
        .containsExactlyInAnyOrder(answers.split("; "));
    lab.deferred(message, 1, 3, 4);
    assertThat(state(3)).isEqualTo(after);
    assertThat(state(4)).isEqualTo(other);
    for (int recipient : new int[] {3, 4}) {
      if (state(recipient) != null) {
        assertThat(entry(recipient).getRemembered())
            .isEqualTo(ControlKind.CONTROL_KIND_UNSPECIFIED);
      }
    }
  }

  @Test
  void aHoldOfOneAndThenOfAllIsTakenBackForTheOne() {
    lab.control(ControlKind.HOLD, message, "one", 3);
    lab.control(ControlKind.HOLD, message, "all");
    lab.control(ControlKind.RELEASE, message, "release", 3);
    lab.deferred(message, 1, 3, 4);
    assertThat(state(3)).isEqualTo(ScheduleState.WAITING);
    assertThat(state(4)).isEqualTo(ScheduleState.ENTRY_HELD);
  }

  @Test
  void aControlOfAllThatIsOneTooManyIsObeyedByWhoHasAnEntryAndSaysSo() {
    bring("WAITING");
    lab.write(lab.outcome(message, 1, OutcomeKind.HELD, Reasons.NO_ROUTE, 1));
    for (int i = 0; i < ScheduleMarks.MOST; i++) {
      lab.control(ControlKind.HOLD, SchedulerLab.message(), "c" + i);
    }
    lab.own();

    lab.control(ControlKind.CANCEL, message, "more");

    assertThat(lab.own())
        .flatExtracting(ControlsTest::answers)
        .containsExactlyInAnyOrder(
            "0 CANCELLED more", "1 CANCELLED more", "-1 too-many-remembered more");
    assertThat(lab.registry.get("postern.scheduler.undecidable").counter().count()).isZero();
    lab.deferred(message, 1, 2);
    assertThat(state(2)).as("it was said that it does not get it").isEqualTo(ScheduleState.WAITING);
    // Other things have bounds of their own.
    lab.control(ControlKind.HOLD, message, "one", 5);
    assertThat(state(5)).isEqualTo(ScheduleState.REMEMBERED);
    lab.flush(SchedulerLab.ROUTE, "f");
    lab.tick();
    assertThat(lab.due()).singleElement().extracting(AttemptDue::getAttempt).isEqualTo(2);
  }

  @Test
  void whatIsRememberedIsBoundedByRecipientsAndNotByMessages() {
    Integer[] most = IntStream.range(0, Entries.MOST_REMEMBERED).boxed().toArray(Integer[]::new);
    lab.deferred(message, 1, 0);
    QueueId never = SchedulerLab.message();
    Integer[] more = IntStream.rangeClosed(0, most.length).boxed().toArray(Integer[]::new);
    lab.control(ControlKind.HOLD, never, "c1", more);
    assertThat(lab.ownStates())
        .filteredOn(r -> r.getReason().equals("too-many-remembered"))
        .extracting(RecipientOutcome::getRecipient)
        .containsExactly(most.length);
    lab.control(ControlKind.HOLD, SchedulerLab.message(), "c2", 0);
    assertThat(lab.ownStates())
        .extracting(RecipientOutcome::getReason)
        .containsExactly("too-many-remembered");
    lab.control(ControlKind.HOLD, message, "c3", 0);
    assertThat(state(0)).isEqualTo(ScheduleState.ENTRY_HELD);
    // one is taken back: there is room for another
    lab.control(ControlKind.RELEASE, never, "c4", 7);
    lab.own();
    lab.control(ControlKind.HOLD, SchedulerLab.message(), "c5", 0);
    assertThat(lab.ownStates())
        .extracting(RecipientOutcome::getReason)
        .containsExactly("remembered");
  }
}
