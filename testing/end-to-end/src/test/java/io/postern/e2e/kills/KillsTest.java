package io.postern.e2e.kills;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.e2e.SealedContents;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * G2, G3, G5 while services and broker are killed and paused, two replicas of each: nothing lost,
 * nothing below its TLS level, duplicates for the reasons of G5 alone. The read model, whose two
 * replicas are killed too, says of each recipient what the audit says. Small contents travel
 * sealed. A seed is repeated by {@code make kills SEED=… MESSAGES=1200 KILLS=8 SHORT=true}.
 */
class KillsTest {
  private static final long SEED = 1;
  private static final int MESSAGES = 1_200;
  private static final int KILLS = 8;
  private static final int CONSOLE_KILLS = 4;
  private static final int CLIENTS = 12;

  @Test
  void G2_G3_G5_theAccountIsClean(@TempDir Path folder) throws Exception {
    try (World world =
        World.startSealed(
            folder.resolve("state"), Profile.SHORT, 2, processes -> processes.withConsoles(2))) {
      Plan plan = new Plan(SEED, MESSAGES, KILLS, Profile.SHORT).withConsoleKills(CONSOLE_KILLS);
      KillsRun.Result result = new KillsRun(world, plan, Profile.SHORT, "kills", CLIENTS).run();
      Report.print(result, world);
      assertThat(result.kills()).isEqualTo(KILLS + CONSOLE_KILLS);
      assertThat(result.findings().all()).as("findings, explained above").isEmpty();
      SealedContents.assertUsed(world.kafka());
    }
  }
}
