package io.postern.console.fold;

import io.postern.contracts.Marks;
import io.postern.contracts.Owner;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.log.rules.AttemptKey;
import io.postern.log.rules.LearningChain;
import io.postern.log.rules.MessageAttempt;
import io.postern.log.rules.OutcomeRule;
import io.postern.log.rules.StillOpenDeliveries;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of one home partition, by which its Decisions and outcomes count, with the state that a
 * later reader goes on with ({@link RuleStates}). Owner: one thread; each topic in its order.
 */
final class HomeRules {
  /** A "still open" that counts, or the outcome behind it. */
  record StillOpenChange(Owner owner, AttemptKey attempt, long offset, boolean open) {}

  private static final long LEARN_MILLIS = 3_600_000;
  private static final long FROM_THE_NEXT = Long.MAX_VALUE;

  final int partition;
  private LearningChain chain;
  private final OutcomeRule outcomes;
  private final StillOpenDeliveries stillOpens = new StillOpenDeliveries();
  final List<StillOpenChange> changes = new ArrayList<>();

  HomeRules(int partition, Marks marks, long followMillis, Owner owner) {
    this.partition = partition;
    this.chain = new LearningChain(marks, followMillis);
    this.outcomes = new OutcomeRule(owner);
  }

  /**
   * Decisions before the next one are missing: the chain is learnt anew, for an hour of the log's
   * time from that one on.
   */
  void learn() {
    chain = new LearningChain(LearningChain.unknown(), FROM_THE_NEXT);
  }

  void restore(Owner owner, AttemptKey attempt) {
    stillOpens.add(owner, attempt);
  }

  Marks marks() {
    return chain.marks();
  }

  long followMillis() {
    return chain.followMillis();
  }

  Owner inForce() {
    return outcomes.inForce();
  }

  /**
   * @throws IllegalArgumentException for an unknown source
   */
  LearningChain.Link decision(Decision decision, long timestamp) {
    if (chain.followMillis() == FROM_THE_NEXT) {
      chain = new LearningChain(chain.marks(), timestamp + LEARN_MILLIS);
    }
    return chain.read(
        decision.getSource(), decision.getSourceOffset(), decision.getPrevious(), timestamp);
  }

  /** The worth of each recipient's part, in their order. */
  List<OutcomeRule.Count> outcome(OutcomeRecorded outcome, long offset) {
    Owner owner = Owner.of(outcome.getOwner());
    if (outcome.getPartitionTaken()) {
      outcomes.taken(owner);
      return List.of();
    }
    List<OutcomeRule.Count> counts = new ArrayList<>();
    MessageAttempt attempt = new MessageAttempt(outcome.getQueueId(), outcome.getAttempt());
    for (RecipientOutcome part : outcome.getRecipientsList()) {
      AttemptKey key = new AttemptKey(attempt, part.getRecipient());
      OutcomeRule.Count count =
          outcomes.of(
              owner, part.getKind(), outcome.getAfterStillOpen(), () -> stillOpens.has(owner, key));
      counts.add(count);
      if (count != OutcomeRule.Count.SKIPPED && part.getKind() != OutcomeKind.MOVED) {
        follow(owner, key, offset, part.getKind() == OutcomeKind.STILL_OPEN);
      }
    }
    return counts;
  }

  private void follow(Owner owner, AttemptKey key, long offset, boolean open) {
    if (open) {
      stillOpens.add(owner, key);
    } else if (stillOpens.has(owner, key)) {
      stillOpens.ended(owner, key);
    } else {
      return;
    }
    changes.add(new StillOpenChange(owner, key, offset, open));
  }
}
