package io.postern.log.rules;

import static io.postern.contracts.v1.OutcomeKind.DEFERRED;
import static io.postern.contracts.v1.OutcomeKind.DELIVERED;
import static io.postern.contracts.v1.OutcomeKind.FAILED;
import static io.postern.contracts.v1.OutcomeKind.HELD;
import static io.postern.contracts.v1.OutcomeKind.MOVED;
import static io.postern.contracts.v1.OutcomeKind.STILL_OPEN;
import static io.postern.log.rules.OutcomeRule.Count.COUNTS;
import static io.postern.log.rules.OutcomeRule.Count.LATE;
import static io.postern.log.rules.OutcomeRule.Count.SKIPPED;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeKind;
import org.junit.jupiter.api.Test;

class OutcomeRuleTest {
  private static final Owner FORMER = new Owner(0, 3, 2);
  private static final Owner PRESENT = new Owner(0, 4, 1);
  private static final Owner LATER = new Owner(0, 4, 2);

  private final OutcomeRule rule = new OutcomeRule(PRESENT);

  private OutcomeRule.Count of(Owner owner, OutcomeKind kind, boolean after, boolean known) {
    return rule.of(owner, kind, after, () -> known);
  }

  @Test
  void allThatThePresentOwnerWritesCounts() {
    for (OutcomeKind kind : new OutcomeKind[] {DELIVERED, DEFERRED, FAILED, HELD, STILL_OPEN}) {
      assertThat(of(PRESENT, kind, false, false)).as(kind.name()).isEqualTo(COUNTS);
      assertThat(of(PRESENT, kind, true, false)).as(kind + " after still open").isEqualTo(COUNTS);
    }
  }

  @Test
  void ofAFormerOwnerOnlyDeliveredCounts() {
    assertThat(of(FORMER, DELIVERED, false, false)).isEqualTo(LATE);
    for (OutcomeKind kind : new OutcomeKind[] {DEFERRED, FAILED, HELD, STILL_OPEN}) {
      assertThat(of(FORMER, kind, false, true)).as(kind.name()).isEqualTo(SKIPPED);
    }
    assertThat(rule.inForce()).isEqualTo(PRESENT);
  }

  @Test
  void whatFollowsAStillOpenThatCountedCounts() {
    for (OutcomeKind kind : new OutcomeKind[] {DELIVERED, DEFERRED, FAILED, HELD}) {
      assertThat(of(FORMER, kind, true, true)).as(kind.name()).isEqualTo(COUNTS);
    }
    assertThat(of(FORMER, DEFERRED, true, false)).isEqualTo(SKIPPED);
    assertThat(of(FORMER, DELIVERED, true, false)).isEqualTo(LATE);
    assertThat(of(FORMER, STILL_OPEN, true, true))
        .as("nothing is handed over twice")
        .isEqualTo(SKIPPED);
  }

  @Test
  void aCopyOfContentCountsWhoeverWritesIt() {
    assertThat(of(Owner.NOBODY, MOVED, false, false)).isEqualTo(COUNTS);
    assertThat(rule.inForce()).isEqualTo(PRESENT);
  }

  @Test
  void aMarkerThatIsNotLaterIsSkipped() {
    assertThat(rule.taken(FORMER)).isFalse();
    assertThat(rule.taken(PRESENT)).isFalse();
    assertThat(rule.inForce()).isEqualTo(PRESENT);
    assertThat(rule.taken(LATER)).isTrue();
    assertThat(of(PRESENT, DEFERRED, false, false)).isEqualTo(SKIPPED);
  }

  @Test
  void whoeverBeganBehindAMarkerLearnsOfItByItsOwnersOutcome() {
    assertThat(of(LATER, DEFERRED, false, false)).isEqualTo(COUNTS);
    assertThat(rule.inForce()).isEqualTo(LATER);
    assertThat(of(PRESENT, DEFERRED, false, false)).isEqualTo(SKIPPED);
  }
}
