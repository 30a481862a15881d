package io.postern.policy.scheduler;

import io.postern.policy.LogLab;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Measures, not in the tests: how fast deferred mail is taken in, and time and memory of a
 * scheduler of 128 MB heap that restores many waiting entries after a kill. Arguments: a folder,
 * the number of entries (README).
 */
public final class RestoreMeasurement {
  private RestoreMeasurement() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]).toAbsolutePath();
    int entries = Integer.parseInt(args[1]);
    try (LogLab log = new LogLab(folder.resolve("broker"))) {
      DeferredOutcomes.write(
          log.settings(), entries, Collections.nCopies(LogLab.PARTITIONS, SchedulerLab.OWNER));
      String bootstrap = log.broker().bootstrap();
      run("taken in by the first", bootstrap, folder.resolve("state"), entries);
      run("restored after a kill", bootstrap, folder.resolve("state"), entries);
      run("restored by another replica", bootstrap, folder.resolve("other"), entries);
    }
  }

  private static void run(String what, String bootstrap, Path state, int entries)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(
                new ArrayList<>(
                    List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SchedulerProcess.class.getName(),
                        bootstrap,
                        state.toString(),
                        "hourly")))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader()) {
      long running = 0;
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.equals("running")) {
          running = System.nanoTime();
        }
        if (line.equals("waiting " + entries)) {
          long all = System.nanoTime();
          System.out.printf(
              "%s: %d entries; running after %.1f s, all there after %.1f s; CPU %.1f s; %s, %s%n",
              what,
              entries,
              (running - begin) / 1e9,
              (all - begin) / 1e9,
              process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3,
              memory(process, "VmRSS"),
              memory(process, "VmHWM"));
          return;
        }
      }
    } finally {
      process.destroyForcibly();
      int ended = process.waitFor();
      System.out.println("ended by a kill: " + ended);
    }
  }

  private static String memory(Process process, String what) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith(what))
        .map(line -> line.replaceAll("\\s+", " "))
        .findFirst()
        .orElse("");
  }
}
