package io.postern.log.rules.model;

import io.postern.contracts.DeliveryPosition;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** All topics of one home partition, and the groups' positions in it. */
final class HomePartition {
  final int number;
  final Log<Records.Accepted> accepted = new Log<>();
  final Log<Records.Due> due = new Log<>();
  final Log<Records.Decision> deliveries = new Log<>();
  final Log<Records.Outcome> outcomes = new Log<>();
  final Log<Records.ScheduleOutcome> scheduleOutcomes = new Log<>();
  final Log<Records.Control> controls = new Log<>();

  /** Topics that have this partition. */
  final Set<Growth.Topic> made;

  /** Topics in which their group has a position here: a reader without one does not read. */
  final Set<Growth.Topic> positions;

  DeciderPosition decided = new DeciderPosition(0, 0);
  DeliveryPosition delivered = DeliveryPosition.first(0);

  /** Committed offsets of the two sources: behind the last one that was decided. */
  record DeciderPosition(long accepted, long due) {}

  /**
   * @param whole made with the log; else the command of growth makes it
   */
  HomePartition(int number, boolean whole) {
    this.number = number;
    this.made = whole ? EnumSet.copyOf(Growth.Topic.ALL) : EnumSet.noneOf(Growth.Topic.class);
    this.positions = EnumSet.copyOf(made);
  }

  boolean whole() {
    return made.containsAll(Growth.Topic.ALL);
  }

  boolean hasPositions(Growth.Topic... topics) {
    return positions.containsAll(List.of(topics));
  }

  final List<Log<?>> logs =
      List.of(accepted, due, deliveries, outcomes, scheduleOutcomes, controls);

  @Override
  public String toString() {
    return "p" + number;
  }
}
