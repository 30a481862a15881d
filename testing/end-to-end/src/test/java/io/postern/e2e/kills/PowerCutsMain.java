package io.postern.e2e.kills;

import io.postern.e2e.LongRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * Power cuts with one seed after the other, up to the first account with a finding: {@code make
 * power-cuts SEED=… COUNT=…}. Exit code 0 when there was none, else 1; then the state folder with
 * all logs is kept.
 */
final class PowerCutsMain {
  static final int CUTS = 3;

  private static final int MESSAGES = 600;
  private static final int CLIENTS = 12;
  private static final Duration LIMIT_EACH = Duration.ofMinutes(8);

  private PowerCutsMain() {}

  public static void main(String[] args) throws Exception {
    long first = Long.getLong("cuts.seed", Instant.now().getEpochSecond());
    int count = Integer.getInteger("cuts.count", 50);
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath().resolve("target"), "cuts");
    LongRun.endAfter(LIMIT_EACH.multipliedBy(count));
    Path state = folder.resolve("state");
    Power power = new Power(state, folder.resolve("notes"), 1);
    World world = World.start(state, Profile.SHORT, 1, power::watched);
    Thread stop = new Thread(() -> LongRun.closeQuietly(world), "stop");
    Runtime.getRuntime().addShutdownHook(stop); // for Ctrl-C
    boolean good = true;
    try {
      for (long seed = first; seed < first + count && good; seed++) {
        good = run(world, power, seed).findings().none();
      }
    } finally {
      Runtime.getRuntime().removeShutdownHook(stop);
      LongRun.closeQuietly(world);
      LongRun.remove(folder, good);
    }
    System.exit(good ? 0 : 1);
  }

  /** One seed: mail, power cuts, the account, which is printed. */
  static KillsRun.Result run(World world, Power power, long seed) throws Exception {
    Plan plan = Plan.withPowerCuts(seed, MESSAGES, CUTS, Profile.SHORT);
    long start = System.nanoTime();
    KillsRun.Result result =
        new KillsRun(world, plan, Profile.SHORT, "cuts" + seed, CLIENTS, power).run();
    Report.print(result, world);
    System.out.println(
        "kills: seed "
            + seed
            + " took "
            + Duration.ofNanos(System.nanoTime() - start).toSeconds()
            + " s");
    return result;
  }
}
