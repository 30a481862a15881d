package io.postern.e2e.kills;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * G2, G3, G5 while the wall clocks of services and broker differ by up to two minutes, and are set
 * ahead and back by ten while others are killed: nothing is lost, sent below its level or sent
 * twice without a cause.
 */
class ClocksTest {
  private static final int MESSAGES = 1_200;
  private static final int EVENTS = 10;
  private static final int CLIENTS = 12;

  @Test
  void G2_G3_G5_theAccountIsCleanWithClocksThatDifferAndAreSet(@TempDir Path folder)
      throws Exception {
    Clocks clocks = new Clocks(folder.resolve("clocks"));
    try (World world = World.startWithClocks(folder.resolve("state"), Profile.CLOCKS, 2, clocks)) {
      clocks.lines().forEach(System.out::println);
      Plan plan = new Plan(3, MESSAGES, EVENTS, Profile.CLOCKS).withClocks();
      KillsRun.Result result = new KillsRun(world, plan, Profile.CLOCKS, "clocks", CLIENTS).run();
      Report.print(result, world);
      assertThat(result.kills()).isEqualTo(EVENTS);
      assertThat(result.findings().all()).as("findings, explained above").isEmpty();
    }
  }
}
