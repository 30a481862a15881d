package io.postern.log.rules.model;

import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.log.rules.AttemptKey;
import io.postern.log.rules.RecipientState;
import io.postern.log.rules.SourceProgress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A replica that decides: one Decision a source, chained by {@link SourceProgress}. */
final class Decider extends Replica {
  private final Map<HomePartition, Deciding> held = new LinkedHashMap<>();

  private static final class Deciding {
    final SourceProgress accepted;
    final SourceProgress due;

    Deciding(HomePartition.DeciderPosition position) {
      accepted = new SourceProgress(position.accepted() - 1);
      due = new SourceProgress(position.due() - 1);
    }
  }

  Decider(World world, String name) {
    super(world, world.deciderGroup, name);
  }

  @Override
  void step() {
    if (membership()) {
      return;
    }
    if (world.chance(.5) && handleAnswer()) {
      return;
    }
    if (commits()) {
      return;
    }
    boolean known = directoryKnown();
    if (held.isEmpty() || !known) {
      return;
    }
    List<HomePartition> all = List.copyOf(held.keySet());
    decide(all.get(world.random(all.size())));
  }

  private void decide(HomePartition partition) {
    Deciding deciding = held.get(partition);
    if (deciding == null || producer.queued(partition.deliveries) >= 4) {
      return;
    }
    boolean first = world.chance(.5);
    SourceProgress progress = first ? deciding.accepted : deciding.due;
    Log<?> source = first ? partition.accepted : partition.due;
    for (int offset = (int) progress.previous() + 1; offset < source.visible(); offset++) {
      if (source.get(offset) == null) {
        continue;
      }
      if (!first
          && partition.due.at(offset).routing() > routing
          && !world.has(Mutation.DECIDED_BY_OLDER_ROUTING)) {
        return; // it has yet to read the promise
      }
      int at = offset;
      Records.Decision decision =
          first
              ? ofAccepted(partition.accepted.at(at), at, progress.previous())
              : ofDue(partition.due.at(at), at, progress.previous());
      progress.sent(at);
      world.trace("%s decides %s", this, decision);
      producer.send(
          partition.deliveries,
          decision,
          done -> progress.acknowledged(at),
          () -> failed(progress, at));
      return;
    }
  }

  private void failed(SourceProgress progress, int at) {
    world.trace("%s: a send failed", this);
    if (world.has(Mutation.DECIDER_BELIEVES_FAILED_SEND)) {
      progress.acknowledged(at);
    }
    renewProducer();
    held.values()
        .forEach(
            d -> {
              d.accepted.failed();
              d.due.failed();
            });
  }

  private Records.Decision ofAccepted(Records.Accepted accepted, int at, long previous) {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < accepted.recipients(); i++) {
      all.add(i);
    }
    return decision(
        DecisionSource.SOURCE_ACCEPTED, at, previous, accepted.queueId(), 1, all, 0, false);
  }

  private Records.Decision ofDue(Records.Due due, int at, long previous) {
    if (world.undecidable(due)) {
      return new Records.Decision(
          DecisionSource.SOURCE_DUE,
          at,
          previous,
          due.queueId(),
          due.attempt(),
          List.of(),
          List.of(new RecipientState(AttemptKey.NO_RECIPIENT, OutcomeKind.HELD)),
          routing,
          0,
          false);
    }
    return decision(
        DecisionSource.SOURCE_DUE,
        at,
        previous,
        due.queueId(),
        due.attempt(),
        due.recipients(),
        due.level(),
        due.released());
  }

  private Records.Decision decision(
      DecisionSource source,
      int at,
      long previous,
      String queueId,
      int attempt,
      List<Integer> recipients,
      int promised,
      boolean released) {
    World.Routing known = world.routing(routing);
    int level = known.connector() ? known.level() : 0;
    List<RecipientState> recorded = new ArrayList<>();
    List<Integer> one = new ArrayList<>();
    List<Integer> other = new ArrayList<>();
    for (int recipient : recipients) {
      if (!known.connector() && level < promised && !released) {
        recorded.add(new RecipientState(recipient, OutcomeKind.HELD)); // connector-removed
      } else if (world.noRoute(queueId, recipient, attempt)) {
        recorded.add(new RecipientState(recipient, OutcomeKind.FAILED));
      } else if (world.secondHop(queueId, recipient)) {
        other.add(recipient);
      } else {
        one.add(recipient);
      }
    }
    List<Records.Delivery> deliveries = new ArrayList<>();
    if (!one.isEmpty()) {
      deliveries.add(new Records.Delivery(one));
    }
    if (!other.isEmpty()) {
      deliveries.add(new Records.Delivery(other));
    }
    return new Records.Decision(
        source, at, previous, queueId, attempt, deliveries, recorded, routing, level, released);
  }

  @Override
  void lost(HomePartition partition) {
    if (held.remove(partition) != null) {
      renewProducer();
      held.values()
          .forEach(
              d -> {
                d.accepted.failed();
                d.due.failed();
              });
    }
  }

  @Override
  void assigned(HomePartition partition) {
    if (!partition.hasPositions(Growth.Topic.ACCEPTED, Growth.Topic.DUE)) {
      world.trace("%s has no position in %s", this, partition);
      return;
    }
    world.trace("%s takes %s at %s", this, partition, partition.decided);
    held.put(partition, new Deciding(partition.decided));
  }

  @Override
  Set<HomePartition> holds() {
    return held.keySet();
  }

  @Override
  void committed(Group.Commit done) {}

  @Override
  Group.@Nullable Commit toCommit() {
    if (held.isEmpty()) {
      return null;
    }
    Map<HomePartition, HomePartition.DeciderPosition> positions = new LinkedHashMap<>();
    held.forEach(
        (p, d) ->
            positions.put(
                p,
                new HomePartition.DeciderPosition(d.accepted.decided() + 1, d.due.decided() + 1)));
    return new Group.Commit(this, generation, world.now) {
      @Override
      void apply() {
        positions.forEach((p, d) -> p.decided = d);
      }
    };
  }

  @Override
  void revoke(HomePartition partition) {
    lost(partition);
    group.returned(partition, this);
  }

  boolean quiet(HomePartition partition) {
    Deciding deciding = held.get(partition);
    return deciding != null && deciding.accepted.idle() && deciding.due.idle();
  }
}
