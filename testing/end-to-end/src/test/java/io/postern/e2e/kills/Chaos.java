package io.postern.e2e.kills;

import io.postern.e2e.kills.Findings.Kind;
import io.postern.lab.KafkaBroker;
import io.postern.stack.LocalStack;
import io.postern.stack.Replica;
import io.postern.stack.process.ManagedProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
  private static final Duration READY = Duration.ofSeconds(90);
  private static final long LOOK_MILLIS = 50;

  private final LocalStack stack;
  private final List<Plan.Event> events;
  private final IntSupplier begun;
  private final Disruptions disruptions;
  private final Findings findings;
  private final PowerCuts powerCuts;
  private final Map<String, Replica> replicas;
  private final Set<String> down = ConcurrentHashMap.newKeySet();
  private final List<Thread> running = new ArrayList<>();
  private final AtomicBoolean loadEnded = new AtomicBoolean();
  private final AtomicInteger done = new AtomicInteger();

  /** Cuts the power of the whole stack and gives it back. */
  @FunctionalInterface
  interface PowerCuts {
    void next() throws IOException, InterruptedException;
  }

  Chaos(
      LocalStack stack,
      List<Plan.Event> events,
      IntSupplier begun,
      Disruptions disruptions,
      Findings findings,
      PowerCuts powerCuts) {
    this.stack = stack;
    this.events = events;
    this.begun = begun;
    this.disruptions = disruptions;
    this.findings = findings;
    this.powerCuts = powerCuts;
    this.replicas =
        stack.replicas().stream().collect(Collectors.toMap(Replica::name, replica -> replica));
    stack.replicas().forEach(replica -> replica.process().restartByItself(false));
  }

  /** The load has ended: what is left of the plan is done at once. */
  void loadEnded() {
    loadEnded.set(true);
  }

  int done() {
    return done.get();
  }

  @Override
  public void run() {
    try {
      for (Plan.Event event : events) {
        while (begun.getAsInt() < event.atMessage() && !loadEnded.get()) {
          Thread.sleep(LOOK_MILLIS);
          raiseTheDead();
        }
        while (down.contains(event.victim())) {
          Thread.sleep(LOOK_MILLIS);
        }
        down.add(event.victim());
        running.add(Thread.ofVirtual().name("harm " + event.victim()).start(() -> harm(event)));
      }
      for (Thread thread : running) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void harm(Plan.Event event) {
    long start = System.nanoTime();
    try {
      Replica replica = replicas.get(event.victim());
      if (event.harm() == Plan.Harm.POWER_CUT) {
        cutPower();
      } else if (replica == null) {
        harmBroker(event);
      } else {
        harm(event, replica.process());
        awaitReady(replica);
      }
      done.incrementAndGet();
    } catch (IOException | RuntimeException e) {
      findings.add(Kind.DIED, "", event.victim() + " after " + event.harm() + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      disruptions.add(
          new Disruptions.Disruption(event.victim(), event.harm(), start, System.nanoTime()));
      down.remove(event.victim());
    }
  }

  private static void harm(Plan.Event event, ManagedProcess process)
      throws IOException, InterruptedException {
    if (event.harm() == Plan.Harm.KILL) {
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

  private void cutPower() throws IOException, InterruptedException {
    down.addAll(replicas.keySet());
    try {
      powerCuts.next();
      stack.awaitReady(READY);
    } finally {
      down.removeAll(replicas.keySet());
    }
  }

  private void harmBroker(Plan.Event event) throws InterruptedException {
    KafkaBroker broker = stack.broker();
    if (event.harm() == Plan.Harm.KILL) {
      broker.kill();
      Thread.sleep(event.lasts());
      broker.restart();
    } else {
      broker.pause();
      try {
        Thread.sleep(event.lasts());
      } finally {
        broker.resume();
      }
    }
  }

  /** A replica that was just started is no victim again before it can do its work. */
  private void awaitReady(Replica replica) throws InterruptedException {
    long left = READY.toNanos();
    long last = System.nanoTime();
    while (!LocalStack.ready(replica.managementPort())) {
      long now = System.nanoTime();
      // While the broker is away nobody is ready: that is no fault of this one.
      if (!down.contains(Disruptions.BROKER)) {
        left -= now - last;
      }
      last = now;
      if (left < 0) {
        findings.add(
            Kind.DIED,
            "",
            replica.name()
                + " is not ready after "
                + READY.toSeconds()
                + " s in which the broker was there");
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
