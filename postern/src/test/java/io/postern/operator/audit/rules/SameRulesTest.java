package io.postern.operator.audit.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Marks;
import io.postern.contracts.Owner;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.log.rules.AttemptKey;
import io.postern.log.rules.Chain;
import io.postern.log.rules.MessageAttempt;
import io.postern.log.rules.OutcomeRule;
import io.postern.log.rules.StillOpenDeliveries;
import io.postern.operator.audit.wire.DecisionRecord;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The services' rules and the audit's are written twice, and give the same answers. */
final class SameRulesTest {
  private static final List<OutcomeKind> KINDS =
      List.of(
          OutcomeKind.DELIVERED,
          OutcomeKind.DEFERRED,
          OutcomeKind.FAILED,
          OutcomeKind.HELD,
          OutcomeKind.STILL_OPEN,
          OutcomeKind.MOVED);

  @Test
  void ofDecisions() {
    Map<Chain.Link, Integer> seen = new EnumMap<>(Chain.Link.class);
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      Chain services = new Chain(Marks.NONE);
      DecisionChain ours = DecisionChain.fromTheFirst();
      for (int i = 0; i < 60; i++) {
        DecisionSource source =
            random.nextBoolean() ? DecisionSource.SOURCE_ACCEPTED : DecisionSource.SOURCE_DUE;
        long mark = services.marks().of(source);
        long previous = random.nextInt(3) > 0 ? mark : mark + random.nextInt(5) - 2;
        long offset = random.nextInt(3) > 0 ? previous + 1 : mark + random.nextInt(6) - 2;
        Chain.Link link = services.read(source, offset, previous);
        DecisionChain.Link same =
            switch (link) {
              case NEXT -> DecisionChain.Link.COUNTS;
              case REPLAY -> DecisionChain.Link.REPLAY;
              case GAP -> DecisionChain.Link.GAP;
            };
        DecisionRecord decision =
            DecisionRecord.newBuilder()
                .setSource(source)
                .setSourceOffset(offset)
                .setPrevious(previous)
                .build();
        assertThat(ours.read(decision, i)).isEqualTo(same);
        assertThat(ours.acceptedNext()).isEqualTo(services.marks().accepted() + 1);
        assertThat(ours.dueNext()).isEqualTo(services.marks().due() + 1);
        seen.merge(link, 1, Integer::sum);
      }
    }
    assertThat(seen).containsOnlyKeys(Chain.Link.values());
  }

  @Test
  void ofOutcomes() {
    Map<OutcomeRule.Count, Integer> seen = new EnumMap<>(OutcomeRule.Count.class);
    int formerThatCount = 0;
    for (int seed = 0; seed < 5_000; seed++) {
      Random random = new Random(seed);
      OutcomeRule services = new OutcomeRule(Owner.NOBODY);
      StillOpenDeliveries stillOpens = new StillOpenDeliveries();
      OutcomeOwners ours = new OutcomeOwners();
      int highest = 1;
      for (int i = 0; i < 80; i++) {
        highest += random.nextInt(12) == 0 ? 1 : 0;
        Owner owner =
            new Owner(highest / 4, Math.max(0, highest - random.nextInt(3)), 1 + random.nextInt(2));
        if (random.nextInt(10) == 0) {
          assertThat(ours.taken(owner)).isEqualTo(services.taken(owner));
          continue;
        }
        OutcomeKind kind = KINDS.get(random.nextInt(KINDS.size()));
        int attempt = 1 + random.nextInt(2);
        int recipient = random.nextInt(2);
        boolean after = kind != OutcomeKind.STILL_OPEN && random.nextBoolean();
        AttemptKey key = new AttemptKey(new MessageAttempt("id", attempt), recipient);
        OutcomeRule.Count count = services.of(owner, kind, after, () -> stillOpens.has(owner, key));
        formerThatCount +=
            count == OutcomeRule.Count.COUNTS
                    && kind != OutcomeKind.MOVED
                    && !owner.equals(services.inForce())
                ? 1
                : 0;
        if (count != OutcomeRule.Count.SKIPPED && kind == OutcomeKind.STILL_OPEN) {
          stillOpens.add(owner, key);
        } else if (count != OutcomeRule.Count.SKIPPED && kind != OutcomeKind.MOVED) {
          stillOpens.ended(owner, key);
        }
        OutcomeOwners.Worth same =
            switch (count) {
              case COUNTS -> OutcomeOwners.Worth.COUNTS;
              case LATE -> OutcomeOwners.Worth.LATE;
              case SKIPPED -> OutcomeOwners.Worth.NOTHING;
            };
        assertThat(ours.of(owner, kind, attempt, recipient, after))
            .as("seed %d, step %d: %s %s", seed, i, owner, kind)
            .isEqualTo(same);
        seen.merge(count, 1, Integer::sum);
      }
    }
    assertThat(seen).containsOnlyKeys(OutcomeRule.Count.values());
    assertThat(formerThatCount).isPositive();
  }
}
