package io.postern.log.rules.model;

import io.postern.contracts.Marks;
import io.postern.contracts.Owner;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.log.rules.AttemptKey;
import io.postern.log.rules.Chain;
import io.postern.log.rules.OutcomeRule;
import io.postern.log.rules.RecipientState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The invariants, while a schedule runs and after it. */
final class Checks {
  private final World world;
  @Nullable String violation;
  private final List<Session> sessions = new ArrayList<>();
  private final Map<Scheduler.Key, List<Taken>> accepted = new HashMap<>();
  private final Map<Scheduler.Key, Promise> promised = new HashMap<>();
  private final List<ReadLink> links = new ArrayList<>();
  private final Map<Attempt, Long> watchEnded = new HashMap<>();
  private final Map<Attempt, Long> opened = new HashMap<>();

  /** A host took the message for a recipient. */
  private record Taken(Session by, double dotReal, double validUntil, boolean unanswered) {}

  private record ReadLink(HomePartition partition, int offset, Chain.Link link) {}

  private record Promise(int attempt, int level, int version) {}

  private record Attempt(Scheduler.Key key, int attempt) {}

  Checks(World world) {
    this.world = world;
  }

  void bad(String violated) {
    if (violation == null) {
      violation = violated;
      world.trace("VIOLATION %s", violated);
    }
  }

  // ---- while it runs
  // -------------------------------------------------------------------------------

  void read(Holding holding, int offset, Chain.Link link) {
    links.add(new ReadLink(holding.partition, offset, link));
  }

  void begun(Session session) {
    sessions.add(session);
    if (session.of.released()) {
      // The Decision is the promise, whether or not it gets to MAIL FROM.
      for (int recipient : session.recipients) {
        promised.merge(
            new Scheduler.Key(session.queueId(), recipient),
            new Promise(session.of.attempt(), session.of.level(), session.of.routing()),
            (before, now) -> now.attempt() >= before.attempt() ? now : before);
      }
    }
  }

  void watchEnded(Scheduler.Key key, int attempt, long due) {
    watchEnded.put(new Attempt(key, attempt), due);
  }

  void opened(Scheduler.Key key, int attempt, long due) {
    opened.put(new Attempt(key, attempt), due);
  }

  /** MAIL FROM: only an administrator's change weakens the promise (G3). */
  void envelope(Session session) {
    World.Routing decided = world.routing(session.of.routing());
    World.Routing known = world.routing(world.routingAt(world.now - 2 * World.SILENT_MILLIS));
    if (session.of.routing() < known.version()
        && known.connector()
        && session.of.level() < known.level()) {
      bad("WEAKENED " + session + " below a version of long ago");
    }
    for (int recipient : session.recipients) {
      Scheduler.Key key = new Scheduler.Key(session.queueId(), recipient);
      Promise before = promised.get(key);
      if (before != null && before.attempt() > session.of.attempt()) {
        continue; // a replica that is behind by less than it may be
      }
      promised.put(key, new Promise(session.of.attempt(), session.of.level(), decided.version()));
      if (before != null
          && session.of.level() < before.level()
          && !session.of.released()
          && !loosened(before, session.of)) {
        bad("WEAKENED " + session + " from " + before);
      }
    }
  }

  /** Whether the connector itself was loosened meanwhile. */
  private boolean loosened(Promise before, Records.Decision decision) {
    for (int version = before.version() + 1; version <= decision.routing(); version++) {
      World.Routing routing = world.routing(version);
      if (routing.connector() && routing.level() <= decision.level()) {
        return true;
      }
    }
    return false;
  }

  /** No dot while another for the same recipient may still be sent. */
  void dot(Session session) {
    if (session.dotReal < session.validUntil) {
      for (Session other : sessions) {
        if (other != session
            && other.stage != Session.Stage.ENDED
            && !other.holding.by.dead
            && other.queueId().equals(session.queueId())
            && shares(session, other)
            && (other.stage == Session.Stage.CHECKED && world.now < other.validUntil
                || (other.stage != Session.Stage.CHECKED || !other.putOff.isEmpty())
                    && other.holding.by.dotLeft(other) > 0)) {
          bad("TWO_DOTS " + session + " and " + other);
        }
      }
    }
    for (int recipient : session.dotted) {
      boolean unanswered = session.unanswered.contains(recipient);
      if (unanswered || session.states.get(recipient) == OutcomeKind.DELIVERED) {
        Taken taken = new Taken(session, session.dotReal, session.validUntil, unanswered);
        List<Taken> before =
            accepted.computeIfAbsent(
                new Scheduler.Key(session.queueId(), recipient), k -> new ArrayList<>());
        for (Taken earlier : before) {
          duplicate(recipient, earlier, taken);
        }
        before.add(taken);
      }
    }
    sessions.removeIf(s -> s.stage == Session.Stage.ENDED);
  }

  private static boolean shares(Session one, Session other) {
    return other.mayDot(Deliverer.MOST_HOSTS).stream().anyMatch(one.dotted::contains);
  }

  private void duplicate(int recipient, Taken first, Taken second) {
    Session earlier = first.by();
    Session later = second.by();
    if (earlier == later) {
      bad("TWICE IN ONE ATTEMPT " + later + " for " + recipient);
      return;
    }
    if (first.unanswered()) {
      world.count("duplicates without a reply");
      return; // G5 (a)
    }
    world.count("duplicates");
    if (second.dotReal() >= second.validUntil() || first.dotReal() >= first.validUntil()) {
      return; // G5 (b)
    }
    Scheduler.Key key = new Scheduler.Key(later.queueId(), recipient);
    Long recorded = earlier.deliveredReal.get(recipient);
    Integer at = earlier.deliveredAt.get(recipient);
    Long ended = watchEnded.get(new Attempt(key, earlier.of.attempt()));
    if (ended != null && ended < second.dotReal() && (recorded == null || recorded >= ended)) {
      return;
    }
    boolean taken = earlier.holding != later.holding;
    if (taken
        && (at == null
            || at > later.holding.firstMarker
            || behindALaterOwner(earlier.holding.partition, at))) {
      return;
    }
    Long next = opened.get(new Attempt(key, later.of.attempt()));
    if (taken
        && earlier.of.attempt() < later.of.attempt()
        && next != null
        && recorded != null
        && recorded >= next) {
      return;
    }
    bad("DUPLICATE " + key + " " + earlier + " and " + later);
  }

  /** Its owner was replaced before the log had the outcome: no owner since then believes it. */
  private static boolean behindALaterOwner(HomePartition partition, int outcome) {
    Owner writer = partition.outcomes.at(outcome).owner();
    if (partition.outcomes.at(outcome).afterStillOpen()) {
      return false; // that counts
    }
    for (int at = 0; at < outcome; at++) {
      Records.Outcome before = partition.outcomes.at(at);
      if (before.taken() && before.owner().after(writer)) {
        return true;
      }
    }
    return false;
  }

  /** "Delivered" is visible in the log. */
  void outcome(Records.Outcome outcome, int offset) {
    if (outcome.session() < 0) {
      return;
    }
    for (RecipientState state : outcome.recipients()) {
      if (state.kind() == OutcomeKind.DELIVERED) {
        for (Taken taken :
            accepted.getOrDefault(
                new Scheduler.Key(outcome.queueId(), state.recipient()), List.of())) {
          Session session = taken.by();
          if (session.id == outcome.session()) {
            session.deliveredAt.putIfAbsent(state.recipient(), offset);
            session.deliveredReal.putIfAbsent(state.recipient(), world.now);
          }
        }
      }
    }
  }

  /**
   * Each pending recipient is in a place (G2), as the audit would find, were positions a snapshot.
   */
  void places(HomePartition partition) {
    Scheduler scheduler = world.scheduler(partition);
    Set<Scheduler.Key> found = new HashSet<>();
    Fold fold = new Fold(world, partition);
    Set<Attempt> ended = new HashSet<>();
    int from = (int) partition.delivered.outcomesFrom();
    for (int at = 0; at < partition.outcomes.end(); at++) {
      Records.Outcome outcome = partition.outcomes.at(at);
      List<OutcomeRule.Count> counts = fold.read(outcome);
      for (int i = 0; i < counts.size(); i++) {
        if (counts.get(i) == OutcomeRule.Count.SKIPPED) {
          continue;
        }
        int recipient = outcome.recipients().get(i).recipient();
        Scheduler.Key key = new Scheduler.Key(outcome.queueId(), recipient);
        if (at >= from) {
          ended.add(new Attempt(key, outcome.attempt()));
        }
        if (at >= scheduler.next()) {
          found.add(key);
          if (recipient == AttemptKey.NO_RECIPIENT) {
            found.addAll(scheduler.open(outcome.queueId(), outcome.attempt()));
          }
        }
      }
    }
    Chain chain = new Chain(Marks.NONE);
    for (int at = 0; at < partition.deliveries.end(); at++) {
      Records.Decision decision = partition.deliveries.at(at);
      Chain.Link link =
          chain.read(decision.source(), decision.sourceOffset(), previous(chain, decision));
      if (link == Chain.Link.NEXT && at >= partition.delivered.next()) {
        for (int recipient : recipients(partition, decision)) {
          Scheduler.Key key = new Scheduler.Key(decision.queueId(), recipient);
          if (!ended.contains(new Attempt(key, decision.attempt()))) {
            found.add(key);
          }
        }
      }
    }
    for (int at = (int) chain.marks().due() + 1; at < partition.due.end(); at++) {
      Records.Due due = partition.due.get(at);
      if (due != null) {
        due.recipients().forEach(r -> found.add(new Scheduler.Key(due.queueId(), r)));
      }
    }
    Map<Scheduler.Key, OutcomeKind> ends = fold.ends();
    for (int at = 0; at <= chain.marks().accepted(); at++) {
      Records.Accepted message = partition.accepted.get(at);
      for (int r = 0; message != null && r < message.recipients(); r++) {
        Scheduler.Key key = new Scheduler.Key(message.queueId(), r);
        if (!ends.containsKey(key) && !found.contains(key) && !scheduler.keeps(key)) {
          bad("NOWHERE " + key + " at " + partition.delivered);
          return;
        }
      }
    }
    world.count("accounted");
  }

  private static List<Integer> recipients(HomePartition partition, Records.Decision decision) {
    if (decision.source() == DecisionSource.SOURCE_DUE) {
      return partition.due.at(decision.sourceOffset()).recipients();
    }
    List<Integer> all = new ArrayList<>();
    for (int r = 0; r < partition.accepted.at(decision.sourceOffset()).recipients(); r++) {
      all.add(r);
    }
    return all;
  }

  // ---- after it
  // ------------------------------------------------------------------------------------

  boolean chainComplete(HomePartition partition) {
    Chain chain = new Chain(Marks.NONE);
    for (int i = 0; i < partition.deliveries.end(); i++) {
      Records.Decision decision = partition.deliveries.at(i);
      chain.read(decision.source(), decision.sourceOffset(), previous(chain, decision));
    }
    return nothingBeyond(partition.accepted, chain.marks().accepted())
        && nothingBeyond(partition.due, chain.marks().due());
  }

  private long previous(Chain chain, Records.Decision decision) {
    return world.has(Mutation.BARE_HIGH_WATER_MARK)
        ? chain.marks().of(decision.source())
        : decision.previous();
  }

  private static boolean nothingBeyond(Log<?> log, long mark) {
    for (int i = (int) mark + 1; i < log.end(); i++) {
      if (log.get(i) != null) {
        return false;
      }
    }
    return true;
  }

  void finish(boolean quiet) {
    for (HomePartition partition : world.partitions) {
      finish(partition);
    }
    if (violation == null && !quiet) {
      bad("STUCK " + world.state());
    }
  }

  private void finish(HomePartition partition) {
    Scheduler scheduler = world.scheduler(partition);
    Chain chain = new Chain(Marks.NONE);
    List<Chain.Link> all = new ArrayList<>();
    for (int i = 0; i < partition.deliveries.end(); i++) {
      Records.Decision decision = partition.deliveries.at(i);
      Chain.Link link =
          chain.read(decision.source(), decision.sourceOffset(), previous(chain, decision));
      all.add(link);
      world.count("decision " + link);
    }
    for (ReadLink link : links) {
      if (link.partition() == partition && all.get(link.offset()) != link.link()) {
        bad("READERS of Decision " + link + ": " + all.get(link.offset()));
        return;
      }
    }
    Fold fold = new Fold(world, partition);
    for (int i = 0; i < partition.outcomes.end(); i++) {
      List<OutcomeRule.Count> counts = fold.read(partition.outcomes.at(i));
      counts.forEach(c -> world.count("outcome " + c));
      if (i < scheduler.counted.size() && !scheduler.counted.get(i).equals(counts)) {
        bad("READERS of outcome " + i + ": " + scheduler.counted.get(i) + " and " + counts);
        return;
      }
    }
    Map<Scheduler.Key, OutcomeKind> ends = fold.ends();
    Set<Scheduler.Key> recipients = new HashSet<>();
    for (int i = 0; i < partition.accepted.end(); i++) {
      Records.Accepted message = partition.accepted.get(i);
      for (int r = 0; message != null && r < message.recipients(); r++) {
        recipients.add(new Scheduler.Key(message.queueId(), r));
      }
    }
    for (Scheduler.Key key : recipients) {
      OutcomeKind folded = ends.get(key);
      OutcomeKind scheduled = scheduler.ends.get(key);
      if (scheduled == null && folded == OutcomeKind.DELIVERED) {
        scheduled = folded;
      }
      if (folded == null) {
        bad("LOST " + key + " scheduler: " + scheduled);
        return;
      }
      if (folded != scheduled) {
        bad("FOLD of " + key + ": " + folded + ", scheduler: " + scheduled);
        return;
      }
      if (folded == OutcomeKind.DELIVERED && !accepted.containsKey(key)) {
        bad("PHANTOM " + key);
        return;
      }
      world.count("end " + folded);
    }
    readersFromTheMiddle(partition);
  }

  /**
   * A reader that begins somewhere agrees with all others from the next PartitionTaken that counts.
   */
  private void readersFromTheMiddle(HomePartition partition) {
    if (partition.outcomes.end() == 0) {
      return;
    }
    int from = world.random(partition.outcomes.end());
    Reader whole = new Reader(world);
    Reader late = new Reader(world);
    boolean known = false;
    for (int i = 0; i < partition.outcomes.end(); i++) {
      Records.Outcome outcome = partition.outcomes.at(i);
      List<OutcomeRule.Count> one = whole.read(outcome);
      if (i < from) {
        continue;
      }
      List<OutcomeRule.Count> other = late.read(outcome);
      known |= outcome.owner().equals(whole.inForce());
      if (!late.inForce().equals(whole.inForce()) && known) {
        bad("READERS from the middle: " + i + " since " + from);
        return;
      }
      if (!one.equals(other) && !outcome.afterStillOpen()) {
        world.count(known ? "middle disagrees though known" : "middle disagrees before known");
        if (known) {
          bad("READERS from the middle of outcome " + i + " since " + from);
          return;
        }
      }
    }
  }

  /** The audit's fold: a reader with the whole log, and none of the scheduler's state. */
  static final class Fold {
    private record Said(int attempt, OutcomeKind kind) {}

    private final World world;
    private final HomePartition partition;
    private final Reader reader;
    private final Map<Scheduler.Key, List<Said>> said = new TreeMap<>();

    Fold(World world, HomePartition partition) {
      this.world = world;
      this.partition = partition;
      this.reader = new Reader(world);
    }

    List<OutcomeRule.Count> read(Records.Outcome outcome) {
      List<OutcomeRule.Count> counts = reader.read(outcome);
      for (int i = 0; i < counts.size(); i++) {
        RecipientState state = outcome.recipients().get(i);
        if (counts.get(i) != OutcomeRule.Count.SKIPPED) {
          said.computeIfAbsent(
                  new Scheduler.Key(outcome.queueId(), state.recipient()), k -> new ArrayList<>())
              .add(new Said(outcome.attempt(), state.kind()));
        }
      }
      return counts;
    }

    /** Final states; a recipient without one is pending. */
    Map<Scheduler.Key, OutcomeKind> ends() {
      Map<Scheduler.Key, Integer> annulled = new HashMap<>(); // outcomes of attempts up to it
      Map<Scheduler.Key, Integer> overtaken = new HashMap<>(); // states of attempts up to it
      for (int i = 0; i < partition.due.end(); i++) {
        Records.Due due = partition.due.get(i);
        if (due != null) {
          for (int recipient : due.recipients()) {
            Scheduler.Key key = new Scheduler.Key(due.queueId(), recipient);
            annulled.merge(key, due.attempt() - 1, Math::max);
            overtaken.merge(key, due.attempt() - 1, Math::max);
          }
        }
      }
      Map<Scheduler.Key, Records.ScheduleOutcome> last = new HashMap<>();
      for (int i = 0; i < partition.scheduleOutcomes.end(); i++) {
        Records.ScheduleOutcome outcome = partition.scheduleOutcomes.get(i);
        if (outcome != null) {
          Scheduler.Key key = new Scheduler.Key(outcome.queueId(), outcome.recipient());
          annulled.merge(key, outcome.attempt(), Math::max);
          last.put(key, outcome);
        }
      }
      Map<Scheduler.Key, OutcomeKind> ends = new TreeMap<>();
      boolean all = world.has(Mutation.NOTHING_ANNULLED);
      said.forEach(
          (key, states) -> {
            for (Said state : states) {
              if (state.kind() == OutcomeKind.DELIVERED) {
                ends.put(key, state.kind());
              } else if (state.kind() == OutcomeKind.FAILED
                  && (all || state.attempt() > annulled.getOrDefault(key, 0))) {
                ends.putIfAbsent(key, state.kind());
              }
            }
          });
      last.forEach(
          (key, outcome) -> {
            boolean end =
                outcome.kind() == OutcomeKind.CANCELLED
                    || outcome.kind() == OutcomeKind.EXPIRED_OUTCOME;
            if (end && outcome.attempt() > overtaken.getOrDefault(key, 0)) {
              if (Objects.equals(ends.get(key), OutcomeKind.FAILED)) {
                world.checks.bad("FOLD of " + key + ": failed and " + outcome.kind());
              }
              ends.putIfAbsent(key, outcome.kind());
            }
          });
      return ends;
    }
  }
}
