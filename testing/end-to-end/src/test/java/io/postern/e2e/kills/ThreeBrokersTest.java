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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * G1, G2, G3, G5 over three brokers with three copies of each record, of which two are enough for
 * an acknowledgement, and none is flushed for it. A seed is repeated by {@code make cluster-kills
 * SEED=… MESSAGES=1500 KILLS=12 COUNT=1}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ThreeBrokersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int EACH = 10;

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

  /**
   * In the first a disk and a machine's power are lost; in the second brokers are cut off. In both
   * a disk is full and a disk is slow.
   */
  @ParameterizedTest(name = "seed {0}")
  @CsvSource({"1, 12", "22, 10"})
  @Order(3)
  void G1_G2_G3_G5_theAccountIsClean(long seed, int kills) throws Exception {
    KillsRun.Result result = ClusterKillsMain.run(world, seed, 1_500, kills, Profile.SHORT, 12);
    assertThat(result.kills()).isEqualTo(kills + ClusterKillsMain.diskFaults(kills));
    assertThat(result.findings().all()).as("findings, explained above").isEmpty();
  }

  private static Plan.Message[] toMailbox(int count) {
    Destination mailbox = Destination.ALL.get(Destination.MAILBOX);
    return IntStream.range(0, count)
        .mapToObj(seq -> Scenario.message(seq, Plan.Sender.STRANGER_PLAIN, 2_000, mailbox))
        .toArray(Plan.Message[]::new);
  }
}
