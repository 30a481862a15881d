package io.postern.e2e.kills;

import static java.util.Objects.requireNonNull;

import io.postern.e2e.kills.Findings.Kind;
import io.postern.stack.LocalStack;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import io.postern.stack.process.ManagedProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/**
 * Kills and pauses as planned, each when so many messages were begun, several at a time where their
 * times overlap; a victim that is down is waited for. Afterwards everything runs again. Touches
 * nothing but processes of its stack.
 *
 * <p>A process that ends without having been killed is a finding, and is started again.
 */
final class Chaos implements Runnable {
  // A start takes ten seconds; beside four stacks on two cores it took more than ninety.
  private static final Duration READY = Duration.ofMinutes(4);

  /** Whatever else is down meanwhile. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private static final long LOOK_MILLIS = 50;

  /** Longer than a record waits for its leader. */
  private static final Duration DEAD = Duration.ofSeconds(8);

  private final LocalStack stack;
  private final List<Plan.Event> events;
  private final IntSupplier begun;
  private final Disruptions disruptions;
  private final Findings findings;
  private final PowerCuts powerCuts;
  private final BrokerHarms brokers;
  private final Semaphore harmable;
  private final BiConsumer<String, Duration> clocks;
  private final Map<String, Replica> replicas;
  private final Set<String> down = ConcurrentHashMap.newKeySet();
  private final List<Thread> running = new ArrayList<>();
  private final AtomicBoolean loadEnded = new AtomicBoolean();
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger begunEvents = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  /** Cuts the power of the whole stack and gives it back. */
  @FunctionalInterface
  interface PowerCuts {
    void next() throws IOException, InterruptedException;
  }

  /**
   * @param clocks sets the wall clock of the named one by so much, from where it began
   */
  Chaos(
      LocalStack stack,
      List<Plan.Event> events,
      IntSupplier begun,
      Disruptions disruptions,
      Findings findings,
      PowerCuts powerCuts,
      BrokerHarms brokers,
      BiConsumer<String, Duration> clocks) {
    this.stack = stack;
    this.events = events;
    this.begun = begun;
    this.disruptions = disruptions;
    this.findings = findings;
    this.powerCuts = powerCuts;
    this.brokers = brokers;
    this.clocks = clocks;
    this.harmable = new Semaphore(brokers.count(), /* fair */ true);
    this.replicas =
        stack.replicas().stream()
            .collect(Collectors.toConcurrentMap(Replica::name, replica -> replica));
    stack.replicas().forEach(replica -> replica.process().restartByItself(false));
  }

  /** The load has ended: what is left of the plan is done at once. */
  void loadEnded() {
    loadEnded.set(true);
  }

  /**
   * Whether the load is so far ahead of the plan that two events would come at once: what happens
   * takes seconds, and is there to meet mail.
   */
  boolean loadIsAhead() {
    int next = begunEvents.get() + 1;
    return next < events.size() && begun.getAsInt() >= events.get(next).atMessage();
  }

  /** Whether nothing of the plan is left. */
  boolean isOver() {
    return over.get();
  }

  int done() {
    return done.get();
  }

  /** Who is down now, or was just started. */
  Set<String> down() {
    return Set.copyOf(down);
  }

  @Override
  public void run() {
    try {
      for (Plan.Event event : events) {
        while (begun.getAsInt() < event.atMessage() && !loadEnded.get()) {
          Thread.sleep(LOOK_MILLIS);
          raiseTheDead();
        }
        if (event.harm().scales()) {
          awaitFormer();
        }
        List<String> victims = awaitUp(event);
        if (victims.isEmpty()) {
          begunEvents.set(events.size());
          break;
        }
        int takes = brokersOf(event, victims);
        harmable.acquire(takes);
        down.addAll(victims);
        begunEvents.incrementAndGet();
        running.add(
            Thread.ofVirtual()
                .name("harm " + victims)
                .start(
                    () -> {
                      try {
                        harm(event, victims);
                      } finally {
                        down.removeAll(victims);
                        harmable.release(takes);
                      }
                    }));
      }
      awaitFormer();
    } catch (InterruptedException e) {
      running.forEach(Thread::interrupt);
      Thread.currentThread().interrupt();
    } finally {
      over.set(true);
    }
  }

  private void awaitFormer() throws InterruptedException {
    for (Thread thread : running) {
      thread.join();
    }
  }

  /** The victims, when none of them is down; none where that takes too long, which is a finding. */
  private List<String> awaitUp(Plan.Event event) throws InterruptedException {
    long end = System.nanoTime() + LONGEST.toNanos();
    while (System.nanoTime() - end < 0) {
      List<String> victims = victims(event);
      if (!victims.isEmpty() && Collections.disjoint(down, victims)) {
        return victims;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    findings.add(Kind.DIED, "", event + " has no victim that is up: " + down + " are down");
    return List.of();
  }

  private List<String> victims(Plan.Event event) throws InterruptedException {
    if (event.victims().isEmpty()) {
      List<String> all = new ArrayList<>(replicas.keySet());
      for (int id = 1; id <= brokers.count(); id++) {
        all.add(Disruptions.broker(id));
      }
      return all;
    }
    return event.victims().equals(List.of(Disruptions.CONTROLLER))
        ? brokers.controller().map(List::of).orElse(List.of())
        : event.victims();
  }

  /** What takes data goes without any other harm to a broker. */
  private int brokersOf(Plan.Event event, List<String> victims) {
    if (event.harm().scales()) {
      return 0;
    }
    return event.harm().takesData() || event.harm() == Plan.Harm.MOVED_LEADERS
        ? brokers.count()
        : (int) victims.stream().filter(each -> !replicas.containsKey(each)).count();
  }

  private void harm(Plan.Event event, List<String> victims) {
    long start = System.nanoTime();
    try {
      switch (event.harm()) {
        case POWER_CUT -> {
          powerCuts.next();
          stack.awaitReady(READY);
        }
        case MOVED_LEADERS -> brokers.moveLeaders();
        case RENEWED -> renew(victims);
        case GROWTH -> grow(victims);
        case ADDED, REMOVED -> {
          Thread.sleep(event.lasts());
          start = System.nanoTime();
          scale(victims.getFirst(), event.harm() == Plan.Harm.ADDED);
        }
        case REJOIN -> rejoin(event);
        case LOST_POWER, LOST_DISK -> {
          brokers.awaitWhole();
          start = System.nanoTime();
          brokers.harm(victims.getFirst(), event.harm(), event.lasts());
          brokers.awaitWhole();
        }
        default -> harmEach(event, victims);
      }
      done.incrementAndGet();
    } catch (IOException | RuntimeException e) {
      findings.add(Kind.DIED, "", victims + " after " + event.harm() + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      for (String victim : victims) {
        disruptions.add(new Disruptions.Disruption(victim, event.harm(), start, System.nanoTime()));
      }
    }
  }

  private void harmEach(Plan.Event event, List<String> victims)
      throws IOException, InterruptedException {
    each(victims, victim -> harmOne(event, victim));
  }

  @FunctionalInterface
  private interface Work<T> {
    void on(T one) throws IOException, InterruptedException;
  }

  /** All at the same time. */
  private static <T> void each(List<T> all, Work<T> work) throws IOException, InterruptedException {
    List<Throwable> failed = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (T one : all) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      work.on(one);
                    } catch (IOException | RuntimeException e) {
                      failed.add(e);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failed.isEmpty()) {
      throw new IOException(failed.toString());
    }
  }

  private void harmOne(Plan.Event event, String victim) throws IOException, InterruptedException {
    Replica replica = replicas.get(victim);
    if (!event.harm().clock().isZero()) {
      clocks.accept(victim, event.harm().clock());
      try {
        Thread.sleep(event.lasts());
      } finally {
        clocks.accept(victim, Duration.ZERO);
      }
      if (replica != null) {
        awaitReady(replica);
      }
    } else if (replica == null) {
      brokers.harm(victim, event.harm(), event.lasts());
    } else {
      harm(event, replica.process());
      awaitReady(replica);
    }
  }

  private void rejoin(Plan.Event event) throws IOException, InterruptedException {
    Replica member = requireNonNull(replicas.get(event.victims().getFirst()));
    harm(event, member.process());
    brokers.harm(event.victims().getLast(), Plan.Harm.KILL, DEAD);
    awaitReady(member);
  }

  private void renew(List<String> victims) throws IOException, InterruptedException {
    for (String victim : victims) {
      Replica replica = replicas.get(victim);
      if (replica == null) {
        brokers.renew(victim);
      } else {
        replica.process().stop();
        replica.process().start();
        awaitReady(replica);
      }
    }
  }

  private void scale(String name, boolean more) throws IOException, InterruptedException {
    Service service = Service.named(name.replaceAll("-\\d$", ""));
    if (more) {
      Replica added = stack.add(service);
      added.process().restartByItself(false);
      replicas.put(name, added);
      awaitReady(added);
    } else {
      replicas.remove(name);
      stack.removeLast(service);
    }
  }

  /** As an operator does it, whose first command dies, and who starts one service too early. */
  private void grow(List<String> victims) throws IOException, InterruptedException {
    List<ManagedProcess> stopped =
        stack.replicas().stream()
            .filter(replica -> victims.contains(replica.name()))
            .map(Replica::process)
            .toList();
    long began = System.nanoTime();
    each(stopped, ManagedProcess::stop);
    long down = System.nanoTime();
    GrowthCommand command = new GrowthCommand(stack.kafka());
    command.dies();
    stopped.getFirst().start();
    command.run();
    long grown = System.nanoTime();
    for (ManagedProcess process : stopped.subList(1, stopped.size())) {
      process.start();
    }
    for (String victim : victims) {
      awaitReady(requireNonNull(replicas.get(victim)));
    }
    System.out.printf(
        "kills: stopped in %d ms, grown by two commands in %d ms, ready again in %d ms%n",
        (down - began) / 1_000_000,
        (grown - down) / 1_000_000,
        (System.nanoTime() - grown) / 1_000_000);
  }

  private static void harm(Plan.Event event, ManagedProcess process)
      throws IOException, InterruptedException {
    if (event.harm().ends()) {
      process.killAndWait();
      Thread.sleep(event.lasts());
      process.start();
    } else {
      process.pause();
      try {
        Thread.sleep(event.lasts());
      } finally {
        process.resume();
      }
    }
  }

  /** A replica that was just started is no victim again before it can do its work. */
  private void awaitReady(Replica replica) throws InterruptedException {
    long left = READY.toNanos();
    long last = System.nanoTime();
    long end = last + LONGEST.toNanos();
    while (!LocalStack.ready(replica.managementPort())) {
      long now = System.nanoTime();
      // While a broker is away somebody may not be ready: that is no fault of this one.
      if (down.stream().noneMatch(Disruptions::isLog)) {
        left -= now - last;
      }
      last = now;
      if (left < 0 || now - end > 0) {
        findings.add(
            Kind.DIED,
            "",
            replica.name()
                + " is not ready after "
                + READY.toSeconds()
                + " s in which the brokers were there, or "
                + LONGEST.toSeconds()
                + " s in all");
        return;
      }
      Thread.sleep(4 * LOOK_MILLIS);
    }
  }

  /** Whoever is down although nobody killed it. */
  void raiseTheDead() {
    for (Replica replica : stack.replicas()) {
      if (!replica.process().alive() && down.add(replica.name())) {
        try {
          findings.add(Kind.DIED, "", replica.name() + "; its log is " + replica.process().log());
          replica.process().start();
        } finally {
          down.remove(replica.name());
        }
      }
    }
  }
}
