package io.postern.e2e.kills;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Topics;
import io.postern.e2e.SealedContents;
import io.postern.e2e.kills.Findings.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * G1, G2, G3, G5 while the machine loses its power under load (docs/evidence/fault-tests.md):
 * nothing lost that was answered 250, nothing below its TLS level, duplicates for the reasons of G5
 * alone. Small contents travel sealed. A seed is repeated by {@code make power-cuts SEED=…
 * COUNT=1}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PowerCutsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int UNFLUSHED = 5;

  private Power power;
  private World world;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Path state = folder.resolve("state");
    power = new Power(state, folder.resolve("notes"), 1);
    world = World.startSealed(state, Profile.SHORT, 1, power::watched);
  }

  @AfterAll
  void end() throws Exception {
    world.close();
  }

  @Order(1)
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void G1_G2_G3_G5_theAccountIsClean(long seed) throws Exception {
    KillsRun.Result result = PowerCutsMain.run(world, power, seed);
    assertThat(result.kills()).isEqualTo(PowerCutsMain.CUTS);
    assertThat(result.findings().all()).as("findings, explained above").isEmpty();
    SealedContents.assertUsed(world.kafka());
  }

  /** The account would find what it is there to find. Last: the log is not what it was. */
  @Order(2)
  @Test
  void acceptedMailThatIsNotFlushedIsMailThatItsSenderHasA250ForAndTheLogHasNot() throws Exception {
    try (Scenario scenario = new Scenario(world, "unflushed", toMailbox())) {
      flushLater(Topics.MAIL_ACCEPTED);
      for (int seq = 0; seq < UNFLUSHED; seq++) {
        int each = seq;
        Awaitility.await("message " + seq).atMost(PATIENCE).until(() -> scenario.send(each));
        Awaitility.await("message " + seq)
            .atMost(PATIENCE)
            .until(() -> !scenario.received(each).isEmpty());
      }
      power.cutToTheFlushed(world.stack(), new SplittableRandom(1));
      world.stack().brokers().restart(); // the services would refuse such a topic
      assertThat(scenario.freshAccount().all())
          .anyMatch(
              finding ->
                  finding.kind() == Kind.LOST
                      && finding.what().contains("mail.accepted has it not"));
    }
  }

  private static Plan.Message[] toMailbox() {
    Destination mailbox = Destination.ALL.get(Destination.MAILBOX);
    return IntStream.range(0, UNFLUSHED)
        .mapToObj(seq -> Scenario.message(seq, Plan.Sender.STRANGER_PLAIN, 2_000, mailbox))
        .toArray(Plan.Message[]::new);
  }

  private void flushLater(String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    ConfigEntry never = new ConfigEntry("flush.messages", Long.toString(Long.MAX_VALUE));
    try (Admin admin = Admin.create(Map.copyOf(world.client()))) {
      admin
          .incrementalAlterConfigs(
              Map.of(resource, List.of(new AlterConfigOp(never, AlterConfigOp.OpType.SET))))
          .all()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      Awaitility.await(topic)
          .atMost(PATIENCE)
          .until(
              () ->
                  admin
                      .describeConfigs(List.of(resource))
                      .all()
                      .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                      .values()
                      .iterator()
                      .next()
                      .get("flush.messages")
                      .value()
                      .equals(never.value()));
    }
  }
}
