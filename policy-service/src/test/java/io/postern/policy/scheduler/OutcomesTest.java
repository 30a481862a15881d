package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The steps of a recipient by outcomes and the clock. */
class OutcomesTest {
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

  private ScheduleEntry entry(int recipient) {
    ScheduleEntry entry = lab.entry(message, recipient);
    assertThat(entry).as("recipient %d", recipient).isNotNull();
    return entry;
  }

  private void none(int recipient) {
    assertThat(lab.entry(message, recipient)).isNull();
  }

  @Test
  void aDeferredRecipientIsTriedAgainOnScheduleUntilItIsDelivered() {
    long[] minutes = {1, 5, 15, 30, 60, 60}; // less than until the delay notice
    for (int i = 0; i < minutes.length; i++) {
      lab.deferred(message, i + 1, 0);
      assertThat(entry(0).getState()).isEqualTo(ScheduleState.WAITING);
      long wait = entry(0).getDueMillis() - lab.millis();
      assertThat(wait).isBetween(minutes[i] * 54_000, minutes[i] * 66_000);
      lab.advance(Duration.ofMillis(wait - 1000));
      assertThat(lab.due()).isEmpty();
      lab.advance(Duration.ofMillis(1000));
      int next = i + 2;
      assertThat(lab.due())
          .singleElement()
          .satisfies(
              due -> {
                assertThat(due.getQueueId()).isEqualTo(message.value());
                assertThat(due.getAttempt()).isEqualTo(next);
                assertThat(due.getRecipientsList()).containsExactly(0);
                assertThat(due.getAcceptedOffset()).isEqualTo(17);
                assertThat(due.getConnector()).isEqualTo("To Fabrikam");
                assertThat(due.hasRequirement()).isTrue();
                assertThat(due.getCause()).isEqualTo(DueCause.DUE_RETRY);
                assertThat(due.getHeldReason()).isEmpty();
                assertThat(due.getMovedContentCount()).isZero();
              });
      assertThat(entry(0).getState()).isEqualTo(ScheduleState.OPEN);
    }
    lab.delivered(message, minutes.length + 1, 0);
    none(0);
    assertThat(lab.own()).isEmpty();
    assertThat(lab.notices()).isEmpty();
    assertThat(lab.metric("postern.scheduler.entries", "state", "waiting")).isZero();
  }

  /**
   * A stale decider's looser Decision is handed back, untried, by a delivery that knows better, or
   * its session is still open before MAIL FROM; were it the promise, the connector could go and the
   * mail with it in the clear.
   */
  @ParameterizedTest
  @EnumSource(
      value = OutcomeKind.class,
      names = {"DEFERRED", "STILL_OPEN"})
  void whatAnOlderDirectoryDecidedDoesNotLowerThePromise(OutcomeKind kind) {
    lab.write(
        lab.outcome(message, 1, OutcomeKind.DEFERRED, "remote-4xx", 0)
            .setRoutingVersion(7)
            .setRequirement(TlsRequirement.newBuilder().setLevel(TlsLevel.CERTIFICATE_VALIDATION)));
    lab.advance(Duration.ofMinutes(2));
    lab.write(
        lab.outcome(message, 2, kind, "routing-changed", 0)
            .setNoAttempt(kind == OutcomeKind.DEFERRED)
            .setConnector("")
            .setRoutingVersion(6)
            .setRequirement(TlsRequirement.newBuilder().setLevel(TlsLevel.OPPORTUNISTIC)));
    assertThat(entry(0).getRequirement().getLevel()).isEqualTo(TlsLevel.CERTIFICATE_VALIDATION);
    assertThat(entry(0).getConnector()).isEqualTo("To Fabrikam");
    assertThat(entry(0).getRoutingVersion()).isEqualTo(7);
  }

  /** An administrator's change of the connector is his word. */
  @Test
  void whatANewerDirectoryDecidedIsThePromise() {
    lab.write(
        lab.outcome(message, 1, OutcomeKind.DEFERRED, "remote-4xx", 0)
            .setRoutingVersion(7)
            .setRequirement(TlsRequirement.newBuilder().setLevel(TlsLevel.CERTIFICATE_VALIDATION)));
    lab.advance(Duration.ofMinutes(2));
    lab.write(
        lab.outcome(message, 2, OutcomeKind.DEFERRED, "remote-4xx", 0)
            .setRoutingVersion(8)
            .setRequirement(TlsRequirement.newBuilder().setLevel(TlsLevel.ENCRYPTION_ONLY)));
    assertThat(entry(0).getRequirement().getLevel()).isEqualTo(TlsLevel.ENCRYPTION_ONLY);
  }

  @Test
  void danesFailuresWaitLonger() {
    lab.write(lab.outcome(message, 1, OutcomeKind.DEFERRED, "dane-mismatch", 0));
    assertThat(entry(0).getDueMillis() - lab.millis()).isBetween(13 * 60_000L, 17 * 60_000L);
  }

  @Test
  void recipientsOfOneMessageThatAreDueTogetherAreOneRecord() {
    lab.deferred(message, 1, 3, 0, 11, 2);
    lab.deferred(SchedulerLab.message(), 1, 0);
    lab.advance(Duration.ofMinutes(2));
    assertThat(lab.due())
        .hasSize(2)
        .filteredOn(due -> due.getQueueId().equals(message.value()))
        .singleElement()
        .satisfies(due -> assertThat(due.getRecipientsList()).containsExactly(0, 2, 3, 11));
    lab.delivered(message, 2, 0, 2);
    lab.deferred(message, 2, 3, 11);
    lab.advance(Duration.ofMinutes(6));
    assertThat(lab.due())
        .filteredOn(due -> due.getQueueId().equals(message.value()))
        .extracting(AttemptDue::getAttempt, AttemptDue::getRecipientsList)
        .containsExactly(tuple(3, List.of(3, 11)));
  }

  @Test
  void noMoreThanFiveHundredAreTakenUpAtATime() {
    Integer[] many = IntStream.range(0, 1200).boxed().toArray(Integer[]::new);
    lab.deferred(message, 1, many);
    List<Integer> counts = new ArrayList<>();
    lab.advance(Duration.ZERO);
    assertThat(lab.due()).isEmpty();
    lab.advance(Duration.ofMinutes(2)); // three punctuations
    List<AttemptDue> due = lab.due();
    due.forEach(d -> counts.add(d.getRecipientsCount()));
    assertThat(counts).containsExactly(500, 500, 200);
    assertThat(due.stream().flatMap(d -> d.getRecipientsList().stream()))
        .doesNotHaveDuplicates()
        .hasSize(1200);
  }

  @Test
  void aHandBackIsNoTryAndWaitsAsLongAsItsRouteSays() {
    for (int i = 1; i <= 5; i++) {
      lab.write(
          lab.outcome(message, i, OutcomeKind.DEFERRED, Reasons.ROUTING_CHANGED, 0)
              .setNoAttempt(true));
      assertThat(entry(0).getTries()).isZero();
      assertThat(entry(0).getHandBacks()).isEqualTo(i);
      assertThat(entry(0).getDueMillis() - lab.millis())
          .isEqualTo(new long[] {0, 5000, 15000, 30000, 30000, 30000}[i]);
      lab.advance(Duration.ofSeconds(31));
      assertThat(lab.due()).singleElement().extracting(AttemptDue::getAttempt).isEqualTo(i + 1);
    }
    lab.write(
        lab.outcome(message, 6, OutcomeKind.DEFERRED, Reasons.DESTINATION_BUSY, 0)
            .setNoAttempt(true)
            .setNotBeforeMillis(
                lab.millis() + 59_000)); // from a minute on it rests, see ParkedMailTest
    assertThat(entry(0).getDueMillis()).isEqualTo(lab.millis() + 59_000);
    lab.advance(Duration.ofMinutes(1));
    lab.deferred(message, 7, 0);
    assertThat(entry(0).getTries()).isEqualTo(1);
    assertThat(entry(0).getHandBacks()).isZero();
    assertThat(entry(0).getDueMillis() - lab.millis()).isBetween(54_000L, 66_000L);
  }

  @Test
  void aFailureIsToldOnceForTheRecipientsThatShareIt() {
    OutcomeRecorded.Builder outcome =
        lab.outcome(message, 1, OutcomeKind.FAILED, Reasons.REMOTE_5XX, 4, 1)
            .setDeliveryId(message + "/1/2");
    lab.write(outcome);

    assertThat(lab.notices())
        .singleElement()
        .satisfies(
            notice -> {
              assertThat(notice.getKind()).isEqualTo(NoticeKind.NOTICE_FAILED);
              assertThat(notice.getNoticeId()).isEqualTo(message + "/failed/1/2/1");
              assertThat(notice.getCause()).isEqualTo("failed/1/2/1");
              assertThat(notice.getRecipientsList())
                  .extracting(RecipientOutcome::getRecipient, RecipientOutcome::getKind)
                  .containsExactly(tuple(1, OutcomeKind.FAILED), tuple(4, OutcomeKind.FAILED));
              assertThat(notice.getAcceptedOffset()).isEqualTo(17);
              assertThat(notice.getOutcomeOffset()).isEqualTo(1); // behind PartitionTaken
              assertThat(notice.getOrganization()).isEqualTo("contoso");
              assertThat(notice.hasRequirement()).isTrue();
            });
    none(1);
    none(4);
    assertThat(lab.own()).as("delivery has written the outcome").isEmpty();
  }

  @Test
  void theDecidersFailuresHaveCausesThatNoDeliveryHas() {
    lab.write(
        lab.outcome(message, 1, OutcomeKind.FAILED, Reasons.NO_MAIL_HOST, 1).clearDeliveryId());
    lab.write(
        lab.outcome(message, 1, OutcomeKind.FAILED, Reasons.REMOTE_5XX, 0)
            .setDeliveryId(message + "/1/1"));
    assertThat(lab.notices())
        .extracting(NoticeRequested::getCause)
        .containsExactly("failed/1/decided/1", "failed/1/1/0");
  }

  /** Each would have had the id of the other: one of the two was lost. */
  @Test
  void recipientsOfOneFailureThatExpireAtDifferentTimesAreToldInNoticesOfTheirOwn() {
    lab.deferred(message, 1, 0, 1, 2);
    lab.advance(Duration.ofSeconds(10));
    lab.control(ControlKind.HOLD, message, "h0", 0, 2);
    lab.advance(Duration.ofSeconds(10));
    lab.control(ControlKind.HOLD, message, "h1", 1);
    lab.advance(Duration.ofHours(1));
    lab.control(ControlKind.RELEASE, message, "r");
    lab.tick();
    lab.notices();
    lab.write(lab.outcome(message, 2, OutcomeKind.FAILED, Reasons.REMOTE_5XX, 0, 1, 2));
    assertThat(lab.notices())
        .extracting(NoticeRequested::getNoticeId, n -> recipients(n.getRecipientsList()))
        .containsExactlyInAnyOrder(
            tuple(message + "/failed/2/0/0", List.of(0, 2)),
            tuple(message + "/failed/2/0/1", List.of(1)));
  }

  private static List<Integer> recipients(List<RecipientOutcome> outcomes) {
    return outcomes.stream().map(RecipientOutcome::getRecipient).toList();
  }

  /** G3: a release is from one hold, and not from all that its connectors promise later. */
  @Test
  void aReleaseLowersNoPromiseThatWasMadeAfterIt() {
    lab.deferred(message, 1, 0);
    lab.advance(Duration.ofMinutes(2));
    lab.due();
    lab.write(decided(2).addRecipients(held(0, Reasons.CONNECTOR_REMOVED)));
    lab.control(ControlKind.RELEASE, message, "r", 0);
    lab.tick();
    assertThat(lab.due())
        .singleElement()
        .satisfies(
            due -> {
              assertThat(due.getHeldReason()).isEqualTo(Reasons.CONNECTOR_REMOVED);
              assertThat(due.getCause()).isEqualTo(DueCause.DUE_RELEASED);
              assertThat(due.getConnector()).isEqualTo("To Fabrikam");
            });
    lab.write(
        lab.outcome(message, 3, OutcomeKind.DEFERRED, "timeout", 0).setConnector("Its successor"));
    lab.advance(Duration.ofMinutes(10));
    assertThat(lab.due())
        .singleElement()
        .satisfies(
            due -> {
              assertThat(due.getHeldReason()).isEmpty();
              assertThat(due.getConnector()).isEqualTo("Its successor");
              assertThat(due.hasRequirement()).isTrue();
            });
  }

  /** The decider's, which know no requirement. */
  private OutcomeRecorded.Builder decided(int attempt) {
    return lab.outcome(message, attempt, OutcomeKind.HELD, "")
        .setWriter(OutcomeWriter.WRITER_DECIDER)
        .clearDeliveryId()
        .clearRequirement()
        .clearConnector()
        .clearRoute();
  }

  private static RecipientOutcome held(int recipient, String reason) {
    return Answers.state(recipient, OutcomeKind.HELD, reason);
  }

  @Test
  void anAttemptThatNobodyAnswersIsHeldInTheEnd() {
    lab.deferred(message, 1, 0, 1);
    lab.advance(Duration.ofMinutes(2));
    lab.control(ControlKind.CANCEL, message, "c", 1);
    lab.own();
    lab.due();
    lab.advance(Duration.ofDays(3).minusMinutes(4));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.OPEN);
    assertThat(lab.own()).isEmpty();
    lab.advance(Duration.ofMinutes(4));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.ENTRY_HELD);
    assertThat(entry(0).getReason()).isEqualTo(Reasons.UNDECIDABLE);
    none(1);
    assertThat(lab.ownStates())
        .extracting(RecipientOutcome::getRecipient, RecipientOutcome::getKind)
        .containsExactlyInAnyOrder(
            tuple(0, OutcomeKind.HELD),
            tuple(1, OutcomeKind.HELD),
            tuple(1, OutcomeKind.CANCELLED));
    lab.control(ControlKind.RELEASE, message, "r", 0);
    lab.tick();
    assertThat(lab.due()).as("it is long past its time").isEmpty();
    assertThat(lab.ownStates())
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.RELEASED, OutcomeKind.EXPIRED_OUTCOME);
    none(0);
  }

  @ParameterizedTest
  @CsvSource({"0, ENTRY_HELD", "2, ENTRY_HELD", "3, OPEN"})
  void whatTheDeciderCannotReadHoldsTheMessagesOpenRecipients(int attempt, ScheduleState open) {
    lab.deferred(message, 1, 0);
    lab.write(lab.outcome(message, 1, OutcomeKind.STILL_OPEN, "", 1));
    lab.advance(Duration.ofMinutes(2));
    lab.deferred(message, 1, 2);
    lab.due();
    QueueId other = SchedulerLab.message();
    lab.deferred(other, 1, 0);
    lab.write(decided(attempt));
    assertThat(entry(0).getState()).isEqualTo(open);
    assertThat(entry(1).getState()).isEqualTo(ScheduleState.WATCHED);
    assertThat(entry(2).getState()).isEqualTo(ScheduleState.WAITING);
    assertThat(lab.ownStates())
        .extracting(RecipientOutcome::getRecipient, RecipientOutcome::getReason)
        .isEqualTo(open == ScheduleState.OPEN ? List.of() : List.of(tuple(0, Reasons.UNDECIDABLE)));
    // a delivery that was under way all the same
    lab.delivered(message, 2, 0);
    lab.control(ControlKind.RELEASE, message, "r", 0);
    lab.advance(Duration.ofMinutes(2));
    assertThat(lab.due())
        .filteredOn(due -> due.getQueueId().equals(message.value()))
        .allSatisfy(due -> assertThat(due.getRecipientsList()).doesNotContain(0));
  }

  @Test
  void aNoticeOfManyRecipientsIsSplitBeforeItIsTooLarge() {
    OutcomeRecorded.Builder outcome =
        lab.outcome(message, 1, OutcomeKind.FAILED, Reasons.REMOTE_5XX);
    for (int i = 0; i < 900; i++) {
      outcome.addRecipients(
          RecipientOutcome.newBuilder()
              .setRecipient(i)
              .setKind(OutcomeKind.FAILED)
              .setReason(Reasons.REMOTE_5XX)
              .setDetail("x".repeat(1000)));
    }
    lab.write(outcome);
    List<NoticeRequested> notices = lab.notices();
    assertThat(notices).hasSize(2);
    assertThat(notices).allSatisfy(n -> assertThat(n.getSerializedSize()).isLessThan(500_000));
    assertThat(notices).extracting(NoticeRequested::getNoticeId).doesNotHaveDuplicates();
    assertThat(notices.stream().flatMap(n -> n.getRecipientsList().stream())).hasSize(900);
  }

  @Test
  void aRelayedRecipientIsTold() {
    OutcomeRecorded.Builder outcome = lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0, 1);
    outcome.getRecipientsBuilder(1).setRelayed(true);
    lab.write(outcome);
    assertThat(lab.notices())
        .singleElement()
        .satisfies(
            notice -> {
              assertThat(notice.getKind()).isEqualTo(NoticeKind.NOTICE_RELAYED);
              assertThat(notice.getCause()).isEqualTo("relayed/1/0/1");
              assertThat(notice.getRecipientsList()).hasSize(1);
            });
    none(0);
    none(1);
  }

  @Test
  void whatIsNotDeliveredInItsTimeExpiresAndItsSenderIsTold() {
    lab.write(
        lab.outcome(message, 1, OutcomeKind.DEFERRED, "timeout", 0, 1)
            .setExpiresMillis(lab.millis() + 30_000));
    assertThat(entry(0).getDueMillis()).as("not after its end").isEqualTo(lab.millis() + 30_000);
    lab.advance(Duration.ofSeconds(29));
    assertThat(lab.own()).isEmpty();
    lab.advance(Duration.ofSeconds(1));

    assertThat(lab.due()).isEmpty();
    assertThat(lab.own())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getId().getIncarnation()).isNotEmpty();
              assertThat(outcome.getId().getNumber()).isPositive();
              assertThat(outcome.getAttempt()).isEqualTo(1);
              assertThat(outcome.getRecipientsList())
                  .extracting(
                      RecipientOutcome::getRecipient,
                      RecipientOutcome::getKind,
                      RecipientOutcome::getReason)
                  .containsExactly(
                      tuple(0, OutcomeKind.EXPIRED_OUTCOME, "timeout"),
                      tuple(1, OutcomeKind.EXPIRED_OUTCOME, "timeout"));
            });
    assertThat(lab.notices())
        .singleElement()
        .satisfies(
            notice -> {
              assertThat(notice.getKind()).isEqualTo(NoticeKind.NOTICE_FAILED);
              assertThat(notice.getNoticeId()).isEqualTo(message + "/expired/0");
              assertThat(notice.getRecipientsCount()).isEqualTo(2);
            });
    none(0);
    none(1);
  }

  @Test
  void theSenderIsToldOfADelayOnceAndInTime() {
    boolean toldBefore = false;
    for (int attempt = 1; attempt < 9; attempt++) {
      lab.deferred(message, attempt, 0, 5);
      while (lab.due().isEmpty()) {
        lab.advance(Duration.ofMinutes(1));
        Duration age = Duration.between(SchedulerLab.START, lab.now());
        List<NoticeRequested> notices = lab.notices();
        boolean notified = notices.stream().anyMatch(n -> n.getKind() == NoticeKind.NOTICE_DELAYED);
        if (notified) {
          assertThat(toldBefore).isFalse();
          toldBefore = true;
          assertThat(age).isBetween(Duration.ofHours(4), Duration.ofMinutes(242));
          assertThat(notices)
              .singleElement()
              .satisfies(
                  notice -> {
                    assertThat(notice.getNoticeId()).isEqualTo(message + "/delayed/0");
                    assertThat(notice.getRecipientsList())
                        .extracting(RecipientOutcome::getRecipient, RecipientOutcome::getKind)
                        .containsExactly(
                            tuple(0, OutcomeKind.DEFERRED), tuple(5, OutcomeKind.DEFERRED));
                    assertThat(notice.getExpiresMillis())
                        .isEqualTo(SchedulerLab.START.plus(Duration.ofDays(1)).toEpochMilli());
                  });
        }
      }
    }
    assertThat(entry(0).getDelayNoticed()).isTrue();
  }

  @Test
  void anOpenDeliveryIsWatchedAndTriedAgainWhenItsOwnerSaysNothingMore() {
    lab.write(lab.outcome(message, 1, OutcomeKind.STILL_OPEN, "", 0));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.WATCHED);
    assertThat(Owner.of(entry(0).getOwner())).isEqualTo(SchedulerLab.OWNER);
    lab.advance(Duration.ofSeconds(60 + 600 + 29));
    assertThat(lab.due()).isEmpty();
    lab.advance(Duration.ofSeconds(1));
    assertThat(lab.due())
        .extracting(AttemptDue::getAttempt, AttemptDue::getCause)
        .containsExactly(tuple(2, DueCause.DUE_WATCH_ENDED));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.OPEN);
    assertThat(entry(0).hasOwner()).isFalse();
    // an outcome of the lost owner closes nothing
    lab.write(lab.outcome(message, 1, OutcomeKind.DEFERRED, "timeout", 0).setAfterStillOpen(true));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.OPEN);
    // but delivered does, and leaves a mark
    lab.write(
        lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0)
            .setAfterStillOpen(true)
            .setLate(true));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.DELIVERED_MARK);
    lab.write(lab.outcome(message, 2, OutcomeKind.FAILED, Reasons.REMOTE_5XX, 0));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.DELIVERED_MARK);
    assertThat(lab.notices()).isEmpty();
    lab.advance(Duration.ofDays(1));
    none(0);
    assertThat(lab.due()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"DEFERRED", "DELIVERED", "FAILED"})
  void anOutcomeAfterStillOpenClosesTheWatch(OutcomeKind kind) {
    lab.deferred(message, 1, 0);
    lab.advance(Duration.ofMinutes(2));
    lab.write(lab.outcome(message, 2, OutcomeKind.STILL_OPEN, "", 0));
    lab.advance(Duration.ofMinutes(5));
    lab.write(lab.outcome(message, 2, kind, "x", 0).setAfterStillOpen(true));
    if (kind == OutcomeKind.DEFERRED) {
      assertThat(entry(0).getState()).isEqualTo(ScheduleState.WAITING);
      assertThat(entry(0).getTries()).isEqualTo(2);
    } else if (kind == OutcomeKind.DELIVERED) {
      assertThat(entry(0).getState()).isEqualTo(ScheduleState.DELIVERED_MARK);
    } else {
      none(0);
    }
    assertThat(lab.notices()).hasSize(kind == OutcomeKind.FAILED ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource({
    // attempt, after still open, of a former owner, kind, the entry that follows
    "1, false, false, DEFERRED, WAITING",
    "1, false, false, HELD, ENTRY_HELD",
    "1, false, false, STILL_OPEN, WATCHED",
    "1, false, false, DELIVERED, ",
    "1, false, false, FAILED, ",
    "1, true, false, DEFERRED, ",
    "1, true, false, FAILED, ",
    "1, true, false, DELIVERED, DELIVERED_MARK",
    "1, false, true, DELIVERED, DELIVERED_MARK",
    "1, true, true, DELIVERED, DELIVERED_MARK",
    "1, false, true, DEFERRED, ",
    "1, false, true, HELD, ",
    "1, false, true, FAILED, ",
    "1, false, true, STILL_OPEN, ",
    "2, false, false, DEFERRED, ",
    "2, false, false, FAILED, ",
    "2, false, false, HELD, ",
    "2, false, false, DELIVERED, DELIVERED_MARK",
  })
  void whatFindsNoStateCreatesOneOnlyAsFirstAttempt(
      int attempt, boolean after, boolean former, OutcomeKind kind, ScheduleState state) {
    lab.write(
        lab.outcome(message, attempt, kind, "x", 0)
            .setAfterStillOpen(after)
            .setOwner((former ? SchedulerLab.FORMER : SchedulerLab.OWNER).message()));
    ScheduleEntry entry = lab.entry(message, 0);
    assertThat(entry == null ? null : entry.getState()).isEqualTo(state);
    boolean notified = kind == OutcomeKind.FAILED && attempt == 1 && !after && !former;
    assertThat(lab.notices().stream().filter(n -> n.getKind() != NoticeKind.KEEP_CONTENT))
        .hasSize(notified ? 1 : 0);
    boolean delivered = kind == OutcomeKind.DELIVERED;
    assertThat(lab.skipped("former-owner")).isEqualTo(former && !delivered ? 1 : 0);
    assertThat(lab.registry.get("postern.scheduler.late").counter().count())
        .isEqualTo(former && delivered ? 1 : 0);
    assertThat(lab.skipped("annulled"))
        .isEqualTo(!former && !delivered && (attempt == 2 || after) ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource({
    // the entry before, kind of the former owner's outcome, the entry then
    "OPEN, DEFERRED, OPEN",
    "OPEN, FAILED, OPEN",
    "OPEN, HELD, OPEN",
    "OPEN, STILL_OPEN, OPEN",
    "OPEN, DELIVERED, DELIVERED_MARK",
    "WAITING, FAILED, WAITING",
    "WAITING, DELIVERED, DELIVERED_MARK",
    "WATCHED, DEFERRED, WATCHED",
    "WATCHED, FAILED, WATCHED",
    "WATCHED, STILL_OPEN, WATCHED",
    "WATCHED, DELIVERED, DELIVERED_MARK",
    "ENTRY_HELD, FAILED, ENTRY_HELD",
    "ENTRY_HELD, DELIVERED, DELIVERED_MARK",
  })
  void ofAFormerOwnerOnlyDeliveredCounts(
      ScheduleState before, OutcomeKind kind, ScheduleState after) {
    lab.deferred(message, 1, 0);
    lab.advance(Duration.ofMinutes(2));
    switch (before) {
      case WAITING -> lab.deferred(message, 2, 0);
      case WATCHED -> lab.write(lab.outcome(message, 2, OutcomeKind.STILL_OPEN, "", 0));
      case ENTRY_HELD -> lab.write(lab.outcome(message, 2, OutcomeKind.HELD, "no-route", 0));
      default -> {}
    }
    assertThat(entry(0).getState()).isEqualTo(before);
    lab.due();
    lab.notices();
    for (boolean follower : new boolean[] {false, true}) {
      lab.write(
          lab.outcome(message, 2, kind, "x", 0)
              .setAfterStillOpen(follower)
              .setOwner(SchedulerLab.FORMER.message()));
      assertThat(entry(0).getState()).isEqualTo(after);
    }
    assertThat(lab.notices()).isEmpty();
    assertThat(lab.skipped("former-owner")).isEqualTo(kind == OutcomeKind.DELIVERED ? 0 : 2);
  }

  @ParameterizedTest
  @CsvSource({
    "DEFERRED, WAITING",
    "FAILED, ",
    "DELIVERED, DELIVERED_MARK",
  })
  void whatFollowsAFormerOwnersStillOpenThatCountedCounts(OutcomeKind kind, ScheduleState state) {
    lab.write(lab.outcome(message, 1, OutcomeKind.STILL_OPEN, "", 0));
    lab.taken(SchedulerLab.LATER);
    // another attempt's, and another owner's: neither follows it
    lab.write(lab.outcome(message, 2, OutcomeKind.FAILED, "x", 0).setAfterStillOpen(true));
    lab.write(
        lab.outcome(message, 1, OutcomeKind.FAILED, "x", 0)
            .setAfterStillOpen(true)
            .setOwner(SchedulerLab.LATER.message()));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.WATCHED);
    lab.write(lab.outcome(message, 1, kind, "x", 0).setAfterStillOpen(true));
    ScheduleEntry entry = lab.entry(message, 0);
    assertThat(entry == null ? null : entry.getState()).isEqualTo(state);
    assertThat(lab.notices()).hasSize(kind == OutcomeKind.FAILED ? 1 : 0);
    // nothing follows it twice
    lab.write(lab.outcome(message, 1, OutcomeKind.FAILED, "x", 0).setAfterStillOpen(true));
    entry = lab.entry(message, 0);
    assertThat(entry == null ? null : entry.getState()).isEqualTo(state);
    assertThat(lab.notices()).isEmpty();
  }

  @Test
  void aMarkerThatIsNotLaterIsSkippedAndSoIsItsOwner() {
    for (Owner notLater : List.of(SchedulerLab.FORMER, SchedulerLab.OWNER, new Owner(0, 0, 9))) {
      lab.taken(notLater);
    }
    assertThat(lab.skipped("marker")).isEqualTo(3);
    lab.write(
        lab.outcome(message, 1, OutcomeKind.DEFERRED, "x", 0)
            .setOwner(SchedulerLab.FORMER.message()));
    none(0);
    lab.deferred(message, 1, 0);
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.WAITING);
    lab.taken(SchedulerLab.LATER);
    lab.deferred(message, 1, 1); // of an owner that has lost the partition
    none(1);
    assertThat(lab.skipped("marker")).isEqualTo(3);
  }

  @Test
  void eachRecipientOfARecordIsJudgedByItself() {
    lab.write(lab.outcome(message, 1, OutcomeKind.STILL_OPEN, "", 3));
    OutcomeRecorded.Builder mixed = lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0);
    for (OutcomeKind kind : List.of(OutcomeKind.DEFERRED, OutcomeKind.FAILED)) {
      mixed.addRecipients(Answers.state(mixed.getRecipientsCount(), kind, "x"));
    }
    mixed.addRecipients(Answers.state(3, OutcomeKind.FAILED, "x"));
    lab.write(mixed);
    none(0);
    assertThat(entry(1).getState()).isEqualTo(ScheduleState.WAITING);
    none(2);
    assertThat(entry(3).getState()).as("it does not follow").isEqualTo(ScheduleState.WATCHED);
    assertThat(lab.notices())
        .singleElement()
        .satisfies(n -> assertThat(recipients(n.getRecipientsList())).containsExactly(2));
    // the same record, of a former owner
    QueueId other = SchedulerLab.message();
    lab.write(
        mixed
            .setQueueId(other.value())
            .setDeliveryId(other + "/1/0")
            .setOwner(SchedulerLab.FORMER.message()));
    ScheduleEntry late = lab.entry(other, 0);
    assertThat(late == null ? null : late.getState()).isEqualTo(ScheduleState.DELIVERED_MARK);
    for (int skipped = 1; skipped <= 3; skipped++) {
      assertThat(lab.entry(other, skipped)).isNull();
    }
    assertThat(lab.notices()).isEmpty();
    assertThat(lab.skipped("former-owner")).isEqualTo(3);
  }

  @Test
  void aLateDeliveredKeepsTheTakersOutcomeFromBeginningAnew() {
    lab.taken(SchedulerLab.LATER);
    lab.delivered(message, 1, 0);
    lab.write(
        lab.outcome(message, 1, OutcomeKind.DEFERRED, "x", 0)
            .setOwner(SchedulerLab.LATER.message()));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.DELIVERED_MARK);
    lab.advance(Duration.ofHours(1));
    assertThat(lab.due()).isEmpty();
  }

  @Test
  void onlyTheOpenAttemptsOutcomeOrDeliveredClosesARecipient() {
    lab.deferred(message, 1, 0, 1);
    lab.deferred(message, 1, 0); // again
    assertThat(entry(0).getTries()).isEqualTo(1);
    lab.write(lab.outcome(message, 1, OutcomeKind.FAILED, "x", 0));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.WAITING);
    lab.advance(Duration.ofMinutes(2));
    lab.deferred(message, 1, 0);
    lab.deferred(message, 3, 0);
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.OPEN);
    lab.delivered(message, 1, 1);
    assertThat(entry(1).getState()).isEqualTo(ScheduleState.DELIVERED_MARK);
    assertThat(lab.notices()).isEmpty();
  }

  @Test
  void aFinalFirstAttemptOfTheOwnerInForceLeavesNoTraceAndIsNotEvenParsed() {
    lab.write(message.value(), new byte[] {1, 2, 3}, SchedulerLab.OWNER);
    assertThat(lab.store(SchedulerTopology.SCHEDULE).all().hasNext()).isFalse();
    assertThat(lab.registry.get("postern.scheduler.undecidable").counter().count()).isZero();
  }

  @Test
  void aFinalFirstAttemptOfAFormerOwnerIsNotSkippedBlindly() {
    lab.writeFinal(
        lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0)
            .setOwner(SchedulerLab.FORMER.message()));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.DELIVERED_MARK);
    lab.deferred(message, 1, 0); // of the taker of the partition, which tried it too
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.DELIVERED_MARK);
  }

  @Test
  void aFinalFirstAttemptOfALaterOwnerMakesItTheOwnerInForce() {
    lab.writeFinal(
        lab.outcome(message, 1, OutcomeKind.DELIVERED, "", 0)
            .setOwner(SchedulerLab.LATER.message()));
    none(0);
    lab.deferred(message, 1, 1);
    none(1);
    assertThat(lab.skipped("former-owner")).isEqualTo(1);
  }

  @Test
  void aRecordThatCannotBeProcessedHoldsItsRecipientsAndTheNextGoesOn() {
    // of no known kind
    lab.write(lab.outcome(message, 1, OutcomeKind.RELEASED, "", 0, 1));
    for (int recipient : new int[] {0, 1}) {
      assertThat(entry(recipient).getState()).isEqualTo(ScheduleState.ENTRY_HELD);
      assertThat(entry(recipient).getReason()).isEqualTo(Reasons.UNDECIDABLE);
      assertThat(entry(recipient).getAcceptedOffset()).isEqualTo(17);
    }
    assertThat(lab.ownStates())
        .extracting(
            RecipientOutcome::getRecipient, RecipientOutcome::getKind, RecipientOutcome::getReason)
        .containsExactly(
            tuple(0, OutcomeKind.HELD, Reasons.UNDECIDABLE),
            tuple(1, OutcomeKind.HELD, Reasons.UNDECIDABLE));
    // cut, without value, with another's key, of another partition, without key
    QueueId other = SchedulerLab.message();
    byte[] whole = lab.outcome(other, 1, OutcomeKind.DEFERRED, "x", 0).build().toByteArray();
    lab.write(other.value(), Arrays.copyOf(whole, whole.length - 4), null);
    lab.write(other.value(), null, null);
    lab.write(SchedulerLab.message().value(), whole, null);
    QueueId elsewhere = QueueId.next(3);
    lab.write(lab.outcome(elsewhere, 1, OutcomeKind.DEFERRED, "x", 0));
    lab.write(null, whole, null);
    lab.write(lab.outcome(SchedulerLab.message(), 1, OutcomeKind.DEFERRED, "x", -5));
    assertThat(lab.registry.get("postern.scheduler.undecidable").counter().count()).isEqualTo(7);
    ScheduleEntry held = lab.entry(other, 0);
    assertThat(held == null ? null : held.getReason())
        .as("recipients as far as they can be read")
        .isEqualTo(Reasons.UNDECIDABLE);
    // the next
    QueueId next = SchedulerLab.message();
    lab.deferred(next, 1, 0);
    lab.advance(Duration.ofMinutes(2));
    assertThat(lab.due()).extracting(AttemptDue::getQueueId).containsExactly(next.value());
  }

  @Test
  void anEntryThatCannotBeReadStopsNobody() {
    lab.deferred(message, 1, 0);
    QueueId next = SchedulerLab.message();
    lab.deferred(next, 1, 0);
    byte[] readable = lab.store(SchedulerTopology.SCHEDULE).get(message + "/0");
    lab.store(SchedulerTopology.SCHEDULE).put(message + "/0", new byte[] {1});
    lab.advance(Duration.ofMinutes(2));
    assertThat(lab.due()).extracting(AttemptDue::getQueueId).containsExactly(next.value());
    assertThat(lab.registry.get("postern.scheduler.undecidable").counter().count()).isEqualTo(1);
    // and is not given up for that
    lab.advance(Duration.ofHours(1));
    assertThat(lab.registry.get("postern.scheduler.undecidable").counter().count()).isEqualTo(2);
    lab.store(SchedulerTopology.SCHEDULE).put(message + "/0", readable);
    lab.advance(Duration.ofMinutes(50));
    assertThat(lab.due()).isEmpty();
    lab.advance(Duration.ofMinutes(11));
    assertThat(lab.due()).extracting(AttemptDue::getQueueId).containsExactly(message.value());
    assertThat(lab.registry.get("postern.scheduler.undecidable").counter().count()).isEqualTo(2);
  }

  @Test
  void anEntryThatWasPutOffAndHasChangedMeanwhileIsNotTakenUpEarly() {
    lab.deferred(message, 1, 0);
    byte[] readable = lab.store(SchedulerTopology.SCHEDULE).get(message + "/0");
    lab.store(SchedulerTopology.SCHEDULE).put(message + "/0", new byte[] {1});
    lab.advance(Duration.ofMinutes(2)); // put off by an hour
    lab.store(SchedulerTopology.SCHEDULE).put(message + "/0", readable);
    lab.control(ControlKind.HOLD, message, "h", 0);
    lab.advance(Duration.ofHours(2));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.ENTRY_HELD);
    assertThat(lab.due()).isEmpty();
  }

  /** An impossible outcome has no effect either, when its owner has lost the partition. */
  @Test
  void aRecordOfAFormerOwnerThatCannotBeProcessedHoldsNobody() {
    lab.deferred(message, 1, 0);
    lab.advance(Duration.ofMinutes(2));
    lab.write(
        lab.outcome(message, 2, OutcomeKind.RELEASED, "", 0)
            .setOwner(SchedulerLab.FORMER.message()));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.OPEN);
  }

  @Test
  void eachOutcomeOfOurOwnNamesTheLastAttempt() {
    lab.deferred(message, 1, 0, 1);
    lab.advance(Duration.ofMinutes(2));
    lab.deferred(message, 2, 0, 1);
    lab.own();
    lab.control(ControlKind.HOLD, message, "h", 0, 1);
    lab.control(ControlKind.CANCEL, message, "c", 1);
    lab.control(ControlKind.RELEASE, message, "r", 0);
    lab.advance(Duration.ofMinutes(2));
    assertThat(lab.due()).extracting(AttemptDue::getAttempt).containsExactly(2, 3);
    lab.write(lab.outcome(message, 3, OutcomeKind.STILL_OPEN, "", 0));
    lab.control(ControlKind.HOLD, message, "h2", 0);
    lab.advance(Duration.ofMinutes(12));
    assertThat(entry(0).getState()).isEqualTo(ScheduleState.ENTRY_HELD);
    assertThat(lab.own())
        .flatExtracting(
            o ->
                o.getRecipientsList().stream()
                    .map(r -> r.getKind() + " " + o.getAttempt())
                    .toList())
        .containsExactly(
            "HELD 2",
            "HELD 2",
            "CANCELLED 2",
            "RELEASED 2",
            "OUTCOME_KIND_UNSPECIFIED 3",
            "HELD 3");
  }
}
