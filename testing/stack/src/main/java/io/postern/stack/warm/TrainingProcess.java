package io.postern.stack.warm;

import io.postern.programs.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A training run beside the stack that this process runs: a process of its own with the lowest
 * priority, which ends with this one. Failure is reported and has no other consequence.
 */
public final class TrainingProcess {
  /** Five JVMs that record, and one that makes a cache. */
  private static final long MEMORY = 2L << 30;

  private static final Path MEMINFO = Path.of("/proc/meminfo");

  private TrainingProcess() {}

  /** Starts it where this build needs it, and returns; {@code say} hears of its end. */
  public static void startIfDue(Path home, Consumer<String> say) {
    try {
      if (Training.of(home).due()) {
        start(home, say);
      }
    } catch (IOException | RuntimeException e) {
      say.accept("no AOT caches are created: " + e.getMessage());
    }
  }

  private static void start(Path home, Consumer<String> say) throws IOException {
    if (available() < MEMORY) {
      say.accept("no AOT caches are created: less than 2 GB of memory are free (use ./run warm)");
      return;
    }
    List<String> command = new ArrayList<>(List.of("nice", "-n", "19"));
    JavaProgram warm = LauncherProgram.program(home, List.of("warm"));
    command.addAll(
        warm.with(
                LauncherProgram.cacheToMake()
                    .map(cache -> List.of("-D" + LauncherProgram.TO_MAKE + "=" + cache))
                    .orElse(List.of()))
            .command());
    Path output = Files.createDirectories(home.resolve("target/warm")).resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .start();
    say.accept(
        "AOT caches for faster starts are being created in the background, for some minutes");
    Thread.ofVirtual().name("watch-training").start(() -> watch(process, output, say));
  }

  private static void watch(Process process, Path output, Consumer<String> say) {
    try {
      say.accept(
          process.waitFor() == 0
              ? "the AOT caches are complete: the next start is faster"
              : "no AOT caches were created, which only affects the start time: see " + output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Bytes that programs can have without swapping; where Linux does not say, enough. */
  private static long available() throws IOException {
    if (!Files.exists(MEMINFO)) {
      return Long.MAX_VALUE;
    }
    try (var lines = Files.lines(MEMINFO)) {
      return lines
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(Long.MAX_VALUE);
    }
  }
}
