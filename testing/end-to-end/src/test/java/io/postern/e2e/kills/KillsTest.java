package io.postern.e2e.kills;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * G2, G3, G5 while services and broker are killed and paused, two replicas of each: nothing lost,
 * nothing below its TLS level, duplicates for the reasons of G5 alone. The read model, whose two
 * replicas are killed too, says of each recipient what the audit says. A seed is repeated by {@code
 * make kills SEED=… MESSAGES=1200 KILLS=8 SHORT=true}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillsTest {
  private static final int MESSAGES = 1_200;
  private static final int KILLS = 8;
  private static final int CONSOLE_KILLS = 4;
  private static final int CLIENTS = 12;
  private static final int SEEDS = 3;

  private World world;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    world =
        World.start(
            folder.resolve("state"), Profile.SHORT, 2, processes -> processes.withConsoles(2));
  }

  @AfterAll
  void end() throws Exception {
    world.close();
  }

  /** One keeps the way alive in ./test; ./test --all has all of them. */
  static LongStream seeds() {
    return LongStream.rangeClosed(1, Boolean.getBoolean("postern.tests.all") ? SEEDS : 1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void G2_G3_G5_theAccountIsClean(long seed) throws Exception {
    Plan plan = new Plan(seed, MESSAGES, KILLS, Profile.SHORT).withConsoleKills(CONSOLE_KILLS);
    KillsRun.Result result =
        new KillsRun(world, plan, Profile.SHORT, "kills" + seed, CLIENTS).run();
    Report.print(result, world);
    assertThat(result.kills()).isEqualTo(KILLS + CONSOLE_KILLS);
    assertThat(result.findings().all()).as("findings, explained above").isEmpty();
  }
}
