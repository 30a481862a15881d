package io.postern.e2e.kills;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Topics;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The log grows from 4 to 8 partitions under load (docs/design/the-log.md, "Home partition and
 * content"): ingress and console run, policy and delivery are stopped, the command dies and is
 * repeated, and one replica is started before it has ended.
 */
class PartitionsAddedTest {
  private static final int MESSAGES = 2_500;
  private static final int AFTERWARDS = 300;
  private static final int CLIENTS = 12;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
  private static final Duration LONGEST_WITHOUT_250 = Duration.ofSeconds(10);

  @Test
  void G1_G2_G3_G5_mailIsTakenAllTheTimeAndTheAccountIsClean(@TempDir Path folder)
      throws Exception {
    long begin = System.nanoTime();
    try (World world =
        World.start(
            folder.resolve("state"), Profile.SHORT, 2, processes -> processes.withConsoles(1))) {
      Duration start = Duration.ofNanos(System.nanoTime() - begin);
      Plan plan = Plan.withGrowth(1, MESSAGES, Profile.SHORT);
      KillsRun.Result grown = new KillsRun(world, plan, Profile.SHORT, "grown", CLIENTS).run();
      Report.print(grown, world);
      KillsRun.Result after =
          new KillsRun(
                  world, new Plan(2, AFTERWARDS, 0, Profile.SHORT), Profile.SHORT, "after", CLIENTS)
              .run();
      Report.print(after, world);

      System.out.println("kills: " + grown.sums() + ", " + grown.gaps());
      assertThat(grown.kills()).isEqualTo(1);
      // No reply of 5xx among them, nothing lost, stuck or doubled, the read model as the audit.
      assertThat(grown.findings().all()).as("findings, explained above").isEmpty();
      assertThat(after.findings().all()).as("findings, explained above").isEmpty();
      assertThat(grown.sums().get(KillsRun.PAUSE)).isLessThan(longestPause(start).toMillis());
      assertThat(grown.sums().get(KillsRun.TAKEN)).isGreaterThan(100);
      Gaps.Gap gap = requireNonNull(grown.gaps().get(Plan.Harm.GROWTH.words()));
      assertThat(gap.longestMillis()).isLessThan(LONGEST_WITHOUT_250.toMillis());
      assertThat(accepted(world))
          .hasSize(GrowthCommand.TO)
          .allSatisfy((_, records) -> assertThat(records).isPositive());
      for (Replica replica : world.stack().replicas(Service.INGRESS)) {
        assertThat(replica.process().alive()).isTrue();
      }
    }
  }

  /**
   * 60 s, or on a busy machine as long as two starts of the whole installation: most of the pause
   * is the start of four replicas.
   */
  private static Duration longestPause(Duration start) {
    Duration twoStarts = start.multipliedBy(2);
    return twoStarts.compareTo(LONGEST_PAUSE) > 0 ? twoStarts : LONGEST_PAUSE;
  }

  /** Records of mail.accepted by partition. */
  private static Map<Integer, Long> accepted(World world) throws Exception {
    try (Admin admin = Admin.create(world.kafka().admin())) {
      Map<TopicPartition, OffsetSpec> ends =
          IntStream.range(0, GrowthCommand.TO)
              .mapToObj(partition -> new TopicPartition(Topics.MAIL_ACCEPTED, partition))
              .collect(Collectors.toMap(Function.identity(), _ -> OffsetSpec.latest()));
      return admin.listOffsets(ends).all().get().entrySet().stream()
          .collect(
              Collectors.toMap(end -> end.getKey().partition(), end -> end.getValue().offset()));
    }
  }
}
