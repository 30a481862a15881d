package io.postern.delivery.position;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeRecorded;

/**
 * The owners of a partition that were lost with deliveries in their hands, as the PartitionTaken of
 * their successors say (docs/design/the-log.md, "Takeover"). A message may be the cause that its
 * deliverer ends: what two of them had in their hands counts as an attempt, and is not attempted
 * again at once. Fed in the log's order from where a taker reads back; later takes of one
 * assignment name the same loss. One thread at a time.
 */
final class LostOwners {
  private Owner last;
  private long latest = Long.MIN_VALUE;
  private long latestButOne = Long.MIN_VALUE;

  /**
   * @param there the owner in force where reading begins
   */
  LostOwners(Owner there) {
    last = there;
  }

  /**
   * @param atMillis when the log had it
   */
  void taken(OutcomeRecorded marker, long atMillis) {
    Owner by = Owner.of(marker.getOwner());
    if (!by.after(last)) {
      return; // a former owner's, late
    }
    boolean otherAssignment = by.era() != last.era() || by.generation() != last.generation();
    last = by;
    if (marker.getOwnerLost() && otherAssignment) {
      latestButOne = latest;
      latest = atMillis;
    }
  }

  /** Whether two of them may have had the Decision that the log has had since then. */
  boolean twoHad(long writtenMillis) {
    return writtenMillis <= latestButOne;
  }
}
