package io.postern.log.rules.model;

import io.postern.contracts.DeliveryPosition;
import java.util.List;

/** All topics of one home partition, and the groups' positions in it. */
final class HomePartition {
  final int number;
  final Log<Records.Accepted> accepted = new Log<>();
  final Log<Records.Due> due = new Log<>();
  final Log<Records.Decision> deliveries = new Log<>();
  final Log<Records.Outcome> outcomes = new Log<>();
  final Log<Records.ScheduleOutcome> scheduleOutcomes = new Log<>();
  final Log<Records.Control> controls = new Log<>();
  DeciderPosition decided = new DeciderPosition(0, 0);
  DeliveryPosition delivered = DeliveryPosition.first(0);

  /** Committed offsets of the two sources: behind the last one that was decided. */
  record DeciderPosition(long accepted, long due) {}

  HomePartition(int number) {
    this.number = number;
  }

  final List<Log<?>> logs =
      List.of(accepted, due, deliveries, outcomes, scheduleOutcomes, controls);

  @Override
  public String toString() {
    return "p" + number;
  }
}
