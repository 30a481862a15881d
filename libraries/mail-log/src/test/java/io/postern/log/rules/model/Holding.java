package io.postern.log.rules.model;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Owner;
import io.postern.contracts.v1.DecisionSource;
import io.postern.log.rules.Lease;
import io.postern.log.rules.OutgoingOutcome;
import io.postern.log.rules.PartitionLedger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One partition in the hands of one delivery replica, from assignment to loss. */
final class Holding {
  final Deliverer by;
  final HomePartition partition;
  final DeliveryPosition inherited;
  final int generation;
  final PartitionLedger<Payload> ledger;
  final Lease lease;
  final List<Session> sessions = new ArrayList<>();
  final Set<OutgoingOutcome<Payload>> sent =
      new LinkedHashSet<>(); // on their way; for one mutation
  int markerAt = -1; // of the present take
  int firstMarker = Integer.MAX_VALUE;
  boolean reading; // the marker is acknowledged
  boolean revoking;
  boolean lost;
  boolean releasedSent;
  long[] highWater = {-1, -1}; // for one mutation

  Holding(
      Deliverer by,
      HomePartition partition,
      DeliveryPosition inherited,
      int generation,
      Lease lease) {
    this.by = by;
    this.partition = partition;
    this.inherited = inherited;
    this.generation = generation;
    this.ledger = new PartitionLedger<>(inherited, generation);
    this.lease = lease;
    highWater[0] = inherited.marks().accepted();
    highWater[1] = inherited.marks().due();
  }

  Owner owner() {
    return ledger.owner();
  }

  static int index(DecisionSource source) {
    return source == DecisionSource.SOURCE_ACCEPTED ? 0 : 1;
  }
}
