package io.postern.policy.decider;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import java.util.List;

/**
 * What becomes of a message's recipients in one attempt: each is in exactly one delivery or
 * outcome.
 */
record Decided(List<DeliveryRequested> deliveries, List<OutcomeRecorded> outcomes) {
  Decided {
    deliveries = List.copyOf(deliveries);
    outcomes = List.copyOf(outcomes);
  }
}
