package io.postern.delivery.position;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counters of lease, takeover, chain, watch and the notices' share; README.md describes them. */
final class TakeoverCounts {
  final Counter refusedDots;
  final Counter dotWaits;
  final Counter takerWaits;
  final Counter handovers;
  final Counter lateOutcomes;
  final Counter takes;

  /** Recipients. */
  final Counter found;

  final Counter laterOwners;
  final Counter replays;
  final Counter gaps;
  final Counter sessionsCut;
  final Counter interrupted;
  final Counter noticesWithoutRoom;

  TakeoverCounts(MeterRegistry registry) {
    refusedDots = registry.counter("postern.delivery.lease.refused");
    dotWaits = registry.counter("postern.delivery.lease.waits");
    takerWaits = registry.counter("postern.delivery.taker.waits");
    handovers = registry.counter("postern.delivery.handed.over");
    lateOutcomes = registry.counter("postern.delivery.late");
    takes = registry.counter("postern.delivery.takes");
    found = registry.counter("postern.delivery.found");
    laterOwners = registry.counter("postern.delivery.later.owners");
    replays = registry.counter("postern.delivery.skipped", "kind", "replay");
    gaps = registry.counter("postern.delivery.skipped", "kind", "gap");
    interrupted = registry.counter("postern.delivery.interrupted");
    sessionsCut = registry.counter("postern.delivery.watched.cut");
    noticesWithoutRoom = registry.counter("postern.delivery.notices.without.room");
  }
}
