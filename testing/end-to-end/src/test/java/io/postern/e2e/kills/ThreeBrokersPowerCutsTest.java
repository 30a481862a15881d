package io.postern.e2e.kills;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * G1, G2, G3, G5 while three brokers and all services lose their power at once, which the
 * deployment {@code flushed-cluster} is for.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThreeBrokersPowerCutsTest {
  private Power power;
  private World world;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Path state = folder.resolve("state");
    power = new Power(state, folder.resolve("notes"), 3);
    world = World.start(state, Profile.SHORT, 1, power::watched);
  }

  @AfterAll
  void end() throws Exception {
    world.close();
  }

  @Test
  void G1_G2_G3_G5_theAccountIsClean() throws Exception {
    KillsRun.Result result = PowerCutsMain.run(world, power, /* seed */ 1);
    assertThat(result.kills()).isEqualTo(PowerCutsMain.CUTS);
    assertThat(result.findings().all()).as("findings, explained above").isEmpty();
  }
}
