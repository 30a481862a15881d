package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.log.rules.Lease;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Watch, revocation, chain and failed sends, with sessions and a clock that the test moves. */
class DeliveriesTest {
  private final SessionLab lab = new SessionLab();

  @Test
  void aDecisionIsFinishedWhenTheLogHasItsOutcomeAndNotBefore() {
    PartitionWork work = lab.take();
    SessionLab.Session session = lab.start(work, 0);
    assertThat(lab.dot(session)).isTrue();
    lab.end(session, OutcomeKind.DELIVERED);
    assertThat(lab.sent()).hasSize(1);
    assertThat(lab.commit(work).next()).isZero();
    assertThat(work.inWindow()).isEqualTo(1);
    lab.acknowledge();
    assertThat(lab.commit(work).next()).isEqualTo(1);
    assertThat(lab.observed).hasSize(1);
    assertThat(only().getOwner()).isEqualTo(work.ledger.owner().message());
  }

  @Test
  void aPartitionsWindowOrTheMemoryOfAllOverHalfUsedIsACrowd() {
    PartitionWork work = lab.take();
    List<SessionLab.Session> sessions = List.of(lab.start(work, 0), lab.start(work, 1));
    lab.deliveries.collect();
    assertThat(lab.deliveries.crowded(settings(4, 1 << 20))).isFalse();
    SessionLab.Session third = lab.start(work, 2);
    lab.deliveries.collect();
    assertThat(lab.deliveries.crowded(settings(4, 1 << 20))).as("three of four").isTrue();
    assertThat(lab.deliveries.crowded(settings(500, 1 << 18))).as("48 KiB each").isTrue();
    assertThat(lab.deliveries.crowded(settings(500, 1 << 20))).isFalse();
    lab.end(third, OutcomeKind.DEFERRED);
    sessions.forEach(session -> lab.end(session, OutcomeKind.DEFERRED));
    lab.acknowledge();
    lab.deliveries.collect();
    assertThat(lab.deliveries.crowded(settings(4, 1 << 18))).isFalse();
  }

  private static ReaderSettings settings(int window, long bufferBytes) {
    Duration any = Duration.ofSeconds(1);
    return new ReaderSettings(window, bufferBytes, any, any, any, 100, 1 << 20);
  }

  @Test
  void aSessionStillOpenAfterThirtySecondsIsHandedOverAndItsDecisionFinished() {
    PartitionWork work = lab.take();
    SessionLab.Session slow = lab.start(work, 0);
    lab.pass(29);
    lab.deliveries.watch();
    assertThat(lab.sent()).isEmpty();
    lab.pass(1);
    lab.deliveries.watch();
    assertThat(lab.commit(work).next()).as("not acknowledged").isZero();
    lab.acknowledge();
    OutcomeRecorded stillOpen = only();
    assertThat(kind(stillOpen)).isEqualTo(OutcomeKind.STILL_OPEN);
    assertThat(stillOpen.getAfterStillOpen()).isFalse();
    assertThat(stillOpen.getAcceptedOffset()).isEqualTo(SessionLab.ACCEPTED_OFFSET);
    assertThat(stillOpen.getRoute()).isEqualTo("fabrikam");
    assertThat(stillOpen.getId().getNumber()).isPositive();
    assertThat(lab.commit(work).next()).isEqualTo(1);

    assertThat(lab.dot(slow)).isTrue();
    lab.end(slow, OutcomeKind.DELIVERED);
    lab.acknowledge();
    OutcomeRecorded delivered = only();
    assertThat(delivered.getAfterStillOpen()).isTrue();
    assertThat(delivered.getLate()).isFalse();
    assertThat(lab.longSessions.size()).isZero();
  }

  @Test
  void whatFollowsAStillOpenWaitsUntilTheLogHasThat() {
    PartitionWork work = lab.take();
    SessionLab.Session slow = lab.start(work, 0);
    assertThat(lab.dot(slow)).isTrue();
    lab.pass(30);
    lab.deliveries.watch();
    lab.end(slow, OutcomeKind.FAILED);
    assertThat(lab.sent()).hasSize(1);
    lab.acknowledge();
    assertThat(lab.durable)
        .extracting(DeliveriesTest::kind)
        .containsExactly(OutcomeKind.STILL_OPEN, OutcomeKind.FAILED);
  }

  @Test
  void aWatchedSessionThatIsNotAtItsDotInTimeIsEndedAndComesAgain() {
    PartitionWork work = lab.take();
    SessionLab.Session slow = lab.start(work, 0);
    lab.pass(30);
    lab.deliveries.watch();
    lab.acknowledge();
    assertThat(kind(only())).isEqualTo(OutcomeKind.STILL_OPEN);
    lab.pass(60);
    lab.deliveries.watch();
    lab.awaitEnd(slow);
    lab.acknowledge();
    OutcomeRecorded ended = only();
    assertThat(ended.getAfterStillOpen()).isTrue();
    assertThat(ended.getNoAttempt()).isFalse();
    assertThat(kind(ended)).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(ended.getRecipients(0).getReason()).isEqualTo("too-slow");
  }

  @Test
  void aReplyAfterTheSchedulersWatchHasEndedIsNothingButALateDelivered() {
    PartitionWork work = lab.take();
    SessionLab.Session taken = lab.start(work, 0);
    SessionLab.Session refused = lab.start(work, 1);
    assertThat(lab.dot(taken)).isTrue();
    assertThat(lab.dot(refused)).isTrue();
    lab.pass(30);
    lab.deliveries.watch();
    lab.acknowledge();
    lab.durable.clear();
    lab.pass(60 + 600 + 1);
    lab.end(taken, OutcomeKind.DELIVERED);
    lab.end(refused, OutcomeKind.FAILED);
    lab.acknowledge();
    OutcomeRecorded late = only();
    assertThat(late.getLate()).isTrue();
    assertThat(late.getAfterStillOpen()).isTrue();
    assertThat(kind(late)).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(lab.longSessions.size()).isZero();
  }

  @Test
  void whenTheWatchIsFullTheOldestBeforeItsDotIsCutAndAnotherGetsItsPlace() {
    PartitionWork work = lab.take();
    SessionLab.Session past = lab.start(work, 0);
    SessionLab.Session hanging = lab.start(work, 1);
    for (long offset = 2; offset <= SessionLab.WATCHED; offset++) {
      lab.start(work, offset);
    }
    assertThat(lab.dot(past)).isTrue();
    lab.pass(30);
    lab.deliveries.watch();
    lab.acknowledge();
    assertThat(lab.longSessions.size()).isEqualTo(SessionLab.WATCHED);
    assertThat(lab.commit(work).next()).isEqualTo(SessionLab.WATCHED);
    assertThat(past.over()).isFalse();
    assertThat(hanging.over()).isTrue();
    lab.awaitEnd(hanging);
    lab.deliveries.watch();
    lab.acknowledge();
    assertThat(lab.longSessions.size()).isEqualTo(SessionLab.WATCHED);
    assertThat(lab.commit(work).next()).isEqualTo(SessionLab.WATCHED + 1);
    assertThat(lab.counts.sessionsCut.count()).isEqualTo(1);
  }

  /** Nothing may stand in the window for ever, with a watch full of what cannot be cut. */
  @Test
  void whenAllWatchedArePastTheirDotTheOneThatLastsIsEndedItself() {
    PartitionWork work = lab.take();
    for (long offset = 0; offset < SessionLab.WATCHED; offset++) {
      assertThat(lab.dot(lab.start(work, offset))).isTrue();
    }
    lab.pass(30);
    lab.deliveries.watch();
    lab.acknowledge();
    assertThat(lab.longSessions.size()).isEqualTo(SessionLab.WATCHED);
    lab.durable.clear();
    lab.commit(work);
    SessionLab.Session past = lab.start(work, SessionLab.WATCHED);
    assertThat(lab.dot(past)).isTrue();
    SessionLab.Session hanging = lab.start(work, SessionLab.WATCHED + 1);
    lab.pass(30);
    lab.deliveries.watch();
    lab.awaitEnd(hanging);
    lab.acknowledge();
    OutcomeRecorded ended = only();
    assertThat(ended.getQueueId()).isEqualTo(lab.id(SessionLab.WATCHED + 1));
    assertThat(kind(ended)).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(ended.getRecipients(0).getReason()).isEqualTo("too-slow");
    assertThat(ended.getAfterStillOpen()).isFalse();
    assertThat(past.over()).as("the host may have taken it").isFalse();
    lab.end(past, OutcomeKind.DELIVERED);
    lab.acknowledge();
    assertThat(lab.commit(work).next()).isEqualTo(SessionLab.WATCHED + 2);
    assertThat(lab.counts.sessionsCut.count()).isEqualTo(1);
  }

  @Test
  void noticesUseAQuarterOfTheWatchAndTheirOldestMakesRoomForTheNext() {
    PartitionWork work = lab.take();
    SessionLab.Session mail = lab.start(work, 0);
    List<SessionLab.Session> notices = new java.util.ArrayList<>();
    for (long offset = 1; offset <= SessionLab.WATCHED / 4 + 1; offset++) {
      notices.add(lab.start(work, offset, lab.notice(offset, "mx:a" + offset, 10)));
    }
    lab.pass(30);
    lab.deliveries.watch();
    assertThat(lab.longSessions.size()).isEqualTo(1 + SessionLab.WATCHED / 4);
    assertThat(notices.getFirst().over()).isTrue();
    assertThat(mail.over()).isFalse();
  }

  /** Past their dot they cannot be cut, and they must not take all of it. */
  @Test
  void whileMoreNoticesAreWatchedThanTheirShareNoneStarts() {
    PartitionWork work = lab.take();
    List<SessionLab.Session> notices = new java.util.ArrayList<>();
    for (long offset = 0; offset <= SessionLab.WATCHED / 4; offset++) {
      notices.add(lab.start(work, offset, lab.notice(offset, "mx:a" + offset, 10)));
      assertThat(lab.dot(notices.getLast())).isTrue();
    }
    lab.pass(30);
    lab.deliveries.watch();
    lab.acknowledge();
    assertThat(lab.longSessions.size()).as("their share").isEqualTo(SessionLab.WATCHED / 4);
    long next = readNothing(work, SessionLab.WATCHED / 4 + 1);
    SessionLab.Session inTime = lab.start(work, next, lab.notice(next, "mx:b", 10));
    assertThat(inTime.delivery().room()).isTrue();
    lab.deliveries.watch();
    lab.acknowledge();
    assertThat(lab.longSessions.size())
        .as("the one that pinned")
        .isEqualTo(SessionLab.WATCHED / 4 + 1);

    SessionLab.Session refused = lab.start(work, next + 1, lab.notice(next + 1, "mx:c", 10));
    assertThat(refused.delivery().room()).isFalse();
    assertThat(lab.start(work, next + 2).delivery().room()).as("mail").isTrue();
    lab.end(notices.getFirst(), OutcomeKind.DELIVERED);
    SessionLab.Session after = lab.start(work, next + 3, lab.notice(next + 3, "mx:d", 10));
    assertThat(after.delivery().room()).isTrue();
  }

  /** Decisions without a recipient, as many as a partition spans at most. */
  private long readNothing(PartitionWork work, long from) {
    long to = from + Deliveries.MAX_SPAN;
    for (long offset = from; offset < to; offset++) {
      lab.read(work, offset, lab.decision(offset, 1).clearDeliveries().build());
    }
    return to;
  }

  @Test
  void aSessionThatPinsIsCutOnce() {
    PartitionWork work = lab.take();
    for (long offset = 0; offset < SessionLab.WATCHED; offset++) {
      assertThat(lab.dot(lab.start(work, offset))).isTrue();
    }
    lab.pass(30);
    lab.deliveries.watch();
    lab.acknowledge();
    lab.commit(work);
    lab.start(work, SessionLab.WATCHED);
    readNothing(work, SessionLab.WATCHED + 1);
    lab.pass(30);
    lab.deliveries.watch();
    lab.deliveries.watch();
    assertThat(lab.counts.sessionsCut.count()).isEqualTo(1);
  }

  @Test
  void aNoticeThatIsEndingIsNoAnswerToOtherMail() {
    PartitionWork work = lab.take();
    SessionLab.Session notice = lab.start(work, 0, lab.notice(0, "mx:a", 10));
    SessionLab.Session mail = lab.start(work, 1);
    for (long offset = 2; offset < SessionLab.WATCHED; offset++) {
      lab.start(work, offset);
    }
    lab.pass(30);
    lab.deliveries.watch();
    lab.acknowledge();
    lab.commit(work);
    assertThat(lab.longSessions.size()).isEqualTo(SessionLab.WATCHED);
    lab.start(work, SessionLab.WATCHED, lab.notice(SessionLab.WATCHED, "mx:b", 10));
    lab.start(work, SessionLab.WATCHED + 1);
    lab.pass(30);
    lab.deliveries.watch();
    assertThat(notice.over()).as("for the other notice").isTrue();
    assertThat(mail.over()).as("for the mail").isTrue();
    assertThat(lab.counts.sessionsCut.count()).isEqualTo(2);
  }

  @Test
  void whereNothingElseCanBeEndedANoticeThatIsEndingMakesTheRoomForMail() {
    PartitionWork work = lab.take();
    SessionLab.Session notice = lab.start(work, 0, lab.notice(0, "mx:a", 10));
    for (long offset = 1; offset < SessionLab.WATCHED; offset++) {
      assertThat(lab.dot(lab.start(work, offset))).isTrue();
    }
    lab.pass(30);
    lab.deliveries.watch();
    lab.acknowledge();
    lab.commit(work);
    SessionLab.Session mail = lab.start(work, SessionLab.WATCHED);
    lab.pass(30);
    lab.deliveries.watch();
    lab.deliveries.watch();
    assertThat(notice.over()).isTrue();
    assertThat(mail.over()).isFalse();
    lab.awaitEnd(notice);
    lab.deliveries.watch();
    assertThat(lab.longSessions.size()).isEqualTo(SessionLab.WATCHED);
    assertThat(lab.counts.sessionsCut.count()).isEqualTo(1);
  }

  @Test
  void aRevocationClosesWhatIsBeforeItsDotAndHandsOverWhatIsPastIt() {
    PartitionWork work = lab.take();
    SessionLab.Session before = lab.start(work, 0);
    SessionLab.Session past = lab.start(work, 1);
    assertThat(lab.dot(past)).isTrue();
    work.giveUp();
    lab.deliveries.close(work);
    lab.deliveries.handOverPastDot(work);
    assertThat(lab.deliveries.settled(work)).as("not acknowledged").isFalse();
    lab.acknowledge();
    assertThat(lab.deliveries.settled(work)).isTrue();
    OutcomeRecorded stillOpen = only();
    assertThat(stillOpen.getQueueId()).isEqualTo(lab.id(1));
    assertThat(kind(stillOpen)).isEqualTo(OutcomeKind.STILL_OPEN);
    lab.awaitEnd(before);
    assertThat(lab.dot(before)).isFalse();
    DeliveryPosition position = work.ledger.position(true, null);
    assertThat(position.next()).as("for the next owner").isZero();
    assertThat(position.released()).isTrue();
    lab.deliveries.lose(SessionLab.PARTITION);

    lab.end(past, OutcomeKind.FAILED);
    lab.acknowledge();
    OutcomeRecorded following = only();
    assertThat(following.getAfterStillOpen()).isTrue();
    assertThat(following.getOwner()).isEqualTo(stillOpen.getOwner());
    assertThat(following.getLate()).isFalse();
  }

  @Test
  void aSessionThatHasDeliveredToSomeAndIsClosedBeforeTheOthersIsOwedAnOutcome() {
    PartitionWork work = lab.take();
    SessionLab.Session session = lab.start(work, 0);
    assertThat(lab.dot(session)).isTrue();
    session.delivery().answered(); // a further transaction follows
    lab.deliveries.close(work);
    assertThat(lab.deliveries.settled(work)).isFalse();
    lab.awaitEnd(session);
    lab.acknowledge();
    OutcomeRecorded outcome = only();
    assertThat(kind(outcome)).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(outcome.getAfterStillOpen()).isFalse();
    assertThat(lab.deliveries.settled(work)).isTrue();
  }

  @Test
  void ofALostPartitionNothingButDeliveredIsRecorded() {
    PartitionWork work = lab.take();
    SessionLab.Session delivered = lab.start(work, 0);
    SessionLab.Session refused = lab.start(work, 1);
    assertThat(lab.dot(delivered)).isTrue();
    assertThat(lab.dot(refused)).isTrue();
    lab.deliveries.lose(SessionLab.PARTITION);
    lab.end(delivered, OutcomeKind.DELIVERED);
    lab.end(refused, OutcomeKind.FAILED);
    lab.acknowledge();
    OutcomeRecorded late = only();
    assertThat(late.getLate()).isTrue();
    assertThat(late.getAfterStillOpen()).isFalse();
    assertThat(late.getOwner()).isEqualTo(work.ledger.owner().message());
  }

  @Test
  void afterAFailedSendNothingIsSentAgainBeforeThePartitionWasTakenAgain() {
    PartitionWork work = lab.take();
    lab.end(lab.start(work, 0), OutcomeKind.DEFERRED);
    lab.end(lab.start(work, 1), OutcomeKind.FAILED);
    List<OutcomeRecorded> first = lab.sent();
    lab.fail();
    assertThat(work.ledger.pending()).isEqualTo(2);
    // It was in the log all the same: the batch had expired, and came later.
    lab.durable.add(first.getFirst());
    lab.renew();
    assertThat(lab.sent()).isEmpty();
    lab.acknowledge();
    assertThat(lab.sent()).isEmpty();
    assertThat(lab.durable).hasSize(2);
    OutcomeRecorded again = lab.durable.getLast();
    assertThat(again.getQueueId()).isEqualTo(lab.id(1));
    assertThat(again.getOwner().getTake()).isEqualTo(2);
    assertThat(again.getId()).isEqualTo(first.getLast().getId());
    assertThat(lab.observed).as("each once").containsExactly(first.getFirst(), again);
    assertThat(lab.commit(work).next()).isEqualTo(2);
  }

  @Test
  void ofALostPartitionAFailedSendRepeatsNothingButDelivered() {
    PartitionWork work = lab.take();
    lab.end(lab.start(work, 0), OutcomeKind.DELIVERED);
    lab.end(lab.start(work, 1), OutcomeKind.FAILED);
    lab.deliveries.lose(SessionLab.PARTITION);
    lab.fail();
    lab.renew();
    lab.acknowledge();
    OutcomeRecorded late = only();
    assertThat(late.getQueueId()).isEqualTo(lab.id(0));
    assertThat(late.getLate()).isTrue();
    assertThat(lab.writing.idle()).isTrue();
  }

  @Test
  void replaysAndGapsAreSkippedAndCounted() {
    PartitionWork work = lab.take();
    lab.start(work, 0);
    lab.read(work, 1, lab.decision(0, 1, 0).build());
    lab.read(work, 2, lab.decision(2, 1, 0).build());
    assertThat(lab.counts.replays.count()).isEqualTo(1);
    assertThat(lab.counts.gaps.count()).isEqualTo(1);
    assertThat(work.open()).hasSize(1);
    lab.start(work, 3, lab.decision(1, 1, 0).build());
    assertThat(work.open()).hasSize(2);
  }

  @Test
  void ofAMessageThatIsPartlyDeliveredOnlyTheOthersAreTriedAgainByTheTaker() {
    PartitionWork work = lab.take();
    SessionLab.Session former = lab.start(work, 0, lab.decision(0, 1, 0, 1, 2).build());
    assertThat(lab.dot(former)).isTrue();
    DeliveryPosition position = lab.commit(work);
    lab.deliveries.lose(SessionLab.PARTITION);
    // The former owner has delivered to one and not to the others, and writes what it still may.
    OutcomeRecorded.Builder late =
        OutcomeRecorded.newBuilder()
            .setQueueId(lab.id(0))
            .setAttempt(1)
            .setLate(true)
            .setOwner(work.ledger.owner().message())
            .addRecipients(
                RecipientOutcome.newBuilder().setRecipient(1).setKind(OutcomeKind.DELIVERED));
    lab.durable.add(late.build());

    PartitionWork again = lab.takeFrom(position);
    SessionLab.Session rest = lab.start(again, 0, lab.decision(0, 1, 0, 1, 2).build());
    assertThat(rest.delivery().request().getRecipientsList()).containsExactly(0, 2);
    assertThat(rest.delivery().request().getEnvelope().getRecipientsList())
        .extracting(r -> r.getAddress())
        .containsExactly("r0@fabrikam.example", "r2@fabrikam.example");
    assertThat(lab.counts.found.count()).isEqualTo(1);
  }

  @Test
  void outcomesWithoutADeliveryAreRecordedByTheirDecision() {
    PartitionWork work = lab.take();
    Decision decision =
        Decision.newBuilder()
            .setSource(DecisionSource.SOURCE_ACCEPTED)
            .setSourceOffset(0)
            .setPrevious(-1)
            .setQueueId(lab.id(0))
            .setAttempt(1)
            .addOutcomes(
                OutcomeRecorded.newBuilder()
                    .setQueueId(lab.id(0))
                    .setAttempt(1)
                    .setWriter(OutcomeWriter.WRITER_DECIDER)
                    .addRecipients(
                        RecipientOutcome.newBuilder().setRecipient(3).setKind(OutcomeKind.HELD)))
            .build();
    lab.read(work, 0, decision);
    assertThat(lab.commit(work).next()).isZero();
    lab.acknowledge();
    OutcomeRecorded held = only();
    assertThat(held.getWriter()).isEqualTo(OutcomeWriter.WRITER_DECIDER);
    assertThat(held.getOwner()).isEqualTo(work.ledger.owner().message());
    assertThat(lab.commit(work).next()).isEqualTo(1);
  }

  @Test
  void aLaterAttemptsDotNeedsACommitThatBeganAfterItsDecisionWasRead() {
    PartitionWork work = lab.take();
    SessionLab.Session first = lab.start(work, 0);
    lab.pass(1);
    SessionLab.Session second = lab.start(work, 1, lab.decision(1, 2, 0).build());
    assertThat(lab.dot(first)).isTrue();
    assertThat(lab.dot(second)).isFalse();
    lab.pass(1);
    lab.commit(work);
    assertThat(lab.dot(second)).isTrue();
  }

  @Test
  void aTakerWithoutAReleaseSendsNoDotForSixSeconds() {
    PartitionWork work = lab.take(DeliveryPosition.first(0), Lease.TAKER_WAIT);
    SessionLab.Session session = lab.start(work, 0);
    lab.pass(5);
    lab.commit(work);
    assertThat(lab.dot(session)).isFalse();
    assertThat(work.lease.waitOver()).isFalse();
    lab.pass(1);
    lab.commit(work);
    assertThat(lab.dot(session)).isTrue();
    assertThat(work.lease.waitOver()).isTrue();
  }

  /** The only one since it was last asked. */
  private OutcomeRecorded only() {
    assertThat(lab.durable).hasSize(1);
    return lab.durable.removeFirst();
  }

  private static OutcomeKind kind(OutcomeRecorded outcome) {
    return outcome.getRecipients(0).getKind();
  }
}
