package io.postern.e2e.kills;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.NotRun;
import io.postern.programs.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * G1, G2, G3, G5 over three brokers with three copies of each record, of which two are enough for
 * an acknowledgement, and none is flushed for it. A seed is repeated by {@code make cluster-kills
 * SEED=… MESSAGES=1500 KILLS=14 COUNT=1}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ThreeBrokersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int EACH = 10;

  /**
   * A seed whose plan has almost everything: brokers killed, paused for long, cut off from the
   * others and from the services, one without power, one with an empty, a full and a slow disk, a
   * lost zone, moved leaders, and one killed as a member comes back into its group.
   */
  private static final long SEED = 8;

  private static final int KILLS = 14;

  private World world;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    world =
        World.startThreeBrokers(
            folder.resolve("state"),
            folder.resolve("notes"),
            Profile.SHORT,
            2,
            processes -> processes);
    world.lacks().forEach(what -> NotRun.needed(ThreeBrokersTest.class, what));
  }

  @AfterAll
  void end() throws Exception {
    world.close();
  }

  @Test
  @Order(1)
  void G1_withOneOfThreeAwayMailIsTakenAndDeliveredWhicheverItIs() throws Exception {
    BrokerHarms harms = world.brokerHarms(new SplittableRandom(1));
    for (KafkaBroker broker : world.stack().brokers().all()) {
      try (Scenario scenario = new Scenario(world, "without" + broker.id(), toMailbox(EACH))) {
        broker.stop();
        for (int seq = 0; seq < EACH; seq++) {
          int each = seq;
          Awaitility.await("message " + seq + " without broker " + broker.id())
              .atMost(PATIENCE)
              .until(() -> scenario.send(each));
        }
        for (int seq = 0; seq < EACH; seq++) {
          int each = seq;
          Awaitility.await("delivery of " + seq + " without broker " + broker.id())
              .atMost(PATIENCE)
              .until(() -> !scenario.received(each).isEmpty());
        }
      } finally {
        broker.restart();
        harms.awaitWhole();
      }
    }
  }

  /** One copy is no copy: its machine may be lost. */
  @Test
  @Order(2)
  void G1_withTwoOfThreeAwayNobodyHears250() throws Exception {
    BrokerHarms harms = world.brokerHarms(new SplittableRandom(2));
    List<KafkaBroker> all = world.stack().brokers().all();
    try (Scenario scenario = new Scenario(world, "alone", toMailbox(EACH))) {
      all.get(0).pause();
      all.get(1).pause();
      try {
        for (int seq = 0; seq < EACH / 2; seq++) {
          assertThat(scenario.send(seq)).as("a 250 with one broker of three").isFalse();
        }
      } finally {
        all.get(0).resume();
        all.get(1).resume();
      }
      harms.awaitWhole();
      for (int seq = 0; seq < EACH; seq++) {
        int each = seq;
        Awaitility.await("message " + seq).atMost(PATIENCE).until(() -> scenario.send(each));
        Awaitility.await("delivery of " + seq)
            .atMost(PATIENCE)
            .until(() -> !scenario.received(each).isEmpty());
      }
    }
  }

  @Test
  @Order(3)
  void G1_G2_G3_G5_theAccountIsClean() throws Exception {
    KillsRun.Result result = ClusterKillsMain.run(world, SEED, 1_500, KILLS, Profile.SHORT, 12);
    assertThat(result.kills())
        .isEqualTo(KILLS + ClusterKillsMain.diskFaults(KILLS) + ClusterKillsMain.rejoins(KILLS));
    assertThat(result.findings().all()).as("findings, explained above").isEmpty();
  }

  private static Plan.Message[] toMailbox(int count) {
    Destination mailbox = Destination.ALL.get(Destination.MAILBOX);
    return IntStream.range(0, count)
        .mapToObj(seq -> Scenario.message(seq, Plan.Sender.STRANGER_PLAIN, 2_000, mailbox))
        .toArray(Plan.Message[]::new);
  }
}
