package io.postern.e2e.kills;

import io.postern.e2e.LongRun;
import io.postern.stack.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The long run over three brokers: {@code make cluster-kills SEED=… COUNT=… MESSAGES=… KILLS=…},
 * one seed after the other, up to the first account with a finding. Each seed begins with the state
 * of the one before and adds its sums to {@code target/cluster-kills.properties}; without a seed
 * the one behind the last of that file is taken, so a run that was ended goes on. Exit code 0 when
 * no account had a finding, else 1; then the state folder with all logs is kept.
 *
 * <p>With FORMER= every second start of a replica is made with the version that was built in that
 * folder, so the two run side by side, and follow each other both ways.
 */
final class ClusterKillsMain {
  private static final int CLIENTS = 24;
  private static final Duration LEAST_LIMIT = Duration.ofMinutes(30);

  /** Of a machine with two cores that does something else too. */
  private static final long MILLIS_A_MESSAGE = 60;

  private ClusterKillsMain() {}

  public static void main(String[] args) throws Exception {
    Path target = Path.of("").toAbsolutePath().resolve("target");
    ClusterSums sums = ClusterSums.in(target.resolve("cluster-kills.properties"));
    long first = Long.getLong("kills.seed", sums.nextSeed());
    int count = Integer.getInteger("kills.count", 1);
    int messages = Integer.getInteger("kills.messages", 60_000);
    int kills = Integer.getInteger("kills.kills", 60);
    String former = System.getProperty("kills.former", "");
    Path folder = Files.createTempDirectory(target, "cluster");
    LongRun.endAfter(LEAST_LIMIT.plusMillis(messages * MILLIS_A_MESSAGE).multipliedBy(count));
    boolean good = true;
    World world =
        World.startThreeBrokers(
            folder.resolve("state"),
            folder.resolve("notes"),
            Profile.SHORT,
            2,
            all -> compiled(former.isEmpty() ? all : all.beside(Path.of(former).toAbsolutePath())));
    world.lacks().forEach(what -> System.out.println("kills: " + what));
    Thread stop = new Thread(() -> LongRun.closeQuietly(world), "stop");
    Runtime.getRuntime().addShutdownHook(stop); // for Ctrl-C
    try {
      for (long seed = first; seed < first + count && good; seed++) {
        KillsRun.Result result = run(world, seed, messages, kills, Profile.SHORT, CLIENTS);
        sums.add(seed, result);
        good = result.findings().none();
      }
      sums.lines().forEach(System.out::println);
    } finally {
      Runtime.getRuntime().removeShutdownHook(stop);
      LongRun.closeQuietly(world);
      LongRun.remove(folder, good);
    }
    System.exit(good ? 0 : 1);
  }

  /** Brokers with both compilers: only the second one uses the processor's AES, for their TLS. */
  private static Processes compiled(Processes all) {
    return all.broker(all.broker().withMore(List.of("-XX:TieredStopAtLevel=4")));
  }

  /** Beside the kills. */
  static int diskFaults(int kills) {
    return Math.max(2, kills / 10);
  }

  /** Beside them. */
  static int rejoins(int kills) {
    return Integer.getInteger("kills.rejoins", Math.max(1, kills / 12));
  }

  /** One seed: mail, what happens to brokers and services, the account, which is printed. */
  static KillsRun.Result run(
      World world, long seed, int messages, int kills, Profile profile, int clients)
      throws Exception {
    Plan plan =
        Plan.withThreeBrokers(seed, messages, kills, world.hasNetwork(), profile)
            .withDiskFaults(diskFaults(kills), world.hasSmallDisks())
            .withRejoins(rejoins(kills));
    KillsRun.Result result = new KillsRun(world, plan, profile, "cluster" + seed, clients).run();
    Report.print(result, world);
    return result;
  }
}
