package io.postern.e2e.kills;

import io.postern.e2e.LongRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * The long run: {@code make kills SEED=… MESSAGES=… KILLS=…}. Exit code 0 when the account is
 * without a finding, else 1; then the state folder with all logs is kept.
 */
final class KillsMain {
  private static final int CLIENTS = 24;
  private static final Duration LIMIT = Duration.ofHours(4);

  private KillsMain() {}

  public static void main(String[] args) throws Exception {
    long seed = Long.getLong("kills.seed", Instant.now().getEpochSecond());
    int messages = Integer.getInteger("kills.messages", 200_000);
    int kills = Integer.getInteger("kills.kills", 100);
    Path folder =
        Files.createTempDirectory(Path.of("").toAbsolutePath().resolve("target"), "kills");
    LongRun.endAfter(LIMIT);
    Profile profile = Boolean.getBoolean("kills.short") ? Profile.SHORT : Profile.LONG;
    boolean good = false;
    World world = World.start(folder, profile, 2, processes -> processes.withConsoles(2));
    Thread stop = new Thread(() -> LongRun.closeQuietly(world), "stop");
    Runtime.getRuntime().addShutdownHook(stop); // for Ctrl-C
    try {
      Plan plan = new Plan(seed, messages, kills, profile).withConsoleKills(Math.max(2, kills / 4));
      KillsRun.Result result = new KillsRun(world, plan, profile, "kills", CLIENTS).run();
      good = Report.print(result, world);
    } finally {
      Runtime.getRuntime().removeShutdownHook(stop);
      LongRun.closeQuietly(world);
      LongRun.remove(folder, good);
    }
    System.exit(good ? 0 : 1);
  }
}
