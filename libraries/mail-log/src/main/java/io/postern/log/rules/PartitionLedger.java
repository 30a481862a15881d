package io.postern.log.rules;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.DeliveryPosition.LeaseBeginning;
import io.postern.contracts.Marks;
import io.postern.contracts.Owner;
import io.postern.contracts.v1.DecisionSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One partition of {@code mail.deliveries} in the hands of one owner, from its assignment to its
 * loss: the open Decisions, the outcomes on their way, and the position that follows
 * (docs/design/the-log.md). Outcomes come first, the position after: a Decision is finished when
 * the log has acknowledged the outcomes of all its recipients.
 *
 * <p>An assignment begins with a take. {@link #take} names the owner, and the caller writes its
 * PartitionTaken. When the log has that record, the caller reads {@code mail.outcomes} from {@link
 * #readFrom} to it and calls {@link #taken}. A send that fails begins another take: nothing is sent
 * again under the same one.
 *
 * <p>Owner: one thread. Bounded by the caller's window of open deliveries.
 *
 * @param <P> the caller's form of an outcome
 */
public final class PartitionLedger<P> {
  /** Decisions that are read at most beyond the committed position, but for one poll's. */
  public static final long MOST_AHEAD = 20_000;

  /** The most Decisions of one poll. */
  public static final int MOST_AT_ONCE = 1_000;

  private final DeliveryPosition inherited;
  private final int generation;
  private Owner owner = Owner.NOBODY;
  private int takes;
  private boolean running; // between takes
  private boolean begun; // the first take has ended
  private Chain chain;
  private long next;
  private long committedNext;
  private long marker;
  private long acknowledgedTo; // the last offset of mail.outcomes that is known to be ours
  private long before; // Decisions below were there at the first take
  private @Nullable ReadBack predecessors; // their outcomes of Decisions from before
  private final TreeMap<Long, OpenDecision> open = new TreeMap<>();
  private final TreeMap<Long, Owner> markers = new TreeMap<>();
  private final Set<OutgoingOutcome<P>> pending = new LinkedHashSet<>();

  /**
   * @param generation of the consumer group, in which the partition was assigned
   */
  public PartitionLedger(DeliveryPosition inherited, int generation) {
    this.inherited = inherited;
    this.generation = generation;
    this.chain = new Chain(inherited.marks());
    this.next = inherited.next();
    this.committedNext = inherited.next();
  }

  /**
   * @param recipients those without an acknowledged outcome; changes
   */
  private record OpenDecision(
      Marks marksBefore, long outcomesFrom, MessageAttempt attempt, Set<Integer> recipients) {}

  /** Begins a take: the owner whose PartitionTaken goes to the log now. */
  public Owner take() {
    running = false;
    owner = new Owner(inherited.era(), generation, ++takes);
    return owner;
  }

  /** The present take's owner. */
  public Owner owner() {
    return owner;
  }

  /** Between takes: Decisions are read and outcomes sent. */
  public boolean running() {
    return running;
  }

  /** The first take has ended: there is a position to commit, during later takes too. */
  public boolean begun() {
    return begun;
  }

  /** Where reading back begins. */
  public long readFrom() {
    return begun ? outcomesFrom() : inherited.outcomesFrom();
  }

  /** The owner in force there. */
  public Owner ownerThere() {
    return ownerAt(readFrom());
  }

  /**
   * The take's PartitionTaken is in the log, and all from {@link #readFrom} to it was read.
   *
   * @param at its offset in {@code mail.outcomes}
   * @param deliveriesEnd of {@code mail.deliveries}, asked after that
   * @param found is given each outcome of this assignment that stands in the log unacknowledged
   * @return outcomes to send now, under the new take; null: a later owner has the partition
   */
  public @Nullable List<OutgoingOutcome<P>> taken(
      long at, long deliveriesEnd, ReadBack back, Consumer<OutgoingOutcome<P>> found) {
    if (!back.inForce().equals(owner)) {
      return null;
    }
    markers.putAll(back.markers());
    marker = at;
    acknowledgedTo = Math.max(acknowledgedTo, at);
    running = true;
    if (!begun) {
      begun = true;
      predecessors = back;
      // No predecessor has read further, so none has written an outcome of a later Decision.
      // Without this bound a taker of a long backlog would read back all that it has led to since.
      before = Math.min(deliveriesEnd, inherited.next() + MOST_AHEAD + MOST_AT_ONCE);
      return List.of();
    }
    if (next < before) {
      predecessors = back; // it begins where the first one did
    }
    for (OpenDecision decision : open.values()) {
      decision.recipients.removeIf(r -> back.ended(new AttemptKey(decision.attempt, r)));
    }
    open.values().removeIf(decision -> decision.recipients.isEmpty());
    List<OutgoingOutcome<P>> sends = new ArrayList<>();
    for (OutgoingOutcome<P> outgoing : List.copyOf(pending)) {
      if (stands(outgoing, back)) {
        found.accept(outgoing);
        sends.addAll(finish(outgoing));
      } else {
        sends.add(outgoing);
      }
    }
    sends.forEach(this::name);
    return sends;
  }

  private static <P> boolean stands(OutgoingOutcome<P> outgoing, ReadBack back) {
    return outgoing.recipients.stream()
        .map(outgoing::key)
        .allMatch(outgoing.isStillOpen() ? back::written : back::ended);
  }

  /** The offset of {@code mail.deliveries} to be read next. */
  public long next() {
    return next;
  }

  /**
   * A Decision as read.
   *
   * @param open of its recipients, those to deliver or to record
   * @param found how many others it has, whose outcomes stand in the log
   */
  public record Reading(Chain.Link link, List<Integer> open, int found) {}

  /**
   * Reads the Decision at this offset. Offsets between {@link #next} and it have no Decision.
   *
   * @param recipients of all its deliveries and outcomes; {@link AttemptKey#NO_RECIPIENT} for an
   *     outcome that names none
   * @throws IllegalArgumentException for an unknown source
   */
  public Reading read(
      long offset,
      DecisionSource source,
      long sourceOffset,
      long previous,
      String queueId,
      int attempt,
      Collection<Integer> recipients) {
    if (!running || offset < next) {
      throw new IllegalStateException("offset " + offset + ", next is " + next);
    }
    Marks marksBefore = chain.marks();
    Chain.Link link = chain.read(source, sourceOffset, previous);
    boolean fromBefore = offset < before;
    ReadBack back = predecessors;
    passed(offset + 1);
    if (link != Chain.Link.NEXT) {
      return new Reading(link, List.of(), 0);
    }
    MessageAttempt message = new MessageAttempt(queueId, attempt);
    List<Integer> all = recipients.stream().distinct().toList();
    List<Integer> left =
        !fromBefore || back == null
            ? all
            : all.stream().filter(r -> !back.written(new AttemptKey(message, r))).toList();
    if (!left.isEmpty()) {
      open.put(
          offset,
          new OpenDecision(
              marksBefore,
              fromBefore ? marker + 1 : acknowledgedTo + 1,
              message,
              new HashSet<>(left)));
    }
    return new Reading(link, left, all.size() - left.size());
  }

  private void passed(long to) {
    next = Math.max(next, to);
    if (next >= before) {
      predecessors = null; // nothing that the predecessors wrote is asked any more
    }
  }

  /** The record at this offset can be no Decision, now or ever. */
  public void unreadable(long offset) {
    passed(offset + 1);
  }

  /** A position was committed. */
  public void committed(long position) {
    committedNext = Math.max(committedNext, position);
  }

  /**
   * Whether {@link #MOST_AT_ONCE} Decisions more may be read: not further beyond the committed
   * position than a taker reckons with.
   */
  public boolean mayReadOn() {
    return next - committedNext < MOST_AHEAD;
  }

  /** The Decision that the position stands at; -1: none is open. */
  public long firstOpen() {
    return open.isEmpty() ? -1 : open.firstKey();
  }

  /** From the first open Decision to the last one read. */
  public long span() {
    return open.isEmpty() ? 0 : next - open.firstKey();
  }

  /** Outcomes that are not acknowledged. */
  public int pending() {
    return pending.size();
  }

  /**
   * Takes an outcome to be written.
   *
   * @return the outcomes to send now: during a take none, after it all
   */
  public List<OutgoingOutcome<P>> write(OutgoingOutcome<P> outgoing) {
    Handover<P> handover = outgoing.handover;
    if (outgoing.afterStillOpen() && handover != null && !handover.acknowledged()) {
      if (handover.waiting != null) {
        throw new IllegalStateException("two outcomes follow one still open");
      }
      handover.waiting = outgoing;
      return List.of();
    }
    pending.add(outgoing);
    if (outgoing.isStillOpen() && handover != null) {
      handover.writtenBy(owner);
    }
    if (!running) {
      return List.of();
    }
    name(outgoing);
    return List.of(outgoing);
  }

  private void name(OutgoingOutcome<P> outgoing) {
    Handover<P> handover = outgoing.handover;
    if (handover == null) {
      outgoing.owner(owner);
    } else if (outgoing.isStillOpen()) {
      handover.writtenBy(owner);
      outgoing.owner(owner);
    } else {
      outgoing.owner(handover.owner());
    }
  }

  /**
   * The log has the outcome. Not to be called for a record of an earlier take's producer: it may
   * stand behind the PartitionTaken, where no reader counts it.
   *
   * @param at its offset in {@code mail.outcomes}
   * @return the outcomes to send now
   */
  public List<OutgoingOutcome<P>> acknowledged(OutgoingOutcome<P> outgoing, long at) {
    if (!running) {
      return List.of(); // of the take before: reading back finds it, or it is written again
    }
    acknowledgedTo = Math.max(acknowledgedTo, at);
    return finish(outgoing);
  }

  private List<OutgoingOutcome<P>> finish(OutgoingOutcome<P> outgoing) {
    pending.remove(outgoing);
    OpenDecision decision = open.get(outgoing.decision);
    if (decision != null) {
      outgoing.recipients.forEach(r -> decision.recipients.remove(r.recipient()));
      if (decision.recipients.isEmpty()) {
        open.remove(outgoing.decision);
      }
    }
    Handover<P> handover = outgoing.handover;
    if (handover == null || !outgoing.isStillOpen()) {
      return List.of();
    }
    handover.acknowledge();
    OutgoingOutcome<P> waiting = handover.waiting;
    if (waiting == null) {
      return List.of();
    }
    handover.waiting = null;
    pending.add(waiting);
    name(waiting);
    return List.of(waiting);
  }

  /**
   * The position to commit now: it stands on acknowledged outcomes alone.
   *
   * @param lease the time from which its success proves the lease
   */
  public DeliveryPosition position(boolean released, @Nullable LeaseBeginning lease) {
    long from = outcomesFrom();
    DeliveryPosition position =
        new DeliveryPosition(
            open.isEmpty() ? next : open.firstKey(),
            open.isEmpty() ? chain.marks() : open.firstEntry().getValue().marksBefore,
            from,
            ownerAt(from),
            inherited.era(),
            released,
            lease);
    Long needed = markers.lowerKey(from);
    if (needed != null) {
      markers.headMap(needed, false).clear();
    }
    return position;
  }

  private long outcomesFrom() {
    long base = open.isEmpty() ? next : open.firstKey();
    if (base < before) {
      // Outcomes of Decisions from before stand behind this offset, and the next taker reads them.
      return inherited.outcomesFrom();
    }
    return open.isEmpty() ? acknowledgedTo + 1 : open.firstEntry().getValue().outcomesFrom;
  }

  private Owner ownerAt(long offset) {
    Map.Entry<Long, Owner> last = markers.lowerEntry(offset);
    return last == null ? inherited.ownerThere() : last.getValue();
  }

  /**
   * An outcome that was on its way when the partition was lost.
   *
   * @param deliveredOnly only its "delivered" may be written, as late
   */
  public record Remainder<P>(OutgoingOutcome<P> outgoing, boolean deliveredOnly) {}

  /** The partition is another's: the outcomes that may still be written, each with its owner. */
  public List<Remainder<P>> lose() {
    List<Remainder<P>> remainders = new ArrayList<>();
    for (OutgoingOutcome<P> outgoing : pending) {
      Handover<P> handover = outgoing.handover;
      if (handover != null && outgoing.isStillOpen() && handover.waiting != null) {
        late(handover.waiting, remainders);
        handover.waiting = null;
      }
      if (outgoing.afterStillOpen() && handover != null && handover.acknowledged()) {
        outgoing.owner(handover.owner());
        remainders.add(new Remainder<>(outgoing, false));
      } else {
        late(outgoing, remainders);
      }
    }
    pending.clear();
    open.clear();
    running = false;
    return remainders;
  }

  private void late(OutgoingOutcome<P> outgoing, List<Remainder<P>> remainders) {
    if (outgoing.anyDelivered()) {
      outgoing.owner(owner);
      remainders.add(new Remainder<>(outgoing, true));
    }
  }

  /**
   * The outcome of a session that ends after the partition was lost.
   *
   * @param handover null: the delivery was not handed over
   * @param inTime within the owner's time after handing over
   * @return null: nothing of it is written
   */
  public static <P> @Nullable Remainder<P> afterLoss(
      OutgoingOutcome<P> outgoing, @Nullable Handover<P> handover, Owner formerly, boolean inTime) {
    if (handover != null && handover.acknowledged() && inTime) {
      outgoing.owner(handover.owner());
      return new Remainder<>(outgoing, false);
    }
    if (!outgoing.anyDelivered()) {
      return null;
    }
    outgoing.owner(formerly);
    return new Remainder<>(outgoing, true);
  }
}
