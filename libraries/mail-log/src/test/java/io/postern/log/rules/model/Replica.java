package io.postern.log.rules.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A replica of decider or delivery: a member of its group with a producer, which can pause and die.
 */
abstract class Replica {
  final World world;
  final Group group;
  final String name;
  final Machine machine;
  Producer producer;
  final Deque<Producer.Batch<?>> answers = new ArrayDeque<>();
  long pausedUntil;
  boolean dead;

  /** Of the group that it believes in; -1: of none. */
  int generation = -1;

  int routing;
  long routingRead;
  Group.@Nullable Commit commit;
  final Set<Group.Commit> commitAnswers = new LinkedHashSet<>();

  Replica(World world, Group group, String name) {
    this.world = world;
    this.group = group;
    this.name = name;
    this.machine = world.machine();
    this.producer = world.producer(this);
    this.routing = world.routing();
    this.routingRead = machine.later.getAsLong();
  }

  abstract void step();

  /** The partition is no longer assigned to this member. */
  abstract void lost(HomePartition partition);

  abstract void assigned(HomePartition partition);

  abstract Set<HomePartition> holds();

  /** The group's answer to a commit. */
  abstract void committed(Group.Commit done);

  abstract Group.@Nullable Commit toCommit();

  /** To be given back: nothing new starts. */
  abstract void revoke(HomePartition partition);

  /** Ends the producer, as its first failed send does. */
  void renewProducer() {
    world.close(producer);
    answers.clear();
    producer = world.producer(this);
  }

  void die() {
    dead = true;
    world.close(producer);
  }

  void loseAll() {
    for (HomePartition partition : Set.copyOf(holds())) {
      lost(partition);
    }
  }

  /** A member's step by its heartbeats; true: it had one. */
  boolean membership() {
    if (!group.has(this)) {
      if (generation >= 0 && world.chance(world.faults ? .05 : .5)) {
        loseAll(); // fenced
        generation = -1;
        return true;
      }
      if (generation < 0 && world.mayStart() && world.chance(.3)) {
        group.join(this);
        return true;
      }
      return generation < 0;
    }
    if (generation != group.generation && world.chance(.3)) {
      generation = group.generation;
      Set<HomePartition> mine = group.of(this);
      for (HomePartition held : Set.copyOf(holds())) {
        if (!mine.contains(held)) {
          lost(held);
        }
      }
      for (HomePartition partition : mine) {
        if (!holds().contains(partition)) {
          assigned(partition);
        }
      }
      return true;
    }
    if (group.wantsAnyBack() && generation == group.generation) {
      for (HomePartition partition : Set.copyOf(holds())) {
        if (group.wantsBack(partition, this)) {
          revoke(partition);
        }
      }
    }
    return false;
  }

  boolean commits() {
    for (Group.Commit done : commitAnswers) {
      if (done == commit) {
        commit = null;
      }
      committed(done);
    }
    commitAnswers.clear();
    if (commit != null && world.now - commit.begun > world.steps(80)) {
      commit = null; // timed out
    }
    if (commit == null && generation == group.generation && world.chance(.25)) {
      commit = toCommit();
      if (commit != null) {
        group.send(commit);
        return true;
      }
    }
    return false;
  }

  /** Answers of the log, in their order; true: there was one. */
  boolean handleAnswer() {
    Producer.Batch<?> batch = answers.poll();
    if (batch == null) {
      return false;
    }
    if (batch.producer == producer) {
      if (batch.lost) {
        batch.failed.run();
      } else {
        batch.acknowledged.accept(batch.offset);
      }
    }
    return true;
  }

  /** Reads the directory now and then; silent for too long, nothing is decided by it. */
  boolean directoryKnown() {
    if (world.chance(world.faults ? .08 : .5)) {
      routing = world.routing();
      routingRead = machine.later.getAsLong();
    }
    return machine.later.getAsLong() - routingRead < World.SILENT_MILLIS * 1_000_000L;
  }

  @Override
  public String toString() {
    return name;
  }
}
