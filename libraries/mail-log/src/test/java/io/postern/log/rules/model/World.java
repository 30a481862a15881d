package io.postern.log.rules.model;

import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One schedule from one seed: a time of faults, then a time in which everything drains, then the
 * checks. Time is simulated; a step is some tens of milliseconds, so that leases of 5 s, waits and
 * watches meet.
 */
final class World {
  static final long SILENT_MILLIS = 10_000;

  private final SplittableRandom random;
  private final Set<Mutation> mutations;
  private final @Nullable List<String> trace;
  final Map<String, Long> counts = new TreeMap<>();
  long now;
  boolean faults = true;
  final Checks checks = new Checks(this);
  final List<HomePartition> partitions = new ArrayList<>();
  private final Map<HomePartition, Scheduler> schedulers = new LinkedHashMap<>();
  final Group deciderGroup = new Group(this);
  final Group deliveryGroup = new Group(this);
  private final List<Replica> deciders = new ArrayList<>();
  private final List<Replica> deliverers = new ArrayList<>();
  private final List<Producer> producers = new ArrayList<>();
  private final List<Producer.Batch<?>> network = new ArrayList<>(); // may still be written
  private final List<Replica> dead = new ArrayList<>(); // not yet missed by their group
  private final List<Routing> routings = new ArrayList<>();
  private final Map<String, Long> expiries = new LinkedHashMap<>();
  private final Map<HomePartition, Integer> seen = new LinkedHashMap<>(); // outcomes, by the checks
  private int sessions;
  private int names;
  private int messages;
  private int messagesLeft;
  private boolean growing;
  private @Nullable Growth growth;
  private final SplittableRandom growthRandom; // apart: schedules without growth stay as they are
  private int ingressPartitions;
  private final int stepMillis; // at most, while there are faults
  private final List<Machine> machines = new ArrayList<>();

  /**
   * One version of an organization's connectors.
   *
   * @param connector whether it is there
   */
  record Routing(int version, boolean connector, int level, long since) {}

  World(long seed, Set<Mutation> mutations, boolean traced) {
    this.random = new SplittableRandom(seed);
    this.growthRandom = new SplittableRandom(~seed);
    this.mutations =
        mutations.isEmpty() ? EnumSet.noneOf(Mutation.class) : EnumSet.copyOf(mutations);
    this.trace = traced ? new ArrayList<>() : null;
    stepMillis =
        switch (random.nextInt(3)) {
          case 0 -> 20;
          case 1 -> 50;
          default -> 120;
        };
    int machineCount = 2 + random.nextInt(2);
    for (int i = 0; i < machineCount; i++) {
      machines.add(newMachine());
    }
    routings.add(new Routing(0, true, random.nextInt(3), Long.MIN_VALUE / 2));
    messagesLeft = 2 + random.nextInt(4);
    addPartition();
    if (chance(.15)) {
      addPartition();
    }
    growing = chance(.15);
    ingressPartitions = partitions.size();
    int deciding = 2 + random.nextInt(2);
    for (int i = 0; i < deciding; i++) {
      deciders.add(new Decider(this, "decider" + names++));
    }
    int delivering = 2 + random.nextInt(2);
    for (int i = 0; i < delivering; i++) {
      deliverers.add(new Deliverer(this, "delivery" + names++));
    }
    deciderGroup.join(deciders.get(0));
    deliveryGroup.join(deliverers.get(0));
  }

  // ---- for all
  // -------------------------------------------------------------------------------------

  boolean has(Mutation mutation) {
    return mutations.contains(mutation);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  int random(int bound) {
    return random.nextInt(bound);
  }

  double fraction() {
    return random.nextDouble();
  }

  void trace(String format, @Nullable Object... arguments) {
    if (trace != null) {
      trace.add(now + ": " + String.format(format, arguments));
    }
  }

  List<String> traced() {
    return trace == null ? List.of() : trace;
  }

  void count(String event) {
    counts.merge(event, 1L, Long::sum);
  }

  /** So many steps take on average. */
  long steps(int steps) {
    return (long) steps * stepMillis / 2;
  }

  /**
   * Open for as long as this, a session is handed over; then it may send its dot for as long, and
   * its reply is waited for.
   */
  long watch() {
    return Math.max(1_000, steps(60));
  }

  /** One of those that replicas share. */
  Machine machine() {
    return machines.get(random.nextInt(machines.size()));
  }

  Machine newMachine() {
    return newMachine(0);
  }

  Machine newMachine(long wallAhead) {
    return new Machine(
        "m" + names++,
        () -> now,
        .99 + random.nextInt(21) / 1000.0,
        random.nextInt(1_000_000) * 1_000_000L,
        wallAhead + random.nextInt(401) - 200);
  }

  Producer producer(Replica owner) {
    Producer producer = new Producer(owner);
    producers.add(producer);
    return producer;
  }

  void close(Producer producer) {
    producers.remove(producer);
    for (Producer.Batch<?> batch : producer.close()) {
      if (chance(.6)) {
        network.add(late(batch));
      }
    }
  }

  private Producer.Batch<?> late(Producer.Batch<?> batch) {
    batch.notBefore = now + steps(chance(.7) ? random.nextInt(20) : random.nextInt(700));
    return batch;
  }

  int nextSession() {
    return sessions++;
  }

  Scheduler scheduler(HomePartition partition) {
    Scheduler scheduler = schedulers.get(partition);
    if (scheduler == null) {
      throw new IllegalStateException("no scheduler of " + partition);
    }
    return scheduler;
  }

  int routing() {
    return routings.size() - 1;
  }

  Routing routing(int version) {
    return routings.get(version);
  }

  int routingAt(long time) {
    int version = 0;
    while (version + 1 < routings.size() && routings.get(version + 1).since() <= time) {
      version++;
    }
    return version;
  }

  long expires(String queueId) {
    Long at = expiries.get(queueId);
    return at == null ? Long.MAX_VALUE : at;
  }

  // Facts of a message that every decider finds alike.
  boolean undecidable(Records.Due due) {
    return Math.floorMod(due.queueId().hashCode() * 31 + due.attempt(), 23) == 7;
  }

  boolean noRoute(String queueId, int recipient, int attempt) {
    return Math.floorMod(queueId.hashCode() * 17 + recipient * 5 + attempt, 19) == 3;
  }

  boolean secondHop(String queueId, int recipient) {
    return Math.floorMod(queueId.hashCode() + recipient, 3) == 1;
  }

  // ---- events
  // --------------------------------------------------------------------------------

  private void addPartition() {
    add(new HomePartition(partitions.size(), true));
  }

  private void add(HomePartition partition) {
    partitions.add(partition);
    schedulers.put(partition, new Scheduler(this, partition));
    seen.put(partition, 0);
  }

  /** Whether decider, delivery and scheduler start: a log that is half grown is refused. */
  boolean mayStart() {
    return growth == null || partitions.getLast().whole();
  }

  boolean anyMember() {
    return !deciderGroup.empty() || !deliveryGroup.empty();
  }

  /** Deciders, deliverers and scheduler stop; the command adds a partition; they start again. */
  private void grow() {
    growing = false;
    trace("growth");
    count("growth");
    for (int i = 0; i < deciders.size(); i++) {
      replace(deciders, i, true);
    }
    for (int i = 0; i < deliverers.size(); i++) {
      replace(deliverers, i, true);
    }
    HomePartition partition = new HomePartition(partitions.size(), false);
    add(partition);
    growth = new Growth(this, partition, growthRandom);
    messagesLeft += 2;
  }

  /** The command goes on, and ingress looks at the log now and then. */
  private void growFurther(Growth command) {
    if (!command.over() && growthRandom.nextInt(8) == 0) {
      command.step();
    }
    if (growthRandom.nextInt(8) == 0) {
      lookForPartitions();
    }
    if (messagesLeft > 0 && growthRandom.nextInt(60) == 0) {
      accept();
    }
  }

  private void lookForPartitions() {
    HomePartition last = partitions.getLast();
    boolean usable =
        has(Mutation.ACCEPTED_BEFORE_DELIVERIES)
            ? last.made.contains(Growth.Topic.ACCEPTED) && last.made.contains(Growth.Topic.CONTENT)
            : last.whole();
    if (usable) {
      ingressPartitions = partitions.size();
    }
  }

  private void replace(List<Replica> all, int index, boolean missedAtOnce) {
    Replica old = all.get(index);
    trace("%s dies", old);
    if (old instanceof Deliverer deliverer) {
      deliverer.allSessions().forEach(s -> s.stage = Session.Stage.ENDED);
    }
    old.die();
    all.set(
        index,
        old instanceof Decider
            ? new Decider(this, "decider" + names++)
            : new Deliverer(this, "delivery" + names++));
    if (missedAtOnce) {
      old.group.expel(old);
    } else {
      dead.add(old);
    }
  }

  private void accept() {
    messagesLeft--;
    HomePartition partition = partitions.get(random.nextInt(ingressPartitions));
    if (growth != null) {
      count(growth.over() ? "accepted after growth" : "accepted in growth");
      if (!partition.whole()) {
        // Nobody reads it before the command is run again, which may be after its lifetime.
        checks.bad("ACCEPTED_EARLY in " + partition + ", which only " + partition.made + " have");
      }
    }
    if (chance(.3)) {
      partition.accepted.append(null);
    }
    String queueId = "m" + messages++ + "x" + random.nextInt(100);
    expiries.put(queueId, now + steps(200 + random.nextInt(chance(.2) ? 400 : 6_000)));
    partition.accepted.append(
        new Records.Accepted(queueId, 1 + random.nextInt(3), expires(queueId)));
    trace("accepted %s in %s", queueId, partition);
  }

  private void control() {
    if (messages == 0) {
      return;
    }
    HomePartition partition = partitions.get(random.nextInt(partitions.size()));
    if (partition.accepted.end() == 0) {
      return;
    }
    Records.Accepted message = partition.accepted.get(random.nextInt(partition.accepted.end()));
    if (message == null) {
      return;
    }
    Records.Wish[] wishes = Records.Wish.values();
    Records.Wish wish = wishes[1 + random.nextInt(wishes.length - 1)];
    if (wish == Records.Wish.CANCEL && chance(.6)) {
      wish = Records.Wish.RELEASE;
    }
    partition.controls.append(
        new Records.Control(message.queueId(), random.nextInt(message.recipients()), wish));
  }

  private void changeRouting() {
    boolean connector = chance(.7);
    routings.add(new Routing(routings.size(), connector, random.nextInt(3), now));
    trace("routing %s", routings.getLast());
  }

  private void fault() {
    boolean delivery = chance(.65);
    List<Replica> all = delivery ? deliverers : deciders;
    Group group = delivery ? deliveryGroup : deciderGroup;
    int index = random.nextInt(all.size());
    HomePartition partition = partitions.get(random.nextInt(partitions.size()));
    if (chance(.5) && group.owned(partition)) {
      int owner = all.indexOf(group.ownerOf(partition));
      index = owner >= 0 ? owner : index;
    }
    Replica process = all.get(index);
    double kind = random.nextDouble();
    if (kind < .3) {
      process.pausedUntil = now + steps(20 + random.nextInt(250));
      boolean asleep = chance(.3);
      if (asleep) {
        process.machine.sleepUntil(process.pausedUntil);
      }
      trace(
          "%s, on %s, %s until %d",
          process, process.machine.name(), asleep ? "sleeps" : "pauses", process.pausedUntil);
      count("pause");
      if (chance(.6)) {
        group.expel(process);
      }
    } else if (kind < .55) {
      group.ask(partition);
      count("revocation");
    } else if (kind < .73) {
      group.expel(process);
      count("expulsion");
    } else if (kind < .83) {
      replace(all, index, chance(.5));
      count("crash");
    } else if (kind < .9) {
      int by = random.nextInt(20_001) - 10_000;
      trace(
          "the clock of %s, of %s, is set by %d%s",
          process.machine.name(), process, by, process.machine.asleep() ? ", but it sleeps" : "");
      process.machine.set(by);
      count("clock set");
    } else if (kind < .93) {
      scheduler(partition).setBack(random.nextInt(10_000));
      count("scheduler's clock set back");
    } else {
      scheduler(partition).restart(steps(chance(.5) ? random.nextInt(40) : random.nextInt(500)));
      count("scheduler moved");
    }
  }

  /** Broker and network. */
  private void io() {
    if (chance(.6)) {
      HomePartition partition = partitions.get(random.nextInt(partitions.size()));
      for (Log<?> log : partition.logs) {
        if (chance(.8)) {
          log.show(
              log.visible()
                  + (chance(.7)
                      ? log.end() - log.visible()
                      : 1 < log.end() - log.visible() ? 1 : log.end() - log.visible()));
        }
      }
      for (int at = seenOf(partition); at < partition.outcomes.visible(); at++) {
        checks.outcome(partition.outcomes.at(at), at);
        seen.put(partition, at + 1);
      }
    }
    if (!producers.isEmpty()) {
      Producer producer = producers.get(random.nextInt(producers.size()));
      for (Map.Entry<Log<?>, Deque<Producer.Batch<?>>> each :
          List.copyOf(producer.queues.entrySet())) {
        produce(producer, each.getValue());
        if (each.getValue().isEmpty()) {
          producer.queues.remove(each.getKey());
        }
      }
    }
    if (!network.isEmpty() && chance(.3)) {
      Producer.Batch<?> batch = network.get(random.nextInt(network.size()));
      if (now >= batch.notBefore) {
        network.remove(batch);
        if (chance(.8)) {
          batch.append();
          trace("late write %s", batch.value);
          count("late write");
        }
      }
    }
  }

  private int seenOf(HomePartition partition) {
    return seen.getOrDefault(partition, 0);
  }

  private void produce(Producer producer, Deque<Producer.Batch<?>> queue) {
    Producer.Batch<?> head = queue.peek();
    if (head == null) {
      return;
    }
    if (faults && chance(.04)) {
      queue.poll();
      head.lost = true;
      if (!head.appended && chance(.6)) {
        network.add(late(head));
      }
      producer.owner.answers.add(head);
      count("failed send");
    } else if (!head.appended) {
      head.append();
      trace("appended at %d: %s", head.offset, head.value);
    } else if (head.offset < head.log.visible()) {
      queue.poll();
      producer.owner.answers.add(head);
    }
  }

  // ---- the run
  // -------------------------------------------------------------------------------------

  private void tick() {
    now += 1 + random.nextInt(faults ? stepMillis : 120);
    machines.forEach(Machine::wakeWhenDue);
    if (growth != null) {
      growFurther(growth);
    }
    double draw = random.nextDouble();
    if (draw > .997) {
      checks.places(partitions.get(random.nextInt(partitions.size())));
    }
    if (messagesLeft > 0 && (draw < .01 || !faults)) {
      accept();
    } else if (faults && draw < .018) {
      fault();
    } else if (faults && draw < .022) {
      control();
    } else if (faults && draw < .027) {
      changeRouting();
    } else if (faults && draw < .028 && growing) {
      grow();
    } else if (draw < .035 && !dead.isEmpty()) {
      Replica gone = dead.removeFirst();
      gone.group.expel(gone);
    } else if (draw < .36) {
      io();
    } else if (draw < .43) {
      deciderGroup.step();
      deliveryGroup.step();
    } else if (draw < .53) {
      scheduler(partitions.get(random.nextInt(partitions.size()))).step();
    } else if (draw < .67) {
      run(deciders, deciderGroup, .5);
    } else {
      run(deliverers, deliveryGroup, .6);
    }
  }

  private void run(List<Replica> all, Group group, double ownerFirst) {
    HomePartition partition = partitions.get(random.nextInt(partitions.size()));
    Replica process = all.get(random.nextInt(all.size()));
    if (chance(ownerFirst) && group.owned(partition) && !group.ownerOf(partition).dead) {
      process = group.ownerOf(partition);
    }
    if (process.pausedUntil <= now && !process.machine.asleep()) {
      process.step();
    }
  }

  private void endFaults() {
    faults = false;
    trace("no more faults");
    network.forEach(
        b -> {
          if (chance(.5)) {
            b.append();
          }
        });
    network.clear();
    for (List<Replica> all : List.of(deciders, deliverers)) {
      for (Replica process : all) {
        process.pausedUntil = 0;
      }
    }
    machines.forEach(Machine::wake);
    dead.forEach(p -> p.group.expel(p));
    dead.clear();
    if (growth != null) {
      if (!mayStart()) {
        growth.finish();
      }
      lookForPartitions();
    }
    schedulers.values().forEach(s -> s.awayUntil = 0);
    for (HomePartition partition : partitions) {
      if (!deciderGroup.owned(partition)) {
        deciderGroup.place(partition);
      }
      if (!deliveryGroup.owned(partition)) {
        deliveryGroup.place(partition);
      }
    }
  }

  private boolean drained() {
    if (messagesLeft > 0) {
      return false;
    }
    for (HomePartition partition : partitions) {
      if (!scheduler(partition).quiet()
          || !checks.chainComplete(partition)
          || !deliveryGroup.owned(partition)
          || !(deliveryGroup.ownerOf(partition) instanceof Deliverer deliverer)
          || !deliverer.quiet(partition)) {
        return false;
      }
    }
    return deliverers.stream().allMatch(d -> d instanceof Deliverer e && e.idle());
  }

  /** The whole schedule; null: nothing is wrong. */
  @Nullable String run() {
    int steps = 500 + random.nextInt(1_500);
    int step = 0;
    try {
      for (; step < steps && checks.violation == null; step++) {
        tick();
      }
      endFaults();
      boolean drained = false;
      for (int i = 0; i < 12_000 && checks.violation == null && !drained; i++, step++) {
        tick();
        drained = i % 40 == 0 && drained();
      }
      if (checks.violation == null) {
        checks.finish(drained);
      }
    } catch (RuntimeException e) {
      if (trace != null) {
        trace.add(java.util.Arrays.toString(e.getStackTrace()));
      }
      checks.bad("REFUSED " + e);
    }
    counts.merge("steps", (long) step, Long::sum);
    return checks.violation;
  }

  String state() {
    StringBuilder text = new StringBuilder();
    schedulers.values().forEach(s -> text.append(s.state()).append("; "));
    deliverers.forEach(d -> text.append(d instanceof Deliverer e ? e.state() + "; " : ""));
    return text.toString();
  }
}
