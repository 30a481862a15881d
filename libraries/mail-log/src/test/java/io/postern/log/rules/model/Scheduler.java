package io.postern.log.rules.model;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.log.rules.AttemptKey;
import io.postern.log.rules.AttemptRule;
import io.postern.log.rules.OutcomeRule;
import io.postern.log.rules.ReadingProgress;
import io.postern.log.rules.RecipientState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler of one home partition: each step is a transaction, which may be aborted; a replica
 * that takes it over has the same state and other clocks.
 */
final class Scheduler {
  private static final int HOLD_LIMIT_STEPS = 400;
  private static final int REMEMBER_STEPS = 500;

  enum State {
    WAITING,
    OPEN,
    HELD,
    WATCHED,
    DELIVERED_MARK,
    REMEMBERED
  }

  /** A recipient that is not final, or was delivered after it was tried again. */
  static final class Entry {
    State state;
    int attempt;
    long due;
    long dueReal; // when that was in real time, for the duplicates that are allowed
    long expires;
    Owner watchedBy = Owner.NOBODY;
    Records.Wish remembered = Records.Wish.NONE;
    int level;
    int routing; // the version of that
    boolean released;

    Entry(State state, int attempt, long expires) {
      this.state = state;
      this.attempt = attempt;
      this.expires = expires;
    }
  }

  record Key(String queueId, int recipient) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byId = queueId.compareTo(other.queueId);
      return byId != 0 ? byId : Integer.compare(recipient, other.recipient);
    }
  }

  private final World world;
  private final HomePartition partition;
  private Machine machine;
  private long setBack;
  private OutcomeRule rule = new OutcomeRule(Owner.NOBODY);
  private final Reader online;
  final List<List<OutcomeRule.Count>> counted = new ArrayList<>();
  final Map<Key, Entry> entries = new TreeMap<>();
  final Map<Key, OutcomeKind> ends = new TreeMap<>();
  private ReadingProgress progress = new ReadingProgress();
  private long asked = -1;
  private int next;
  private int nextControl;
  long awayUntil;

  Scheduler(World world, HomePartition partition) {
    this.world = world;
    this.partition = partition;
    this.machine = world.newMachine();
    this.online = new Reader(world);
  }

  int next() {
    return next;
  }

  /** An entry is the recipient's place. */
  boolean keeps(Key key) {
    Entry entry = entries.get(key);
    return entry != null
        && switch (entry.state) {
          case WAITING, HELD, WATCHED -> true;
          case OPEN, DELIVERED_MARK, REMEMBERED -> false;
        };
  }

  /** Recipients of whom this attempt is open. */
  List<Key> open(String queueId, int attempt) {
    return entries.entrySet().stream()
        .filter(
            e ->
                e.getKey().queueId().equals(queueId)
                    && e.getValue().state == State.OPEN
                    && e.getValue().attempt == attempt)
        .map(Map.Entry::getKey)
        .toList();
  }

  void restart(long awayMillis) {
    awayUntil = world.now + awayMillis;
    machine = world.newMachine(setBack);
    progress = new ReadingProgress();
    progress.read(next);
    asked = -1;
    world.trace("scheduler of %s moves, away for %d", partition, awayMillis);
  }

  /** A wall clock that is set forward by more than the margin ends watches early: not modelled. */
  void setBack(long byMillis) {
    machine.set(-byMillis);
    setBack -= byMillis; // wherever it moves: due times are the wall clock's
    world.trace("scheduler of %s: its clock is set back by %d", partition, byMillis);
  }

  void step() {
    if (world.now < awayUntil
        || !world.mayStart()
        || !partition.hasPositions(Growth.Topic.OUTCOMES, Growth.Topic.CONTROLS)) {
      return;
    }
    if (world.faults && world.chance(.06)) {
      partition.due.append(null); // a transaction was aborted
      partition.scheduleOutcomes.append(null);
      return;
    }
    if (asked >= 0) {
      progress.end(asked, partition.outcomes.visible());
      asked = -1;
    } else if (world.chance(.2)) {
      asked = machine.millis();
    }
    if (nextControl < partition.controls.visible() && world.chance(.3)) {
      control(partition.controls.at(nextControl++));
      return;
    }
    if (world.chance(.5) && time()) {
      return;
    }
    if (next < partition.outcomes.visible()) {
      Records.Outcome outcome = partition.outcomes.at(next++);
      counted.add(online.read(outcome));
      apply(outcome);
      progress.read(next);
    }
  }

  // ---- outcomes
  // ----------------------------------------------------------------------------------

  private void apply(Records.Outcome outcome) {
    if (outcome.taken()) {
      if (world.has(Mutation.OWNER_NOT_COMPARED)) {
        rule = new OutcomeRule(outcome.owner());
      } else {
        rule.taken(outcome.owner());
      }
      return;
    }
    if (skippedByHeader(outcome)) {
      outcome
          .recipients()
          .forEach(r -> ends.put(new Key(outcome.queueId(), r.recipient()), OutcomeKind.DELIVERED));
      return;
    }
    Owner owner = world.has(Mutation.FORMER_OWNER_BELIEVED) ? rule.inForce() : outcome.owner();
    for (RecipientState state : outcome.recipients()) {
      Key key = new Key(outcome.queueId(), state.recipient());
      Entry entry = entries.get(key);
      OutcomeRule.Count count =
          rule.of(
              owner,
              state.kind(),
              outcome.afterStillOpen(),
              () ->
                  entry != null
                      && entry.state == State.WATCHED
                      && entry.attempt == outcome.attempt()
                      && (entry.watchedBy.equals(outcome.owner())
                          || world.has(Mutation.WATCH_OF_ANY_OWNER)));
      world.trace(
          "scheduler %s: %s %s/%d %s by %s %s",
          partition,
          state,
          outcome.queueId(),
          outcome.attempt(),
          count,
          outcome.owner(),
          entry == null ? "-" : entry.state + "/" + entry.attempt);
      if (count == OutcomeRule.Count.SKIPPED) {
        continue;
      }
      if (state.recipient() == AttemptKey.NO_RECIPIENT) {
        nameless(outcome);
      } else {
        apply(key, entry, outcome, state.kind(), count);
      }
    }
  }

  /** A first attempt that delivered everything, by the present owner: nothing waits for it. */
  private boolean skippedByHeader(Records.Outcome outcome) {
    return outcome.attempt() == 1
        && !outcome.afterStillOpen()
        && outcome.owner().equals(rule.inForce())
        && outcome.recipients().stream().allMatch(r -> r.kind() == OutcomeKind.DELIVERED)
        && entries.entrySet().stream()
            .noneMatch(
                e ->
                    e.getKey().queueId().equals(outcome.queueId())
                        && e.getValue().state == State.REMEMBERED);
  }

  private static AttemptRule.Entry entryOf(@Nullable Entry entry) {
    if (entry == null) {
      return AttemptRule.Entry.NONE;
    }
    return switch (entry.state) {
      case REMEMBERED -> AttemptRule.Entry.NONE;
      case OPEN -> AttemptRule.Entry.OPEN;
      case WATCHED -> AttemptRule.Entry.WATCHED;
      case WAITING, HELD, DELIVERED_MARK -> AttemptRule.Entry.CLOSED;
    };
  }

  private void apply(
      Key key,
      @Nullable Entry entry,
      Records.Outcome outcome,
      OutcomeKind kind,
      OutcomeRule.Count count) {
    boolean ofOpen =
        AttemptRule.isOfOpenAttempt(
            entryOf(entry),
            entry == null ? 0 : entry.attempt,
            entry == null
                ? Owner.NOBODY
                : world.has(Mutation.WATCH_OF_ANY_OWNER) ? outcome.owner() : entry.watchedBy,
            outcome.attempt(),
            outcome.owner(),
            outcome.afterStillOpen());
    if (kind == OutcomeKind.DELIVERED) {
      delivered(key, entry, outcome, ofOpen && count == OutcomeRule.Count.COUNTS);
      return;
    }
    if (!ofOpen) {
      return;
    }
    Entry now =
        entry != null && entry.state != State.REMEMBERED
            ? entry
            : begin(key, outcome, entry == null ? Records.Wish.NONE : entry.remembered);
    now.attempt = outcome.attempt();
    now.level = outcome.level();
    now.routing = outcome.routing();
    now.released = false;
    switch (kind) {
      case STILL_OPEN -> {
        if (now.state != State.WATCHED) {
          now.state = State.WATCHED;
          now.watchedBy = outcome.owner();
          due(now, 3 * world.watch()); // the dot's, its reply's, and a margin;
        }
      }
      case DEFERRED -> {
        now.state = State.WAITING;
        due(now, world.faults ? world.steps(world.random(50)) : 500);
        obey(key, now);
      }
      case FAILED -> end(key, OutcomeKind.FAILED);
      case HELD -> {
        hold(now);
        obey(key, now);
      }
      default -> throw new IllegalStateException("an outcome of kind " + kind);
    }
  }

  private Entry begin(Key key, Records.Outcome outcome, Records.Wish remembered) {
    if (ends.containsKey(key)) {
      world.checks.bad("REVIVED " + key + " by " + outcome);
    }
    Entry entry = new Entry(State.OPEN, outcome.attempt(), world.expires(key.queueId()));
    entry.remembered = remembered;
    entries.put(key, entry);
    return entry;
  }

  private void delivered(
      Key key, @Nullable Entry entry, Records.Outcome outcome, boolean ofOpenAttempt) {
    if (entry != null && entry.state == State.DELIVERED_MARK) {
      return;
    }
    boolean usual = ofOpenAttempt && !outcome.afterStillOpen();
    ends.put(key, OutcomeKind.DELIVERED);
    entries.remove(key);
    if (!usual && !world.has(Mutation.NO_DELIVERED_MARK)) {
      entries.put(key, new Entry(State.DELIVERED_MARK, outcome.attempt(), Long.MAX_VALUE));
    }
  }

  private void nameless(Records.Outcome outcome) {
    entries.forEach(
        (key, entry) -> {
          if (key.queueId().equals(outcome.queueId())
              && entry.state == State.OPEN
              && entry.attempt == outcome.attempt()) {
            hold(entry);
            say(key, entry, OutcomeKind.HELD);
          }
        });
  }

  // ---- states
  // --------------------------------------------------------------------------------------

  private void due(Entry entry, long inMillis) {
    entry.due = machine.millis() + inMillis;
    entry.dueReal = world.now + inMillis;
  }

  private void hold(Entry entry) {
    entry.state = State.HELD;
    due(entry, world.steps(HOLD_LIMIT_STEPS));
  }

  private void say(Key key, Entry entry, OutcomeKind kind) {
    partition.scheduleOutcomes.append(
        new Records.ScheduleOutcome(key.queueId(), key.recipient(), entry.attempt, kind));
  }

  private void end(Key key, OutcomeKind kind) {
    OutcomeKind before = ends.put(key, kind);
    if (before != null) {
      world.checks.bad("TWO_ENDS " + key + " " + before + " and " + kind);
    }
    entries.remove(key);
    world.trace("scheduler %s: %s has ended %s", partition, key, kind);
  }

  private void endByItself(Key key, Entry entry, OutcomeKind kind) {
    say(key, entry, kind);
    end(key, kind);
  }

  private void obey(Key key, Entry entry) {
    Records.Wish wish = entry.remembered;
    entry.remembered = Records.Wish.NONE;
    switch (wish) {
      case CANCEL -> endByItself(key, entry, OutcomeKind.CANCELLED);
      case HOLD -> {
        if (entry.state != State.HELD) {
          hold(entry);
          say(key, entry, OutcomeKind.HELD);
        }
      }
      case RETRY -> {
        if (entry.state == State.WAITING) {
          due(entry, 0);
        }
      }
      case RELEASE, NONE -> {}
    }
  }

  // ---- controls
  // ------------------------------------------------------------------------------------

  private void control(Records.Control control) {
    Key key = new Key(control.queueId(), control.recipient());
    Entry entry = entries.get(key);
    world.trace("scheduler %s: %s", partition, control);
    if (entry == null) {
      Entry remembered = new Entry(State.REMEMBERED, 0, Long.MAX_VALUE);
      remembered.remembered = combined(Records.Wish.NONE, control.wish());
      due(remembered, world.steps(REMEMBER_STEPS));
      if (remembered.remembered != Records.Wish.NONE) {
        entries.put(key, remembered);
      }
      return;
    }
    switch (entry.state) {
      case OPEN, WATCHED, REMEMBERED -> {
        entry.remembered = combined(entry.remembered, control.wish());
        if (entry.state == State.REMEMBERED && entry.remembered == Records.Wish.NONE) {
          entries.remove(key);
        }
      }
      case WAITING -> {
        switch (control.wish()) {
          case HOLD -> {
            hold(entry);
            say(key, entry, OutcomeKind.HELD);
          }
          case RETRY -> due(entry, 0);
          case CANCEL -> endByItself(key, entry, OutcomeKind.CANCELLED);
          case RELEASE, NONE -> {}
        }
      }
      case HELD -> {
        switch (control.wish()) {
          case RELEASE -> {
            entry.state = State.WAITING;
            entry.released = true;
            due(entry, 0);
            say(key, entry, OutcomeKind.RELEASED);
          }
          case CANCEL -> endByItself(key, entry, OutcomeKind.CANCELLED);
          case HOLD, RETRY, NONE -> {}
        }
      }
      case DELIVERED_MARK -> {}
    }
  }

  private static Records.Wish combined(Records.Wish before, Records.Wish now) {
    return switch (now) {
      case CANCEL -> now;
      case HOLD -> before == Records.Wish.CANCEL ? before : now;
      case RETRY -> before == Records.Wish.CANCEL || before == Records.Wish.HOLD ? before : now;
      case RELEASE -> before == Records.Wish.HOLD ? Records.Wish.NONE : before;
      case NONE -> before;
    };
  }

  // ---- time
  // ----------------------------------------------------------------------------------------

  @SuppressWarnings("ModifyCollectionInEnhancedForLoop") // and returns
  private boolean time() {
    long now = machine.millis();
    long known = world.has(Mutation.WATCH_ENDS_BEFORE_BACKLOG) ? now : progress.until(now);
    for (Map.Entry<Key, Entry> each : entries.entrySet()) {
      Key key = each.getKey();
      Entry entry = each.getValue();
      boolean timed =
          switch (entry.state) {
            case WAITING, HELD, WATCHED, REMEMBERED -> true;
            case OPEN, DELIVERED_MARK -> false;
          };
      if (!timed || known < entry.due || world.chance(.3)) {
        continue;
      }
      boolean expired = world.now >= entry.expires;
      switch (entry.state) {
        case WAITING -> {
          if (expired) {
            endByItself(key, entry, OutcomeKind.EXPIRED_OUTCOME);
          } else {
            open(key, entry);
          }
        }
        case HELD -> endByItself(key, entry, OutcomeKind.CANCELLED);
        case WATCHED -> watchOver(key, entry, expired);
        case REMEMBERED -> entries.remove(key);
        case OPEN, DELIVERED_MARK -> {}
      }
      return true;
    }
    return false;
  }

  private void watchOver(Key key, Entry entry, boolean expired) {
    world.trace("scheduler %s: the watch of %s/%d is over", partition, key, entry.attempt);
    world.checks.watchEnded(key, entry.attempt, entry.dueReal);
    Records.Wish wish = entry.remembered;
    if (wish == Records.Wish.CANCEL) {
      obey(key, entry);
    } else if (expired) {
      endByItself(key, entry, OutcomeKind.EXPIRED_OUTCOME);
    } else if (wish == Records.Wish.HOLD) {
      entry.remembered = Records.Wish.NONE;
      hold(entry);
      say(key, entry, OutcomeKind.HELD);
    } else {
      open(key, entry);
    }
  }

  /** The next attempt of the recipient, and with it of others of the message that wait. */
  private void open(Key key, Entry entry) {
    List<Integer> recipients = new ArrayList<>();
    int before = entry.attempt;
    long now = machine.millis();
    entries.forEach(
        (other, waits) -> {
          boolean with =
              waits.state == State.WAITING
                  && other.queueId().equals(key.queueId())
                  && waits.attempt == before
                  && waits.level == entry.level
                  && waits.routing == entry.routing
                  && waits.released == entry.released
                  && now >= waits.due
                  && world.now < waits.expires
                  && progress.readUntil() >= waits.due;
          if (other.equals(key) || with) {
            recipients.add(other.recipient());
            waits.state = State.OPEN;
            waits.attempt = before + 1;
            waits.remembered = Records.Wish.NONE;
            world.checks.opened(other, waits.attempt, waits.dueReal);
          }
        });
    partition.due.append(
        new Records.Due(
            key.queueId(), recipients, entry.attempt, entry.level, entry.routing, entry.released));
    if (world.chance(.5)) {
      partition.due.append(null); // the transaction's marker
    }
    world.trace("scheduler %s: due %s/%d", partition, key, entry.attempt);
  }

  boolean quiet() {
    return next >= partition.outcomes.end()
        && nextControl >= partition.controls.end()
        && entries.values().stream().allMatch(e -> e.state == State.DELIVERED_MARK);
  }

  String state() {
    StringBuilder text = new StringBuilder("scheduler " + next + "/" + partition.outcomes.end());
    entries.forEach(
        (k, e) -> {
          if (e.state != State.DELIVERED_MARK) {
            text.append(" " + k + " " + e.state + "/" + e.attempt);
          }
        });
    return text.toString();
  }
}
