package io.postern.log.rules.model;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Marks;
import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.log.rules.Chain;
import io.postern.log.rules.Handover;
import io.postern.log.rules.Lease;
import io.postern.log.rules.OutgoingOutcome;
import io.postern.log.rules.PartitionLedger;
import io.postern.log.rules.ReadBack;
import io.postern.log.rules.RecipientState;
import io.postern.log.rules.TakerWait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A replica that delivers: its state of partitions is the product's {@link PartitionLedger}. */
final class Deliverer extends Replica {
  private static final int WINDOW = 4;
  static final int MOST_HOSTS = 3;

  private final Map<HomePartition, Holding> held = new LinkedHashMap<>();
  final List<Session> formerSessions = new ArrayList<>(); // of holdings that are lost
  private final List<Remaining> remaining = new ArrayList<>(); // written without the partition

  private final Map<OutgoingOutcome<Payload>, Sent> onTheWay = new LinkedHashMap<>();

  private record Sent(Holding holding, Records.Outcome outcome) {}

  private record Remaining(HomePartition partition, Records.Outcome outcome) {}

  Deliverer(World world, String name) {
    super(world, world.deliveryGroup, name);
  }

  @Override
  void step() {
    if (membership()) {
      return;
    }
    if (world.chance(.4) && handleAnswer()) {
      return;
    }
    if (commits()) {
      return;
    }
    directoryKnown();
    if (!held.isEmpty() && world.chance(.6)) {
      List<HomePartition> all = List.copyOf(held.keySet());
      Holding holding = held.get(all.get(world.random(all.size())));
      if (holding != null) {
        work(holding);
      }
    } else if (!formerSessions.isEmpty()) {
      advance(formerSessions.get(world.random(formerSessions.size())));
    }
  }

  private void work(Holding holding) {
    if (holding.reading) {
      readBack(holding);
      return;
    }
    if (holding.revoking && world.chance(.02)) {
      giveBack(holding);
      return;
    }
    boolean mayRead =
        holding.ledger.running()
            && !holding.revoking
            && holding.sessions.size() < WINDOW
            && holding.ledger.next() < holding.partition.deliveries.visible();
    if (mayRead && (holding.sessions.isEmpty() || world.chance(.4))) {
      read(holding);
    } else if (!holding.sessions.isEmpty()) {
      advance(holding.sessions.get(world.random(holding.sessions.size())));
    }
  }

  // ---- takes
  // -------------------------------------------------------------------------------------

  @Override
  void assigned(HomePartition partition) {
    if (!partition.hasPositions(Growth.Topic.DELIVERIES)) {
      world.trace("%s has no position in %s", this, partition);
      return;
    }
    DeliveryPosition inherited = partition.delivered;
    Duration wait =
        world.has(Mutation.NO_WAIT)
            ? Duration.ZERO
            : TakerWait.of(inherited, machine.name(), machine.monotonicNanos(), machine.millis());
    Lease lease =
        new Lease(
            world.has(Mutation.MONOTONIC_LEASE) ? machine::monotonicNanos : machine.later,
            world.has(Mutation.WAIT_BY_LATER_CLOCK) ? machine.later : machine::monotonicNanos,
            wait);
    Holding holding = new Holding(this, partition, inherited, generation, lease);
    held.put(partition, holding);
    world.trace("%s is assigned %s in %d: %s", this, partition, generation, inherited);
    take(holding);
  }

  private void take(Holding holding) {
    Owner owner = holding.ledger.take();
    holding.reading = false;
    holding.sent.clear();
    if (world.has(Mutation.NO_PARTITION_TAKEN)) {
      holding.markerAt = holding.partition.outcomes.visible();
      holding.firstMarker = Math.min(holding.firstMarker, holding.markerAt);
      holding.reading = true;
      return;
    }
    world.trace("%s takes %s as %s", this, holding.partition, owner);
    producer.send(
        holding.partition.outcomes,
        new Records.Outcome(owner, true, "", 0, false, List.of(), 0, 0, -1),
        at -> {
          if (!holding.lost && holding.owner().equals(owner)) {
            holding.markerAt = at;
            holding.firstMarker = Math.min(holding.firstMarker, at);
            holding.reading = true;
          }
        },
        this::sendFailed);
  }

  private void readBack(Holding holding) {
    holding.reading = false;
    PartitionLedger<Payload> ledger = holding.ledger;
    ReadBack back = new ReadBack(ledger.ownerThere());
    Owner inForce = ledger.ownerThere();
    int from = (int) ledger.readFrom();
    for (int at = from; at < holding.markerAt; at++) {
      Records.Outcome outcome = holding.partition.outcomes.at(at);
      Owner owner = outcome.owner();
      if (world.has(Mutation.OWNER_NOT_COMPARED) && owner.after(ledger.owner())) {
        continue;
      }
      if (outcome.taken()) {
        back.taken(at, owner);
        inForce = owner.after(inForce) ? owner : inForce;
      } else {
        back.outcome(
            world.has(Mutation.FORMER_OWNER_BELIEVED) ? inForce : owner,
            outcome.queueId(),
            outcome.attempt(),
            outcome.afterStillOpen(),
            outcome.recipients());
      }
    }
    back.taken(holding.markerAt, ledger.owner());
    List<OutgoingOutcome<Payload>> sends =
        ledger.taken(holding.markerAt, holding.partition.deliveries.visible(), back, _ -> {});
    if (sends == null) {
      world.trace("%s finds a later owner of %s", this, holding.partition);
      lost(holding.partition);
      return;
    }
    world.trace(
        "%s has read %s back from %d to %d", this, holding.partition, from, holding.markerAt);
    send(holding, sends);
  }

  private void sendFailed() {
    world.trace("%s: a send failed", this);
    renewProducer();
    List<Sent> unanswered = List.copyOf(onTheWay.values());
    onTheWay.clear();
    for (Sent each : unanswered) {
      if (each.holding().lost) {
        remaining.add(new Remaining(each.holding().partition, each.outcome()));
      }
    }
    for (Holding holding : List.copyOf(held.values())) {
      if (world.has(Mutation.FAILED_BATCH_SENT_AGAIN) && holding.ledger.running()) {
        send(holding, List.copyOf(holding.sent));
      } else {
        take(holding);
      }
    }
    for (Remaining each : List.copyOf(remaining)) {
      remaining.remove(each);
      Records.Outcome again = deliveredOnly(each.outcome());
      if (!again.recipients().isEmpty()) {
        sendRemaining(new Remaining(each.partition(), again));
      }
    }
  }

  // ---- outcomes
  // ----------------------------------------------------------------------------------

  private void write(Holding holding, OutgoingOutcome<Payload> outgoing) {
    send(holding, holding.ledger.write(outgoing));
    if (world.has(Mutation.POSITION_BEFORE_OUTCOME)) {
      send(holding, holding.ledger.acknowledged(outgoing, 0));
    }
  }

  private void send(Holding holding, List<OutgoingOutcome<Payload>> outgoing) {
    for (OutgoingOutcome<Payload> each : outgoing) {
      holding.sent.add(each);
      Records.Outcome record = record(each);
      onTheWay.put(each, new Sent(holding, record));
      producer.send(
          holding.partition.outcomes,
          record,
          at -> {
            holding.sent.remove(each);
            onTheWay.remove(each);
            if (!holding.lost) {
              send(holding, holding.ledger.acknowledged(each, at));
            }
          },
          this::sendFailed);
    }
  }

  private static Records.Outcome record(OutgoingOutcome<Payload> outgoing) {
    Payload payload = outgoing.payload();
    return new Records.Outcome(
        outgoing.owner(),
        false,
        payload.queueId(),
        payload.attempt(),
        outgoing.afterStillOpen(),
        payload.recipients(),
        payload.level(),
        payload.routing(),
        payload.session() == null ? -1 : payload.session().id);
  }

  private static Records.Outcome deliveredOnly(Records.Outcome outcome) {
    return new Records.Outcome(
        outcome.owner(),
        false,
        outcome.queueId(),
        outcome.attempt(),
        outcome.afterStillOpen(),
        outcome.recipients().stream().filter(r -> r.kind() == OutcomeKind.DELIVERED).toList(),
        outcome.level(),
        outcome.routing(),
        outcome.session());
  }

  private void writeRemainder(
      HomePartition partition, PartitionLedger.@Nullable Remainder<Payload> remainder) {
    if (remainder != null) {
      Records.Outcome outcome = record(remainder.outgoing());
      sendRemaining(
          new Remaining(partition, remainder.deliveredOnly() ? deliveredOnly(outcome) : outcome));
    }
  }

  private void sendRemaining(Remaining each) {
    remaining.add(each);
    producer.send(
        each.partition().outcomes, each.outcome(), at -> remaining.remove(each), this::sendFailed);
  }

  // ---- the end of a holding
  // ------------------------------------------------------------------------

  @Override
  void lost(HomePartition partition) {
    Holding holding = held.remove(partition);
    if (holding == null) {
      return;
    }
    world.trace("%s loses %s", this, partition);
    holding.lost = true;
    holding.lease.end();
    for (Session session : holding.sessions) {
      if (session.everPastCheck) {
        formerSessions.add(session);
      } else {
        session.stage = Session.Stage.ENDED;
      }
    }
    holding.sessions.clear();
    for (PartitionLedger.Remainder<Payload> each : holding.ledger.lose()) {
      if (!holding.sent.contains(each.outgoing())) {
        writeRemainder(partition, each);
      } // else it is on its way
    }
  }

  @Override
  void revoke(HomePartition partition) {
    Holding holding = held.get(partition);
    if (holding == null || holding.revoking) {
      return;
    }
    world.trace("%s is to give back %s", this, partition);
    holding.revoking = true;
    if (!holding.ledger.begun()) {
      giveBack(holding);
      return;
    }
    for (Session session : List.copyOf(holding.sessions)) {
      if (session.pastCheck()) {
        handOver(session);
      } else if (session.handover != null) {
        end(session, OutcomeKind.DEFERRED);
      } else if (session.everPastCheck) {
        // Between two hosts: some of its recipients may have been delivered to.
        if (world.chance(.5)) {
          handOver(session);
        }
        end(session, OutcomeKind.DEFERRED);
      } else {
        session.stage = Session.Stage.ENDED;
        holding.sessions.remove(session);
      }
    }
  }

  private void giveBack(Holding holding) {
    lost(holding.partition);
    group.returned(holding.partition, this);
  }

  private boolean mayRelease(Holding holding) {
    if (world.has(Mutation.RELEASED_TOO_EARLY)) {
      return true;
    }
    return (holding.lease.waitOver() || world.has(Mutation.RELEASED_IN_OWN_WAIT))
        && holding.ledger.running()
        && holding.ledger.pending() == 0
        && holding.sessions.stream().allMatch(s -> s.handover != null && s.handover.acknowledged());
  }

  // ---- the position
  // --------------------------------------------------------------------------------

  @Override
  Group.@Nullable Commit toCommit() {
    Map<Holding, DeliveryPosition> positions = new LinkedHashMap<>();
    Map<Holding, Long> began = new LinkedHashMap<>();
    for (Holding holding : held.values()) {
      if (holding.ledger.begun()) {
        boolean released = holding.revoking && mayRelease(holding);
        holding.releasedSent |= released;
        positions.put(holding, position(holding, released));
        began.put(holding, holding.lease.now());
      }
    }
    if (positions.isEmpty()) {
      return null;
    }
    return new DeliveryCommit(this, generation, world.now, positions, began);
  }

  private DeliveryPosition position(Holding holding, boolean released) {
    DeliveryPosition.LeaseBeginning lease =
        new DeliveryPosition.LeaseBeginning(
            machine.name(), machine.monotonicNanos(), machine.millis());
    DeliveryPosition position = holding.ledger.position(released, lease);
    DeliveryPosition changed =
        new DeliveryPosition(
            position.next(),
            world.has(Mutation.MARKS_NOT_IN_POSITION) ? Marks.NONE : position.marks(),
            position.outcomesFrom(),
            world.has(Mutation.OWNER_NOT_IN_POSITION) ? Owner.NOBODY : position.ownerThere(),
            position.era(),
            position.released(),
            position.lease());
    return DeliveryPosition.decode(changed.next(), changed.encode());
  }

  private static final class DeliveryCommit extends Group.Commit {
    final Map<Holding, DeliveryPosition> positions;
    final Map<Holding, Long> began;

    DeliveryCommit(
        Deliverer by,
        int generation,
        long begun,
        Map<Holding, DeliveryPosition> positions,
        Map<Holding, Long> began) {
      super(by, generation, begun);
      this.positions = positions;
      this.began = began;
    }

    @Override
    void apply() {
      positions.forEach((holding, position) -> holding.partition.delivered = position);
    }
  }

  @Override
  void committed(Group.Commit done) {
    if (!done.accepted || !(done instanceof DeliveryCommit commit)) {
      return;
    }
    commit.positions.forEach(
        (holding, position) -> {
          if (!holding.lost) {
            Long began = commit.began.get(holding);
            if (began != null) {
              holding.lease.renewed(began);
            }
            if (position.released()) {
              world.trace("%s has released %s", this, holding.partition);
              giveBack(holding);
            }
          }
        });
  }

  // ---- Decisions and sessions
  // ------------------------------------------------------------------------

  private void read(Holding holding) {
    int at = (int) holding.ledger.next();
    Records.Decision decision = holding.partition.deliveries.at(at);
    List<Integer> recipients = new ArrayList<>();
    decision.deliveries().forEach(d -> recipients.addAll(d.recipients()));
    decision.recorded().forEach(r -> recipients.add(r.recipient()));
    long previous = decision.previous();
    if (world.has(Mutation.BARE_HIGH_WATER_MARK)) {
      previous = holding.highWater[Holding.index(decision.source())];
    }
    PartitionLedger.Reading reading =
        holding.ledger.read(
            at,
            decision.source(),
            decision.sourceOffset(),
            previous,
            decision.queueId(),
            decision.attempt(),
            recipients);
    world.checks.read(holding, at, reading.link());
    world.trace("%s reads %d: %s, open %s", this, at, reading.link(), reading.open());
    if (reading.link() == Chain.Link.NEXT) {
      holding.highWater[Holding.index(decision.source())] = decision.sourceOffset();
    }
    for (RecipientState state : decision.recorded()) {
      if (reading.open().contains(state.recipient())) {
        Payload payload =
            new Payload(
                decision.queueId(),
                decision.attempt(),
                List.of(state),
                decision.level(),
                decision.routing(),
                null);
        write(
            holding,
            OutgoingOutcome.end(
                at, decision.queueId(), decision.attempt(), List.of(state), payload));
      }
    }
    for (Records.Delivery delivery : decision.deliveries()) {
      List<Integer> open = delivery.recipients().stream().filter(reading.open()::contains).toList();
      if (open.isEmpty()) {
        continue;
      }
      Session session =
          new Session(
              world.nextSession(), holding, at, decision, open, world.now, holding.lease.now());
      holding.sessions.add(session);
      world.checks.begun(session);
      world.trace("%s begins %s", this, session);
    }
  }

  private long watchLeft(Session session) {
    return session.handover == null
        ? Long.MAX_VALUE
        : world.watch() * 1_000_000L - (session.holding.lease.now() - session.handedOverAt);
  }

  /** For how many nanoseconds the session may send its dot. */
  long dotLeft(Session session) {
    boolean first = session.of.attempt() <= 1 || world.has(Mutation.RETRY_WITHOUT_COMMIT);
    long lease = session.holding.lease.left(first ? Lease.ANY : session.readAt);
    long watch = watchLeft(session);
    if (world.has(Mutation.WATCHED_DOT_WITHOUT_LEASE)
        && session.handover != null
        && session.handover.acknowledged()) {
      return watch;
    }
    return Math.min(lease, watch);
  }

  private boolean inTime(Session session) {
    return watchLeft(session) + world.watch() * 1_000_000L > 0;
  }

  private void advance(Session session) {
    Holding holding = session.holding;
    if (session.stage == Session.Stage.ENDED) {
      return;
    }
    long open = world.now - session.begunReal;
    if (!holding.lost
        && session.handover == null
        && holding.ledger.begun()
        && open > world.watch()
        && world.chance(.3)) {
      handOver(session);
      return;
    }
    boolean beforeCheck = !session.pastCheck();
    if (beforeCheck && (holding.lost || holding.revoking && session.everPastCheck)) {
      end(session, OutcomeKind.DEFERRED);
      return;
    }
    if (beforeCheck && session.handover != null && watchLeft(session) <= 0) {
      end(session, OutcomeKind.DEFERRED);
      return;
    }
    switch (session.stage) {
      case BEGUN -> {
        if (world.faults && world.chance(.05)) {
          end(session, OutcomeKind.DEFERRED); // no connection
        } else {
          envelope(session);
        }
      }
      case ENVELOPE -> {
        if (world.faults && world.chance(.08)) {
          end(session, world.chance(.8) ? OutcomeKind.DEFERRED : OutcomeKind.FAILED);
        } else {
          long left =
              session.everPastCheck && world.has(Mutation.SECOND_DOT_WITHOUT_LEASE)
                  ? world.watch() * 1_000_000L
                  : dotLeft(session);
          if (left > 0 && !holding.revoking) {
            session.stage = Session.Stage.CHECKED;
            session.everPastCheck = true;
            session.validUntil = world.now + left / 1e6 / machine.rate();
          }
        }
      }
      case CHECKED -> {
        session.stage = Session.Stage.DOTTED;
        session.dotReal = world.now;
        dot(session);
      }
      case DOTTED -> {
        if (world.chance(.5)) {
          answered(session);
        }
      }
      case ENDED -> {}
    }
  }

  /** MAIL FROM and RCPT TO. */
  private void envelope(Session session) {
    boolean known = machine.later.getAsLong() - routingRead < World.SILENT_MILLIS * 1_000_000L;
    if (!known) {
      return;
    }
    boolean newer = session.of.routing() < routing && !world.has(Mutation.ROUTING_NOT_LOOKED_AT);
    if (newer || (world.faults && world.chance(.05))) {
      end(session, OutcomeKind.DEFERRED); // handed back: a newer routing, or no slot
      return;
    }
    world.checks.envelope(session);
    session.stage = Session.Stage.ENVELOPE;
    if (world.faults) {
      for (int recipient : session.recipients) {
        if (!session.states.containsKey(recipient) && world.chance(.12)) {
          if (world.chance(.6)) {
            session.putOff.add(recipient);
          } else {
            session.states.put(recipient, OutcomeKind.FAILED);
          }
        }
      }
    }
    if (session.dotFor().isEmpty()) {
      answered(session);
    }
  }

  /** The host has replied about all: those that it put off may go to another. */
  private void answered(Session session) {
    Holding holding = session.holding;
    if (!session.putOff.isEmpty()
        && session.hosts < MOST_HOSTS
        && session.handover == null
        && !holding.lost
        && !holding.revoking
        && world.chance(.7)) {
      session.nextHost();
      world.count("next host" + (session.everPastCheck ? " after a dot" : ""));
    } else {
      end(session, OutcomeKind.DEFERRED);
    }
  }

  private void dot(Session session) {
    double whole = world.faults ? world.fraction() : 0;
    session.dotted = session.dotFor();
    for (int recipient : session.dotted) {
      if (whole < .6 || whole < .75 && world.chance(.5)) {
        session.states.put(recipient, OutcomeKind.DELIVERED);
      } else if (whole < .86) {
        session.putOff.add(recipient);
      } else if (whole < .92) {
        unanswered(session, recipient);
      } else {
        session.states.put(recipient, OutcomeKind.FAILED);
      }
    }
    world.trace("%s DOT %s -> %s", this, session, session.states);
    world.checks.dot(session);
  }

  /** The reply to the dot is missing: the host may have taken it, so no other host gets it now. */
  private void unanswered(Session session, int recipient) {
    if (world.chance(.5)) {
      session.unanswered.add(recipient);
    }
    if (world.has(Mutation.NEXT_HOST_WITHOUT_REPLY)) {
      session.putOff.add(recipient);
    } else {
      session.states.put(recipient, OutcomeKind.DEFERRED);
    }
  }

  /** Its outcome is written, as far as it may be. */
  private void end(Session session, OutcomeKind forTheRest) {
    session.stage = Session.Stage.ENDED;
    Holding holding = session.holding;
    holding.sessions.remove(session);
    formerSessions.remove(session);
    List<RecipientState> states = session.outcome(forTheRest);
    Payload payload =
        new Payload(
            session.queueId(),
            session.of.attempt(),
            states,
            session.of.level(),
            session.of.routing(),
            session);
    Handover<Payload> handover = session.handover;
    OutgoingOutcome<Payload> outgoing =
        handover != null
            ? OutgoingOutcome.following(
                handover, session.queueId(), session.of.attempt(), states, payload)
            : OutgoingOutcome.end(
                session.decision, session.queueId(), session.of.attempt(), states, payload);
    world.trace("%s ends %s %s", this, session, states);
    if (holding.lost) {
      writeRemainder(
          holding.partition,
          PartitionLedger.afterLoss(
              outgoing, handover, holding.owner(), handover != null && inTime(session)));
    } else if (handover != null && !inTime(session)) {
      // Too late for anything but "delivered".
      List<RecipientState> delivered =
          states.stream().filter(s -> s.kind() == OutcomeKind.DELIVERED).toList();
      if (!delivered.isEmpty()) {
        write(
            holding,
            OutgoingOutcome.following(
                handover,
                session.queueId(),
                session.of.attempt(),
                delivered,
                new Payload(
                    session.queueId(),
                    session.of.attempt(),
                    delivered,
                    session.of.level(),
                    session.of.routing(),
                    session)));
      }
    } else {
      write(holding, outgoing);
    }
  }

  private void handOver(Session session) {
    if (session.handover != null) {
      return;
    }
    Handover<Payload> handover = new Handover<>();
    session.handover = handover;
    session.handedOverAt = session.holding.lease.now();
    world.trace("%s hands over %s", this, session);
    Payload payload =
        new Payload(
            session.queueId(),
            session.of.attempt(),
            RecipientState.all(session.recipients, OutcomeKind.STILL_OPEN),
            session.of.level(),
            session.of.routing(),
            session);
    write(
        session.holding,
        OutgoingOutcome.stillOpen(
            session.decision,
            session.queueId(),
            session.of.attempt(),
            session.recipients,
            handover,
            payload));
  }

  @Override
  Set<HomePartition> holds() {
    return held.keySet();
  }

  boolean quiet(HomePartition partition) {
    Holding holding = held.get(partition);
    return holding != null
        && holding.ledger.running()
        && holding.ledger.next() >= holding.partition.deliveries.end()
        && holding.ledger.pending() == 0
        && holding.ledger.firstOpen() < 0;
  }

  boolean idle() {
    return formerSessions.isEmpty()
        && remaining.isEmpty()
        && held.values().stream().allMatch(h -> h.sessions.isEmpty());
  }

  List<Session> allSessions() {
    List<Session> all = new ArrayList<>(formerSessions);
    held.values().forEach(h -> all.addAll(h.sessions));
    return all;
  }

  String state() {
    StringBuilder text = new StringBuilder(name);
    held.values()
        .forEach(
            h ->
                text.append(
                    " "
                        + h.partition
                        + (h.ledger.running() ? "" : " taking")
                        + " next "
                        + h.ledger.next()
                        + "/"
                        + h.partition.deliveries.end()
                        + " open "
                        + h.ledger.firstOpen()
                        + " pending "
                        + h.ledger.pending()
                        + h.sessions));
    return text + " former " + formerSessions + " remaining " + remaining;
  }
}
