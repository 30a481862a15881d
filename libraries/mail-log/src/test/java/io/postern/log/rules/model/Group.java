package io.postern.log.rules.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A consumer group and its coordinator, which looks at member and generation of a commit, not at
 * its partitions.
 */
final class Group {
  private final World world;
  int generation;
  private final Set<Replica> members = new LinkedHashSet<>();
  private final Map<HomePartition, Replica> owners = new LinkedHashMap<>();
  private final Map<HomePartition, Replica> wanted =
      new LinkedHashMap<>(); // owner that is to give it back
  final List<Commit> commits = new ArrayList<>();

  /** A commit on its way. */
  abstract static class Commit {
    final Replica by;
    final int generation;
    final long begun;
    boolean accepted;

    Commit(Replica by, int generation, long begun) {
      this.by = by;
      this.generation = generation;
      this.begun = begun;
    }

    abstract void apply();
  }

  Group(World world) {
    this.world = world;
  }

  boolean empty() {
    return members.isEmpty();
  }

  boolean has(Replica process) {
    return members.contains(process);
  }

  Set<HomePartition> of(Replica process) {
    Set<HomePartition> all = new LinkedHashSet<>();
    owners.forEach(
        (p, o) -> {
          if (o == process) {
            all.add(p);
          }
        });
    return all;
  }

  boolean wantsAnyBack() {
    return !wanted.isEmpty();
  }

  boolean wantsBack(HomePartition partition, Replica from) {
    return wanted.get(partition) == from;
  }

  Replica ownerOf(HomePartition partition) {
    Replica owner = owners.get(partition);
    if (owner == null) {
      throw new IllegalStateException("nobody has " + partition);
    }
    return owner;
  }

  boolean owned(HomePartition partition) {
    return owners.containsKey(partition);
  }

  void join(Replica process) {
    members.add(process);
    rebalance("joins " + process);
    for (HomePartition partition : world.partitions) {
      if (!owners.containsKey(partition)) {
        owners.put(partition, process);
      }
    }
  }

  private void rebalance(String why) {
    generation++;
    world.trace("group generation %d: %s", generation, why);
  }

  /** The member is given up: by time-out, or it is dead. */
  void expel(Replica process) {
    if (!members.remove(process)) {
      return;
    }
    rebalance("expels " + process);
    for (HomePartition partition : of(process)) {
      owners.remove(partition);
      wanted.remove(partition);
      place(partition);
    }
  }

  void place(HomePartition partition) {
    if (!members.isEmpty()) {
      List<Replica> all = List.copyOf(members);
      owners.put(partition, all.get(world.random(all.size())));
    }
  }

  void ask(HomePartition partition) {
    Replica owner = owners.get(partition);
    if (owner != null) {
      wanted.put(partition, owner);
    }
  }

  /** The owner gave it back. */
  void returned(HomePartition partition, Replica by) {
    if (owners.get(partition) == by && members.contains(by)) {
      wanted.remove(partition);
      owners.remove(partition);
      rebalance(by + " gives back " + partition);
      place(partition);
    }
  }

  void send(Commit commit) {
    commits.add(commit);
  }

  /** One commit arrives, or is lost. */
  void step() {
    if (commits.isEmpty()) {
      return;
    }
    Commit commit = commits.remove(world.random(commits.size()));
    if (world.faults && world.chance(.05)) {
      return;
    }
    commit.accepted = members.contains(commit.by) && commit.generation == generation;
    if (commit.accepted) {
      commit.apply();
    }
    if (!commit.by.dead && !(world.faults && world.chance(.05))) {
      commit.by.commitAnswers.add(commit);
    }
  }
}
