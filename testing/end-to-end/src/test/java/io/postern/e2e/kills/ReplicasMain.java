package io.postern.e2e.kills;

import io.postern.e2e.LongRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Each service, one after the other, goes from one replica to four and back to one under load:
 * {@code make replicas SEED=…}. Prints the account, and how mail went at each change. Exit code 0
 * where the account has no finding and mail went on, else 1; then the state folder with all logs is
 * kept.
 */
final class ReplicasMain {
  /** More than the changes have time for: the load ends with the last one. */
  private static final int MESSAGES = 10_000;

  private static final int CLIENTS = 12;
  private static final Duration LIMIT = Duration.ofMinutes(40);

  /** Without a 250, and without a delivery. */
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private ReplicasMain() {}

  public static void main(String[] args) throws Exception {
    Path target = Path.of("").toAbsolutePath().resolve("target");
    Path folder = Files.createTempDirectory(target, "replicas");
    LongRun.endAfter(LIMIT);
    World world =
        World.start(
            folder.resolve("state"), Profile.SHORT, 1, processes -> processes.withConsoles(1));
    Thread stop = new Thread(() -> LongRun.closeQuietly(world), "stop");
    Runtime.getRuntime().addShutdownHook(stop); // for Ctrl-C
    boolean good = false;
    try {
      Plan plan = Plan.withReplicas(Long.getLong("kills.seed", 1), MESSAGES, Profile.SHORT);
      KillsRun.Result result = new KillsRun(world, plan, Profile.SHORT, "replicas", CLIENTS).run();
      good = Report.print(result, world) && result.kills() == plan.events().size();
      for (Change change : result.changes()) {
        System.out.println(change);
        good &= change.isSmooth(LONGEST);
      }
    } finally {
      Runtime.getRuntime().removeShutdownHook(stop);
      LongRun.closeQuietly(world);
      LongRun.remove(folder, good);
    }
    System.exit(good ? 0 : 1);
  }
}
