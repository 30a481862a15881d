package io.postern.e2e.kills;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.e2e.kills.Findings.Kind;
import io.postern.e2e.kills.mutation.MutationAgent;
import io.postern.lab.AgentJar;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.stack.LocalStack;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The account would find what it is there to find: with each fault built into the running services
 * it is red, and for that fault's own reason; with the faults in place and off it is clean. What
 * disturbs the others most comes last.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MutationsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Destination GOOD = Destination.OPEN.getFirst();
  private static final int SMALL = 2_000;
  private static final int MORE_THAN_BUFFERS = 24 << 20;

  private Path switches;
  private World world;
  private int scenarios;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    switches = Files.createDirectory(folder.resolve("switches"));
    List<String> agent =
        AgentJar.jvmFlags(
            AgentJar.write(folder.resolve("agent.jar"), MutationAgent.class), switches.toString());
    world =
        World.start(
            folder.resolve("state"),
            Profile.MUTATED,
            1,
            processes ->
                processes
                    .replicas(Map.of(Service.DELIVERY, 2))
                    .flags(Service.INGRESS, agent)
                    .flags(Service.POLICY, agent)
                    .flags(Service.DELIVERY, agent));
    world.stack().replicas().forEach(replica -> replica.process().restartByItself(false));
    // The first verdict of a cold stack may take longer than a client is kept waiting.
    try (Scenario first = scenario(relayed(0, SMALL, GOOD))) {
      Awaitility.await("the first verdict").atMost(PATIENCE).until(() -> first.send(0));
      awaitReceived(first, 0);
    }
  }

  @AfterAll
  void end() throws Exception {
    world.close();
  }

  @AfterEach
  void allOff() throws Exception {
    try (var files = Files.list(switches)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private void on(String... faults) throws Exception {
    for (String fault : faults) {
      Files.createFile(switches.resolve(fault));
    }
  }

  /** It has happened, and happens no more. */
  private void metAndOff(String fault) throws Exception {
    Awaitility.await(fault)
        .atMost(PATIENCE)
        .until(() -> Files.exists(switches.resolve(fault + ".met")));
    allOff();
  }

  private Scenario scenario(Plan.Message... messages) throws Exception {
    return new Scenario(world, "mutation" + ++scenarios, messages);
  }

  private static Plan.Message relayed(int seq, int size, Destination to) {
    return Scenario.message(seq, Plan.Sender.OWN_SERVER, size, to);
  }

  private static void awaitReceived(Scenario scenario, int seq) {
    Awaitility.await("message " + seq)
        .atMost(PATIENCE)
        .until(() -> !scenario.received(seq).isEmpty());
  }

  /** Until an account holds nothing against anyone. */
  private static void awaitClean(Scenario scenario) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(scenario.freshAccount().all()).isEmpty());
  }

  @Test
  @Order(1)
  void withoutAFaultTheAccountIsClean() throws Exception {
    try (Scenario scenario =
        scenario(
            relayed(0, SMALL, GOOD),
            relayed(1, SMALL, Destination.ALL.get(Destination.MAILBOX)),
            relayed(2, SMALL, Destination.OPEN.get(1)))) {
      scenario.manner(
          Destination.OPEN.get(1),
          stage ->
              stage == PeerStage.RCPT ? PeerStep.answer(550, "5.1.1", "Nobody") : PeerStep.goOn());
      for (int seq = 0; seq < 3; seq++) {
        assertThat(scenario.send(seq)).isTrue();
      }
      awaitReceived(scenario, 0);
      awaitReceived(scenario, 1);
      Awaitility.await("DSN")
          .atMost(PATIENCE)
          .until(() -> scenario.received().dsnsOf(2).size() == 1);
      awaitClean(scenario);
    }
  }

  @Test
  @Order(2)
  void gateSkippedIsSeenByThePeerThatMustHearNothing() throws Exception {
    Destination wrongName =
        Destination.FORBIDDEN.stream()
            .filter(each -> each.host() == Destination.Host.FORBIDDEN_WRONG_NAME)
            .findFirst()
            .orElseThrow();
    try (Scenario scenario = scenario(relayed(0, SMALL, wrongName))) {
      on("gate-skipped");
      assertThat(scenario.send(0)).isTrue();
      awaitReceived(scenario, 0);
      metAndOff("gate-skipped");
      assertThat(scenario.findings().count(Kind.BELOW_LEVEL)).isPositive();
    }
  }

  @Test
  @Order(3)
  void outcomeDroppedIsARecipientFoundNowhere() throws Exception {
    try (Scenario scenario = scenario(relayed(0, SMALL, GOOD))) {
      on("outcome-dropped");
      assertThat(scenario.send(0)).isTrue();
      awaitReceived(scenario, 0);
      metAndOff("outcome-dropped");
      awaitLost(scenario, "found nowhere");
    }
  }

  @Test
  @Order(4)
  void schedulerEntryLostIsARecipientFoundNowhere() throws Exception {
    try (Scenario scenario = scenario(relayed(0, SMALL, GOOD))) {
      scenario.manner(
          GOOD,
          stage ->
              stage == PeerStage.RCPT ? PeerStep.answer(451, "4.3.0", "Later") : PeerStep.goOn());
      on("scheduler-entry-lost");
      assertThat(scenario.send(0)).isTrue();
      metAndOff("scheduler-entry-lost");
      awaitLost(scenario, "found nowhere");
    }
  }

  @Test
  @Order(5)
  void dsnTwiceIsAnAlarm() throws Exception {
    try (Scenario scenario = scenario(relayed(0, SMALL, GOOD))) {
      scenario.manner(
          GOOD,
          stage ->
              stage == PeerStage.RCPT ? PeerStep.answer(550, "5.1.1", "Nobody") : PeerStep.goOn());
      on("dsn-twice");
      assertThat(scenario.send(0)).isTrue();
      metAndOff("dsn-twice");
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(scenario.freshAccount().all())
                      .anyMatch(
                          finding ->
                              finding.kind() == Kind.AUDIT
                                  && (finding.what().startsWith("DSN twice")
                                      || finding.what().startsWith("accepted twice"))));
    }
  }

  @Test
  @Order(6)
  void positionBeforeOutcomeIsARecipientFoundNowhereOnceTheDelivererDies() throws Exception {
    CountDownLatch dotSeen = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (Scenario scenario = scenario(relayed(0, SMALL, GOOD))) {
      scenario.manner(
          GOOD,
          stage -> {
            if (stage != PeerStage.END_OF_DATA) {
              return PeerStep.goOn();
            }
            dotSeen.countDown();
            awaitQuietly(goOn);
            return PeerStep.goOn();
          });
      on("position-before-outcome");
      assertThat(scenario.send(0)).isTrue();
      assertThat(dotSeen.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      // Its position is committed without it within a second or two.
      Awaitility.await().atMost(PATIENCE).until(() -> scenario.freshAccount().count(Kind.LOST) > 0);
      for (Replica replica : world.stack().replicas(Service.DELIVERY)) {
        replica.process().killAndWait();
      }
      goOn.countDown();
      metAndOff("position-before-outcome");
      restart(Service.DELIVERY);
      awaitLost(scenario, "found nowhere");
    } finally {
      goOn.countDown();
    }
  }

  /** A decider that begins again where its predecessor was writes what is in the log already. */
  @Test
  @Order(7)
  void whatIsDecidedAgainIsSkippedAndWhereTheChainIsIgnoredItIsADuplicate() throws Exception {
    try (Scenario scenario = scenario(relayed(0, SMALL, GOOD), relayed(1, SMALL, GOOD))) {
      on("decider-position-old");
      assertThat(scenario.send(0)).isTrue();
      awaitReceived(scenario, 0);
      decideAgain(scenario, 1);
      awaitClean(scenario);
      assertThat(scenario.received(0)).hasSize(1);
    }
    try (Scenario scenario = scenario(relayed(0, SMALL, GOOD), relayed(1, SMALL, GOOD))) {
      on("chain-ignored");
      assertThat(scenario.send(0)).isTrue();
      awaitReceived(scenario, 0);
      decideAgain(scenario, 1);
      metAndOff("chain-ignored");
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(scenario.received(0)).hasSizeGreaterThan(1));
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> scenario.freshAccount().count(Kind.DUPLICATE) > 0);
    }
  }

  /** Until the message behind those that are decided again was received, too. */
  private void decideAgain(Scenario scenario, int behind) throws Exception {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(switches.resolve("decider-position-old.met")));
    for (Replica replica : world.stack().replicas(Service.POLICY)) {
      replica.process().killAndWait();
    }
    restart(Service.POLICY);
    assertThat(scenario.send(behind)).isTrue();
    awaitReceived(scenario, behind);
  }

  @Test
  @Order(8)
  void leaseIgnoredIsADuplicateOutsideTheRules() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicReference<String> first = new AtomicReference<>("");
    try (Scenario scenario = scenario(relayed(0, MORE_THAN_BUFFERS, GOOD))) {
      CountDownLatch inContent = new CountDownLatch(1);
      scenario.manner(
          GOOD,
          stage -> {
            if (stage == PeerStage.CONTENT && inContent.getCount() > 0) {
              inContent.countDown();
              awaitQuietly(goOn);
            }
            return PeerStep.goOn();
          });
      scenario.onEnvelope(client -> first.compareAndSet("", client));
      on("lease-ignored", "lease-ignored-at-close", "lease-ignored-all-along");
      assertThat(scenario.send(0)).isTrue();
      assertThat(inContent.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      Replica owner = replica(Duplicates.deliverer(requireNonNull(first.get())));
      // Paused while it reads from the log, it might find the content too late once it goes on.
      BlockedWrite.await(scenario.port(GOOD), PATIENCE);
      long start = System.nanoTime();
      owner.process().pause();
      try {
        awaitReceived(scenario, 0); // by the other one
      } finally {
        owner.process().resume();
      }
      scenario
          .disruptions()
          .add(
              new Disruptions.Disruption(
                  owner.name(), Plan.Harm.LONG_PAUSE, start, System.nanoTime()));
      goOn.countDown();
      Awaitility.await().atMost(PATIENCE).until(() -> scenario.received(0).size() > 1);
      metAndOff("lease-ignored");
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> scenario.freshAccount().count(Kind.DUPLICATE) > 0);
    } finally {
      goOn.countDown();
    }
  }

  @Test
  @Order(9)
  void ackBeforeFlushIsAMessageThatItsSenderHasA250ForAndTheLogHasNot() throws Exception {
    Destination mailbox = Destination.ALL.get(Destination.MAILBOX);
    try (Scenario scenario =
        scenario(
            Scenario.message(0, Plan.Sender.STRANGER_PLAIN, SMALL, mailbox),
            Scenario.message(1, Plan.Sender.STRANGER_PLAIN, SMALL, mailbox))) {
      assertThat(scenario.send(0)).isTrue();
      awaitReceived(scenario, 0);
      on("ack-before-flush");
      world.stack().brokers().pause();
      assertThat(scenario.send(1)).as("told 250 while the log stands still").isTrue();
      world.stack().process(Service.INGRESS).killAndWait();
      world.stack().brokers().kill();
      metAndOff("ack-before-flush");
      world.stack().brokers().restart();
      restart(Service.INGRESS);
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(scenario.freshAccount().all())
                      .anyMatch(
                          finding ->
                              finding.kind() == Kind.LOST
                                  && finding.what().contains("mail.accepted has it not")));
    }
  }

  /** The account says so by itself, and the audit as well. */
  private static void awaitLost(Scenario scenario, String alarm) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              Findings account = scenario.freshAccount();
              assertThat(account.count(Kind.LOST)).isPositive();
              assertThat(account.all())
                  .anyMatch(
                      finding -> finding.kind() == Kind.AUDIT && finding.what().startsWith(alarm));
            });
  }

  private Replica replica(String name) {
    return world.stack().replicas().stream()
        .filter(replica -> replica.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no replica " + name));
  }

  private void restart(Service service) throws Exception {
    for (Replica replica : world.stack().replicas(service)) {
      replica.process().start();
    }
    for (Replica replica : world.stack().replicas(service)) {
      Awaitility.await(replica.name())
          .atMost(PATIENCE)
          .until(() -> LocalStack.ready(replica.managementPort()));
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
