package io.postern.log.rules;

import static io.postern.contracts.v1.DecisionSource.SOURCE_ACCEPTED;
import static io.postern.contracts.v1.OutcomeKind.DEFERRED;
import static io.postern.contracts.v1.OutcomeKind.DELIVERED;
import static io.postern.contracts.v1.OutcomeKind.HELD;
import static io.postern.contracts.v1.OutcomeKind.STILL_OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Marks;
import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PartitionLedgerTest {
  private final PartitionLedger<String> ledger =
      new PartitionLedger<>(DeliveryPosition.first(0), 7);
  private final List<OutgoingOutcome<String>> found = new ArrayList<>();

  private static RecipientState state(int recipient, OutcomeKind kind) {
    return new RecipientState(recipient, kind);
  }

  private static OutgoingOutcome<String> end(long decision, RecipientState... states) {
    return OutgoingOutcome.end(decision, "q" + decision, 1, List.of(states), "");
  }

  /** Takes, with the outcomes that {@code back} was fed. */
  private List<OutgoingOutcome<String>> taken(
      PartitionLedger<String> ledger, long marker, long deliveriesEnd, ReadBack back) {
    back.taken(marker, ledger.owner());
    return Objects.requireNonNull(ledger.taken(marker, deliveriesEnd, back, found::add));
  }

  private void begin() {
    Owner owner = ledger.take();
    assertThat(owner).isEqualTo(new Owner(0, 7, 1));
    assertThat(taken(ledger, 0, 0, new ReadBack(ledger.ownerThere()))).isEmpty();
  }

  private PartitionLedger.Reading read(long offset, Integer... recipients) {
    return ledger.read(
        offset, SOURCE_ACCEPTED, offset, offset - 1, "q" + offset, 1, List.of(recipients));
  }

  @Test
  void aDecisionIsFinishedWhenAllItsRecipientsHaveAnAcknowledgedOutcome() {
    begin();
    assertThat(read(0, 0, 1).open()).containsExactly(0, 1);
    OutgoingOutcome<String> first = end(0, state(0, DELIVERED));
    OutgoingOutcome<String> second = end(0, state(1, DEFERRED));
    assertThat(ledger.write(first)).containsExactly(first);
    assertThat(first.owner()).isEqualTo(new Owner(0, 7, 1));
    assertThat(ledger.position(false, null).next()).as("sent is not written").isZero();
    assertThat(ledger.write(second)).containsExactly(second);
    assertThat(ledger.acknowledged(first, 1)).isEmpty();
    assertThat(ledger.position(false, null).next()).as("one recipient is open").isZero();
    assertThat(ledger.acknowledged(second, 2)).isEmpty();
    DeliveryPosition position = ledger.position(false, null);
    assertThat(position.next()).isEqualTo(1);
    assertThat(position.marks()).isEqualTo(new Marks(0, -1));
    assertThat(position.outcomesFrom()).isEqualTo(3);
    assertThat(position.ownerThere()).isEqualTo(new Owner(0, 7, 1));
  }

  @Test
  void thePositionHasTheMarksBeforeTheFirstOpenDecision() {
    begin();
    read(0, 0);
    read(1, 0);
    OutgoingOutcome<String> second = end(1, state(0, DELIVERED));
    ledger.write(second);
    ledger.acknowledged(second, 1);
    DeliveryPosition position = ledger.position(false, null);
    assertThat(position.next()).isZero();
    assertThat(position.marks()).isEqualTo(Marks.NONE);
    assertThat(position.outcomesFrom())
        .as("behind it stands the second one's outcome")
        .isEqualTo(1);
    assertThat(ledger.span()).isEqualTo(2);
  }

  @Test
  void aTakerLeavesOutWhatItsPredecessorHasFinishedRecipientByRecipient() {
    Owner former = new Owner(0, 6, 1);
    ledger.take();
    ReadBack back = new ReadBack(former);
    back.outcome(former, "q0", 1, false, List.of(state(0, DELIVERED), state(1, STILL_OPEN)));
    taken(ledger, 5, 1, back);
    assertThat(read(0, 0, 1, 2))
        .isEqualTo(new PartitionLedger.Reading(Chain.Link.NEXT, List.of(2), 2));
    assertThat(ledger.position(false, null).outcomesFrom())
        .as("outcomes found must be found again")
        .isZero();
    assertThat(read(1, 0).open())
        .as("beyond the end at the marker nothing is looked up")
        .hasSize(1);
  }

  @Test
  void outcomesOfThoseWhoHadLostThePartitionAreNotFound() {
    ledger.take();
    ReadBack back = new ReadBack(new Owner(0, 6, 1));
    back.outcome(new Owner(0, 5, 3), "q0", 1, false, List.of(state(0, DEFERRED)));
    back.outcome(new Owner(0, 5, 3), "q0", 1, false, List.of(state(1, DELIVERED)));
    taken(ledger, 5, 1, back);
    assertThat(read(0, 0, 1).open()).as("only a late delivered").containsExactly(0);
  }

  @Test
  void whoeverReadsALaterOwnerBackHasLostThePartition() {
    ledger.take();
    ReadBack back = new ReadBack(Owner.NOBODY);
    back.taken(3, new Owner(0, 8, 1));
    back.taken(5, ledger.owner());
    assertThat(ledger.taken(5, 1, back, found::add)).isNull();
  }

  /** Two due records of one message and attempt, neither of which can be read. */
  @Test
  void anOutcomeThatNamesNoRecipientIsWrittenForEachDecision() {
    ledger.take();
    ReadBack back = new ReadBack(new Owner(0, 6, 1));
    back.outcome(new Owner(0, 6, 1), "q0", 1, false, List.of(state(AttemptKey.NO_RECIPIENT, HELD)));
    taken(ledger, 5, 2, back);
    assertThat(read(0, AttemptKey.NO_RECIPIENT).open()).containsExactly(AttemptKey.NO_RECIPIENT);
  }

  @Test
  void afterAFailedSendAllWaitsForTheNextTakeWhichDropsWhatIsFound() {
    begin();
    read(0, 0);
    read(1, 0);
    OutgoingOutcome<String> first = end(0, state(0, DEFERRED));
    OutgoingOutcome<String> second = end(1, state(0, DEFERRED));
    ledger.write(first);
    ledger.write(second);

    Owner again = ledger.take();
    assertThat(again).isEqualTo(new Owner(0, 7, 2));
    assertThat(ledger.running()).isFalse();
    assertThat(ledger.acknowledged(second, 9)).as("it may stand behind the marker").isEmpty();
    assertThat(ledger.pending()).isEqualTo(2);

    ReadBack back = new ReadBack(ledger.ownerThere());
    back.outcome(new Owner(0, 7, 1), "q0", 1, false, List.of(state(0, DEFERRED)));
    assertThat(taken(ledger, 4, 2, back)).containsExactly(second);
    assertThat(found).containsExactly(first);
    assertThat(second.owner()).isEqualTo(again);
    assertThat(ledger.firstOpen()).isEqualTo(1);
  }

  @Test
  void whatComesDuringATakeIsSentUnderIt() {
    begin();
    read(0, 0);
    Owner again = ledger.take();
    OutgoingOutcome<String> outcome = end(0, state(0, DELIVERED));
    assertThat(ledger.write(outcome)).isEmpty();
    assertThat(taken(ledger, 4, 1, new ReadBack(ledger.ownerThere()))).containsExactly(outcome);
    assertThat(outcome.owner()).isEqualTo(again);
  }

  @Test
  void whatFollowsAStillOpenWaitsForItAndNamesItsOwner() {
    begin();
    read(0, 0);
    Handover<String> handover = new Handover<>();
    OutgoingOutcome<String> open = OutgoingOutcome.stillOpen(0, "q0", 1, List.of(0), handover, "");
    OutgoingOutcome<String> following =
        OutgoingOutcome.following(handover, "q0", 1, List.of(state(0, DEFERRED)), "");
    assertThat(ledger.write(open)).containsExactly(open);
    assertThat(ledger.write(following)).isEmpty();
    assertThatThrownBy(
            () ->
                ledger.write(
                    OutgoingOutcome.following(handover, "q0", 1, List.of(state(0, DELIVERED)), "")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ledger.acknowledged(open, 1)).containsExactly(following);
    assertThat(ledger.firstOpen()).as("handed over is finished").isEqualTo(-1);
    assertThat(ledger.pending()).isEqualTo(1);

    Owner again = ledger.take();
    assertThat(taken(ledger, 4, 1, new ReadBack(ledger.ownerThere()))).containsExactly(following);
    assertThat(following.owner()).as("still that of the still open").isNotEqualTo(again);
    assertThat(following.afterStillOpen()).isTrue();
  }

  @Test
  void aStillOpenThatIsFoundLetsFollowWhatWaited() {
    begin();
    read(0, 0);
    Handover<String> handover = new Handover<>();
    OutgoingOutcome<String> open = OutgoingOutcome.stillOpen(0, "q0", 1, List.of(0), handover, "");
    OutgoingOutcome<String> following =
        OutgoingOutcome.following(handover, "q0", 1, List.of(state(0, DEFERRED)), "");
    ledger.write(open);
    ledger.write(following);
    Owner first = ledger.owner();
    ledger.take();
    ReadBack back = new ReadBack(ledger.ownerThere());
    back.outcome(first, "q0", 1, false, List.of(state(0, STILL_OPEN)));
    assertThat(taken(ledger, 4, 1, back)).containsExactly(following);
    assertThat(following.owner()).isEqualTo(first);
  }

  @Test
  void withoutThePartitionOnlyDeliveredIsWrittenAndWhatFollowsAStillOpen() {
    begin();
    read(0, 0, 1);
    read(1, 0);
    read(2, 0);
    OutgoingOutcome<String> mixed = end(0, state(0, DELIVERED), state(1, DEFERRED));
    OutgoingOutcome<String> deferred = end(1, state(0, DEFERRED));
    ledger.write(mixed);
    ledger.write(deferred);
    Handover<String> handover = new Handover<>();
    OutgoingOutcome<String> open = OutgoingOutcome.stillOpen(2, "q2", 1, List.of(0), handover, "");
    ledger.write(open);
    ledger.acknowledged(open, 3);
    OutgoingOutcome<String> following =
        OutgoingOutcome.following(handover, "q2", 1, List.of(state(0, DEFERRED)), "");
    ledger.write(following);

    assertThat(ledger.lose())
        .containsExactly(
            new PartitionLedger.Remainder<>(mixed, true),
            new PartitionLedger.Remainder<>(following, false));
    assertThat(ledger.pending()).isZero();
    assertThat(ledger.running()).isFalse();
  }

  @Test
  void afterTheLossNothingButDeliveredUnlessItWasHandedOverAndInTime() {
    Owner formerly = new Owner(0, 7, 1);
    OutgoingOutcome<String> deferred = end(0, state(0, DEFERRED));
    assertThat(PartitionLedger.afterLoss(deferred, null, formerly, true)).isNull();
    OutgoingOutcome<String> delivered = end(0, state(0, DELIVERED));
    assertThat(PartitionLedger.afterLoss(delivered, null, formerly, true))
        .isEqualTo(new PartitionLedger.Remainder<>(delivered, true));
    assertThat(delivered.owner()).isEqualTo(formerly);
  }

  @Test
  void replaysAndGapsOpenNothing() {
    begin();
    read(0, 0);
    assertThat(ledger.read(1, SOURCE_ACCEPTED, 0, -1, "q0", 1, List.of(0)))
        .isEqualTo(new PartitionLedger.Reading(Chain.Link.REPLAY, List.of(), 0));
    assertThat(ledger.read(2, SOURCE_ACCEPTED, 5, 4, "q5", 1, List.of(0)))
        .isEqualTo(new PartitionLedger.Reading(Chain.Link.GAP, List.of(), 0));
    assertThat(ledger.next()).isEqualTo(3);
    assertThatThrownBy(() -> read(2, 0)).isInstanceOf(IllegalStateException.class);
  }

  /** A taker's reading back is bounded by its predecessor's reading. */
  @Test
  void itReadsNoFurtherBeyondACommittedPositionThanATakerReckonsWith() {
    begin();
    long offset = 0;
    while (ledger.mayReadOn()) {
      read(offset++);
    }
    assertThat(offset).isEqualTo(PartitionLedger.MOST_AHEAD);
    ledger.committed(1);
    assertThat(ledger.mayReadOn()).isTrue();
    read(offset);
    assertThat(ledger.mayReadOn()).isFalse();
  }

  @Test
  void ofALongBacklogOnlyWhatAPredecessorCanHaveReadIsReadBackAgain() {
    ledger.take();
    long backlog = 10 * PartitionLedger.MOST_AHEAD;
    taken(ledger, 5, backlog, new ReadBack(ledger.ownerThere()));
    long reach = PartitionLedger.MOST_AHEAD + PartitionLedger.MOST_AT_ONCE;
    for (long offset = 0; offset < reach - 1; offset++) {
      read(offset);
    }
    assertThat(ledger.readFrom()).as("inherited").isZero();
    read(reach - 1);
    assertThat(ledger.readFrom()).as("behind its own marker").isEqualTo(6);
  }
}
