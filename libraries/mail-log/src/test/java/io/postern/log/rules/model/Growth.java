package io.postern.log.rules.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The command that adds a home partition, one step at a time, while deciders, deliverers and
 * scheduler are stopped and ingress runs. It may die between two steps; it is then run again, from
 * its beginning.
 */
final class Growth {
  /** Topics of a home partition, in the order in which the command makes them. */
  enum Topic {
    CHANGELOG(false),
    SCHEDULE_OUTCOMES(false),
    OUTCOMES(true),
    CONTROLS(true),
    DUE(true),
    DELIVERIES(true),
    ACCEPTED(true),
    CONTENT(false);

    static final Set<Topic> ALL = Collections.unmodifiableSet(EnumSet.allOf(Topic.class));

    /** Whether a group has a position in it. */
    final boolean read;

    Topic(boolean read) {
      this.read = read;
    }
  }

  private record Step(Topic topic, boolean position) {}

  private final World world;
  private final HomePartition partition;
  private final SplittableRandom random;
  private final List<Step> left = new ArrayList<>();

  Growth(World world, HomePartition partition, SplittableRandom random) {
    this.world = world;
    this.partition = partition;
    this.random = random;
    begin();
  }

  private void begin() {
    left.clear();
    List<Topic> order = new ArrayList<>(List.of(Topic.values()));
    if (world.has(Mutation.ACCEPTED_BEFORE_DELIVERIES)) {
      Collections.reverse(order);
    }
    List<Step> positions = new ArrayList<>();
    for (Topic topic : order) {
      if (partition.made.contains(topic) && world.has(Mutation.REPEATED_WITHOUT_POSITIONS)) {
        continue;
      }
      left.add(new Step(topic, false));
      if (topic.read) {
        (world.has(Mutation.POSITION_AFTER_FIRST_RECORD) ? positions : left)
            .add(new Step(topic, true));
      }
    }
    left.addAll(positions);
  }

  boolean over() {
    return left.isEmpty();
  }

  /** The next step, or the command's death. */
  void step() {
    if (random.nextInt(12) == 0) {
      world.trace("the command dies before %s", left.getFirst());
      world.count("growth broken off");
      begin();
    } else if (!over()) {
      go();
    }
  }

  /** Without deaths, to its end; the groups have no members. */
  void finish() {
    while (!over()) {
      go();
    }
  }

  private void go() {
    Step step = left.removeFirst();
    world.trace("growth: %s", step);
    if (!step.position()) {
      partition.made.add(step.topic());
    } else if (partition.positions.contains(step.topic())) {
      return;
    } else if (world.anyMember()) {
      world.count("growth refused"); // the coordinator does
      begin();
    } else if (mayHaveRecords() || records(step.topic()) == 0) {
      partition.positions.add(step.topic());
    }
  }

  // What a service does at its start: where nothing was written, a missing position is none that
  // was lost.
  private boolean mayHaveRecords() {
    return !world.has(Mutation.POSITION_AFTER_FIRST_RECORD);
  }

  private int records(Topic topic) {
    Log<?> log = log(topic);
    return log == null ? 0 : log.end();
  }

  private @Nullable Log<?> log(Topic topic) {
    return switch (topic) {
      case OUTCOMES -> partition.outcomes;
      case CONTROLS -> partition.controls;
      case DUE -> partition.due;
      case DELIVERIES -> partition.deliveries;
      case ACCEPTED -> partition.accepted;
      case SCHEDULE_OUTCOMES -> partition.scheduleOutcomes;
      case CHANGELOG, CONTENT -> null;
    };
  }
}
