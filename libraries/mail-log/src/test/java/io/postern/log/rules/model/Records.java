package io.postern.log.rules.model;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.log.rules.RecipientState;
import java.util.List;

/** The records of a home partition's topics, as far as the rules look at them. */
final class Records {
  private Records() {}

  /**
   * @param recipients how many
   * @param expires real milliseconds
   */
  record Accepted(String queueId, int recipients, long expires) {}

  /**
   * @param level that the attempt before was promised
   * @param routing the version of that
   * @param released from a hold: the administrator permits a looser decision
   */
  record Due(
      String queueId,
      List<Integer> recipients,
      int attempt,
      int level,
      int routing,
      boolean released) {}

  /** One delivery of a Decision. */
  record Delivery(List<Integer> recipients) {}

  /**
   * @param recorded outcomes without a delivery; one of {@code AttemptKey.NO_RECIPIENT}:
   *     undecidable
   * @param routing the version it was decided by
   */
  record Decision(
      DecisionSource source,
      int sourceOffset,
      long previous,
      String queueId,
      int attempt,
      List<Delivery> deliveries,
      List<RecipientState> recorded,
      int routing,
      int level,
      boolean released) {}

  /**
   * @param session that it is of; -1: none
   * @param taken it is PartitionTaken
   */
  record Outcome(
      Owner owner,
      boolean taken,
      String queueId,
      int attempt,
      boolean afterStillOpen,
      List<RecipientState> recipients,
      int level,
      int routing,
      int session) {}

  /** A state that the scheduler brought about. */
  record ScheduleOutcome(String queueId, int recipient, int attempt, OutcomeKind kind) {}

  enum Wish {
    NONE,
    HOLD,
    RELEASE,
    RETRY,
    CANCEL
  }

  record Control(String queueId, int recipient, Wish wish) {}
}
