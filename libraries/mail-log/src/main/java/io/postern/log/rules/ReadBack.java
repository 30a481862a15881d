package io.postern.log.rules;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeKind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The outcomes that a taker reads in {@code mail.outcomes} from the position's offset to its own
 * PartitionTaken: they say which recipients its predecessors had finished. Fed in the log's order,
 * its own PartitionTaken last.
 *
 * <p>Owner: one thread at a time. Bounded: a position leaves a bounded number of Decisions behind
 * it ({@link PartitionLedger#MOST_AHEAD}).
 */
public final class ReadBack {
  private final OutcomeRule rule;
  private final StillOpenDeliveries stillOpens = new StillOpenDeliveries();
  private final Set<AttemptKey> written = new HashSet<>();
  private final Set<AttemptKey> ended = new HashSet<>();
  private final TreeMap<Long, Owner> markers = new TreeMap<>();

  /**
   * @param there the owner in force at the first offset that is read
   */
  public ReadBack(Owner there) {
    rule = new OutcomeRule(there);
  }

  public void taken(long offset, Owner by) {
    rule.taken(by);
    markers.put(offset, rule.inForce());
  }

  public void outcome(
      Owner owner,
      String queueId,
      int attempt,
      boolean afterStillOpen,
      List<RecipientState> recipients) {
    MessageAttempt message = new MessageAttempt(queueId, attempt);
    for (RecipientState state : recipients) {
      AttemptKey key = new AttemptKey(message, state.recipient());
      OutcomeRule.Count count =
          rule.of(owner, state.kind(), afterStillOpen, () -> stillOpens.has(owner, key));
      if (count == OutcomeRule.Count.SKIPPED || state.kind() == OutcomeKind.MOVED) {
        continue;
      }
      if (state.recipient() == AttemptKey.NO_RECIPIENT) {
        // Two Decisions of one message and attempt may name no recipient: such an outcome is never
        // found, and the taker writes it again, which changes nothing.
        continue;
      }
      written.add(key);
      if (state.kind() == OutcomeKind.STILL_OPEN) {
        stillOpens.add(owner, key);
      } else {
        ended.add(key);
        stillOpens.ended(owner, key);
      }
    }
  }

  /** The owner in force behind all that was read. */
  Owner inForce() {
    return rule.inForce();
  }

  /** The log has an outcome of the recipient, or its "still open". */
  boolean written(AttemptKey key) {
    return written.contains(key);
  }

  /** The log has an outcome of the recipient. */
  boolean ended(AttemptKey key) {
    return ended.contains(key);
  }

  TreeMap<Long, Owner> markers() {
    return markers;
  }
}
