package io.postern.e2e.kills;

import static java.util.Objects.requireNonNull;

import io.postern.lab.PowerCut;
import io.postern.operator.audit.AuditPrinter;
import io.postern.operator.audit.AuditReport;
import io.postern.stack.LocalStack;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One run over a stack that is up: load and kills as planned, peers that become good, everything
 * brought to rest, the account. Bounded by the load's tries and the profile; what it found is in
 * its {@link Result}.
 */
final class KillsRun {
  /** From the end of policy and delivery until all of them are ready again, where the log grew. */
  static final String PAUSE = "pause of policy and delivery, ms";

  /** Messages in that time. */
  static final String TAKEN = "told 250 in that pause";

  private static final int LARGE_AT_ONCE = 2;
  private static final Duration SAY = Duration.ofSeconds(10);

  /** A whole stack without power is ready again in half of it. */
  private static final Duration STANDS_STILL = Duration.ofMinutes(8);

  private final World world;
  private final Plan plan;
  private final Profile profile;
  private final String organization;
  private final int clients;
  private final @Nullable Power power;

  /**
   * What a run found.
   *
   * @param table for people
   * @param kills how much of the plan happened
   * @param sums to be added to those of other runs
   * @param gaps what happened, and how long nobody got a 250
   * @param changes of the number of replicas
   */
  record Result(
      Findings findings,
      List<String> table,
      int kills,
      Map<String, Long> sums,
      Map<String, Gaps.Gap> gaps,
      List<Change> changes) {}

  /**
   * @param organization unique in the stack
   */
  KillsRun(World world, Plan plan, Profile profile, String organization, int clients) {
    this(world, plan, profile, organization, clients, null);
  }

  /**
   * @param power null: none is cut
   */
  KillsRun(
      World world,
      Plan plan,
      Profile profile,
      String organization,
      int clients,
      @Nullable Power power) {
    this.world = world;
    this.plan = plan;
    this.profile = profile;
    this.organization = organization;
    this.clients = clients;
    this.power = power;
  }

  Result run() throws Exception {
    long start = System.nanoTime();
    Findings findings = new Findings();
    Told told = new Told(plan.messages());
    Received received = new Received(plan, organization, told, findings);
    Disruptions disruptions = new Disruptions();
    try (Peers peers = new Peers(world, organization, received, plan)) {
      AtomicInteger begun = new AtomicInteger();
      Chaos chaos =
          new Chaos(
              world.stack(),
              plan.events(),
              begun::get,
              disruptions,
              findings,
              powerCuts(),
              world.brokerHarms(plan.powerCutRandom()),
              world::setClock);
      say(
          "seed "
              + plan.seed()
              + ": "
              + plan.messages()
              + " messages, "
              + plan.events().size()
              + " kills and pauses");
      load(peers, told, findings, begun, chaos);
      peers.becomeGood();
      long loaded = System.nanoTime();
      say("the load has ended after " + seconds(start, loaded) + " s");
      AcceptedMail accepted = new AcceptedMail(world.client(), organization);
      accepted.read();
      Settling settling = new Settling(world, plan, accepted, profile);
      int cancelled = settling.cancelForbidden();
      say(cancelled + " recipients whose host must not receive were cancelled");
      AuditReport audit = settling.await(chaos);
      long settled = System.nanoTime();
      Duplicates duplicates = new Duplicates(disruptions, profile);
      Accounting.Counts counts =
          new Accounting(plan, told, received, accepted, audit, duplicates, findings).settle();
      List<String> table =
          new Table(plan, counts, received, duplicates, findings, disruptions, told)
              .lines(seconds(start, loaded), seconds(loaded, settled));
      table.addAll(new AuditPrinter(false).lines(audit));
      if (!world.stack().replicas(Service.CONSOLE).isEmpty()) {
        table.add(new ReadModelCheck(world).compare(audit, findings));
      }
      Map<String, Long> sums = new TreeMap<>();
      sums.put("messages", (long) plan.messages());
      sums.put("told 250", counts.told);
      sums.put("recipients", counts.recipients);
      sums.put("load, s", seconds(start, loaded));
      sums.put("until all was settled, s", seconds(loaded, settled));
      for (Duplicates.Cause cause : Duplicates.Cause.values()) {
        sums.put("duplicates: " + cause.words(), duplicates.count(cause));
      }
      growth(disruptions, told, sums);
      for (Findings.Kind kind : Findings.Kind.values()) {
        sums.put(kind.words(), findings.count(kind));
      }
      return new Result(
          findings,
          table,
          chaos.done(),
          sums,
          new Gaps(disruptions.all(), told.servedNanos()).rows(),
          Change.of(disruptions.all(), told.acceptedNanos(), received.takenNanos()));
    }
  }

  private static void growth(Disruptions disruptions, Told told, Map<String, Long> sums) {
    disruptions.all().stream()
        .filter(each -> each.harm() == Plan.Harm.GROWTH)
        .findFirst()
        .ifPresent(
            growth -> {
              sums.put(PAUSE, (growth.endNanos() - growth.startNanos()) / 1_000_000);
              sums.put(
                  TAKEN,
                  Arrays.stream(told.acceptedNanos())
                      .filter(at -> at - growth.startNanos() > 0 && at - growth.endNanos() < 0)
                      .count());
            });
  }

  private Chaos.PowerCuts powerCuts() {
    SplittableRandom random = plan.powerCutRandom();
    return () -> {
      PowerCut.Losses losses = requireNonNull(power).cutAndBack(world.stack(), random);
      say(
          "power cut: %d bytes were not flushed, %d files spoilt, %d names undone"
              .formatted(losses.unflushed(), losses.files(), losses.names()));
    };
  }

  private void load(Peers peers, Told told, Findings findings, AtomicInteger begun, Chaos chaos)
      throws InterruptedException {
    Client.Load load =
        new Client.Load(
            plan,
            organization,
            new Bodies(plan.seed()),
            world::smtpPorts,
            peers.ownServer(),
            told,
            findings,
            new AtomicInteger(),
            begun,
            new Semaphore(LARGE_AT_ONCE),
            plan.lastsAsItsEvents() ? () -> false : chaos::loadIsAhead,
            plan.pace(),
            plan.lastsAsItsEvents() ? chaos::isOver : () -> false);
    List<Thread> senders = new ArrayList<>();
    Thread killing = Thread.ofPlatform().name("chaos").start(chaos);
    for (int i = 0; i < clients; i++) {
      senders.add(Thread.ofVirtual().name("client " + i).start(new Client(load, i)));
    }
    for (Thread sender : senders) {
      while (!sender.join(SAY)) {
        say(begun + " messages begun, " + chaos.done() + " kills and pauses done");
        if (told.unserved().compareTo(STANDS_STILL) > 0) {
          senders.forEach(Thread::interrupt);
          killing.interrupt();
          throw new IllegalStateException(standsStill(told, chaos));
        }
      }
    }
    chaos.loadEnded();
    killing.join();
  }

  private String standsStill(Told told, Chaos chaos) throws InterruptedException {
    Map<String, Boolean> ready = new TreeMap<>();
    for (Replica replica : world.stack().replicas()) {
      ready.put(replica.name(), LocalStack.ready(replica.managementPort()));
    }
    return "no 250 for %d s; %d harms were done, down is %s; the last try ended with \"%s\"; %s; ready: %s"
        .formatted(
            told.unserved().toSeconds(),
            chaos.done(),
            chaos.down(),
            told.lastRefusal(),
            world.brokerHarms(plan.powerCutRandom()).state(),
            ready);
  }

  private static void say(String line) {
    System.out.println("kills: " + line);
  }

  private static long seconds(long from, long to) {
    return Duration.ofNanos(to - from).toSeconds();
  }
}
