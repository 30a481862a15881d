package io.postern.policy.scheduler;

import io.postern.contracts.v1.OutcomeId;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The last outcomes' ids, so that the same one twice is once (log-mechanics §4). Bounded; what it
 * has forgotten meets an entry that is closed already, or asks for a notice with the same id.
 * Owner: the partition's task.
 */
final class RecentIds {
  private static final int MOST = 1_000;

  private final Set<String> ids = new LinkedHashSet<>();

  /** False when it was there. One without an incarnation is no id. */
  boolean add(OutcomeId outcome) {
    if (outcome.getIncarnation().isEmpty()) {
      return true;
    }
    if (!ids.add(outcome.getIncarnation() + "/" + outcome.getNumber())) {
      return false;
    }
    if (ids.size() > MOST) {
      ids.remove(ids.iterator().next());
    }
    return true;
  }
}
