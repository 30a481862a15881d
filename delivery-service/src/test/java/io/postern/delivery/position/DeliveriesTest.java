package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Watch and revocation, with sessions and a clock that the test moves. */
class DeliveriesTest {
  private final SessionLab lab = new SessionLab();
  private final SessionLab.Replica replica = lab.replica();

  @Test
  void aSessionStillOpenAfterThirtySecondsIsHandedOverAndItsOffsetFinished() {
    replica.take(0);
    SessionLab.Session slow = replica.start(0);
    lab.pass(29);
    replica.deliveries.watch();
    assertThat(replica.commit().outcomes()).isEmpty();
    assertThat(replica.committed().next()).isZero();
    lab.pass(1);
    replica.deliveries.watch();
    OutcomeRecorded stillOpen = only(replica.commit());
    assertThat(stillOpen.getRecipients(0).getKind()).isEqualTo(OutcomeKind.STILL_OPEN);
    assertThat(stillOpen.getAfterStillOpen()).isFalse();
    assertThat(stillOpen.getAcceptedOffset()).isEqualTo(SessionLab.ACCEPTED_OFFSET);
    assertThat(stillOpen.getRoute()).isEqualTo("fabrikam");
    assertThat(stillOpen.getId().getNumber()).isPositive();
    assertThat(replica.committed().next()).isEqualTo(1);

    assertThat(replica.dot(slow)).isTrue();
    replica.end(slow, OutcomeKind.DELIVERED);
    OutcomeRecorded delivered = only(replica.commit());
    assertThat(delivered.getAfterStillOpen()).isTrue();
    assertThat(delivered.getLate()).isFalse();
    assertThat(replica.committed().next()).isEqualTo(1);
    assertThat(replica.watch.size()).isZero();
  }

  @Test
  void aWatchedSessionThatIsNotAtItsDotInTimeIsEndedAndComesAgain() {
    replica.take(0);
    SessionLab.Session slow = replica.start(0);
    lab.pass(30);
    replica.deliveries.watch();
    replica.commit();
    lab.pass(60);
    replica.commit();
    replica.deliveries.watch();
    replica.awaitEnd(slow);
    OutcomeRecorded ended = only(replica.commit());
    assertThat(ended.getAfterStillOpen()).isTrue();
    assertThat(ended.getNoAttempt()).isFalse();
    assertThat(ended.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(ended.getRecipients(0).getReason()).isEqualTo("too-slow");
  }

  @Test
  void aReplyAfterTheSchedulersWatchHasEndedIsNothingButALateDelivered() {
    replica.take(0);
    SessionLab.Session kept = replica.start(0);
    SessionLab.Session refused = replica.start(1);
    replica.commit();
    assertThat(replica.dot(kept)).isTrue();
    assertThat(replica.dot(refused)).isTrue();
    lab.pass(30);
    replica.deliveries.watch();
    replica.commit();
    lab.pass(60 + 600 + 1);
    replica.end(kept, OutcomeKind.DELIVERED);
    replica.end(refused, OutcomeKind.FAILED);
    OutcomeRecorded late = only(replica.commit());
    assertThat(late.getLate()).isTrue();
    assertThat(late.getAfterStillOpen()).isTrue();
    assertThat(late.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(replica.watch.size()).isZero();
  }

  @Test
  void theOldestIsHandedOverWhenTheBitmapSpansTooMuch() {
    replica.take(0);
    SessionLab.Session oldest = replica.start(0);
    for (long offset = 1; offset < 5; offset++) {
      replica.start(offset);
    }
    PartitionWork work = replica.work();
    work.position().passedOver(Deliveries.MAX_SPAN - 1);
    replica.deliveries.watch();
    assertThat(replica.watch.size()).isZero();
    work.position().passedOver(Deliveries.MAX_SPAN);
    replica.deliveries.watch();
    assertThat(work.watches(oldest.delivery())).isTrue();
    assertThat(replica.watch.size()).isEqualTo(1);
    assertThat(work.position().span()).isLessThan(Deliveries.MAX_SPAN);
  }

  @Test
  void theWatchIsBounded() {
    replica.take(0);
    for (long offset = 0; offset <= SessionLab.WATCHED; offset++) {
      replica.start(offset);
    }
    lab.pass(30);
    replica.deliveries.watch();
    assertThat(replica.watch.size()).isEqualTo(SessionLab.WATCHED);
    replica.commit();
    assertThat(replica.committed().next()).isEqualTo(SessionLab.WATCHED);
    assertThat(replica.work().inWindow()).isEqualTo(1);
  }

  @Test
  void aRevocationClosesWhatIsBeforeItsDotAndHandsOverWhatIsPastIt() {
    replica.take(0);
    SessionLab.Session before = replica.start(0);
    SessionLab.Session past = replica.start(1);
    replica.commit();
    assertThat(replica.dot(past)).isTrue();
    replica.deliveries.giveUp(List.of(SessionLab.PARTITION), Duration.ofSeconds(3));
    OutcomeRecorded stillOpen = only(replica.release());
    assertThat(stillOpen.getDeliveryId()).isEqualTo("1");
    assertThat(stillOpen.getRecipients(0).getKind()).isEqualTo(OutcomeKind.STILL_OPEN);
    DeliveryPosition position = replica.committed();
    assertThat(position.released()).isTrue();
    assertThat(position.finished(0)).isFalse();
    assertThat(position.finished(1)).isTrue();
    replica.awaitEnd(before);
    assertThat(replica.dot(before)).isFalse();

    replica.end(past, OutcomeKind.DELIVERED);
    OutcomeRecorded late = only(replica.commit());
    assertThat(late.getLate()).isTrue();
    assertThat(late.getAfterStillOpen()).isTrue();
  }

  @Test
  void aSessionThatHasDeliveredToSomeAndIsClosedBeforeTheOthersIsWaitedFor() {
    replica.take(0);
    SessionLab.Session session = replica.start(0);
    replica.commit();
    assertThat(replica.dot(session)).isTrue();
    session.delivery().answered(); // a further transaction follows
    replica.deliveries.giveUp(List.of(SessionLab.PARTITION), Duration.ofSeconds(3));
    OutcomeRecorded outcome = only(replica.release());
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(outcome.getAfterStillOpen()).isFalse();
    assertThat(replica.committed().finished(0)).isTrue();
  }

  @Test
  void ofALostPartitionNothingButDeliveredIsRecordedAndWithoutAnOffset() {
    replica.take(0);
    SessionLab.Session delivered = replica.start(0);
    SessionLab.Session refused = replica.start(1);
    replica.commit();
    assertThat(replica.dot(delivered)).isTrue();
    assertThat(replica.dot(refused)).isTrue();
    replica.deliveries.lose(SessionLab.PARTITION);
    replica.end(delivered, OutcomeKind.DELIVERED);
    replica.end(refused, OutcomeKind.FAILED);
    Batch batch = replica.commit();
    assertThat(only(batch).getLate()).isTrue();
    assertThat(only(batch).getAfterStillOpen()).isFalse();
    assertThat(batch.positions()).isEmpty();
  }

  @Test
  void anIdlePartitionsLeaseIsRenewedEverySecond() {
    replica.take(0);
    SessionLab.Session session = replica.start(0);
    assertThat(replica.commit().positions()).hasSize(1);
    lab.passMillis(999);
    assertThat(replica.commit().positions()).isEmpty();
    lab.passMillis(1);
    assertThat(replica.commit().positions()).hasSize(1);
    lab.passMillis(4_999);
    assertThat(replica.dot(session)).isTrue();
  }

  @Test
  void anAbortedTransactionLosesNothing() {
    replica.take(0);
    replica.end(replica.start(0), OutcomeKind.DELIVERED);
    Batch aborted = replica.deliveries.batch(List.of());
    assertThat(aborted.outcomes()).hasSize(1);
    OutcomeRecorded again = only(replica.commit());
    assertThat(again).isEqualTo(aborted.outcomes().getFirst());
    assertThat(replica.committed().next()).isEqualTo(1);
  }

  private static OutcomeRecorded only(Batch batch) {
    assertThat(batch.outcomes()).hasSize(1);
    return batch.outcomes().getFirst();
  }
}
