package io.postern.log.rules.model;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.log.rules.AttemptKey;
import io.postern.log.rules.MessageAttempt;
import io.postern.log.rules.OutcomeRule;
import io.postern.log.rules.RecipientState;
import io.postern.log.rules.StillOpenDeliveries;
import java.util.ArrayList;
import java.util.List;

/** A reader that folds {@code mail.outcomes} of a partition, without a state of recipients. */
final class Reader {
  private final World world;
  private OutcomeRule rule;
  private final StillOpenDeliveries stillOpens = new StillOpenDeliveries();

  Reader(World world) {
    this.world = world;
    this.rule = new OutcomeRule(Owner.NOBODY);
  }

  Owner inForce() {
    return rule.inForce();
  }

  /** How each recipient's part counts; empty for PartitionTaken. */
  List<OutcomeRule.Count> read(Records.Outcome outcome) {
    if (outcome.taken()) {
      taken(outcome.owner());
      return List.of();
    }
    List<OutcomeRule.Count> counts = new ArrayList<>();
    for (RecipientState state : outcome.recipients()) {
      AttemptKey key =
          new AttemptKey(
              new MessageAttempt(outcome.queueId(), outcome.attempt()), state.recipient());
      OutcomeRule.Count count =
          rule.of(
              owner(outcome),
              state.kind(),
              outcome.afterStillOpen(),
              () -> stillOpens.has(outcome.owner(), key));
      counts.add(count);
      if (count != OutcomeRule.Count.SKIPPED) {
        if (state.kind() == OutcomeKind.STILL_OPEN) {
          stillOpens.add(outcome.owner(), key);
        } else {
          stillOpens.ended(outcome.owner(), key);
        }
      }
    }
    return counts;
  }

  void taken(Owner by) {
    if (world.has(Mutation.OWNER_NOT_COMPARED)) {
      rule = new OutcomeRule(by);
    } else {
      rule.taken(by);
    }
  }

  private Owner owner(Records.Outcome outcome) {
    return world.has(Mutation.FORMER_OWNER_BELIEVED) ? rule.inForce() : outcome.owner();
  }
}
