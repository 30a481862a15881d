package io.postern.stack.warm;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that ends by itself, in time and with exit code 0, or is ended. Any thread. */
final class BoundedRun {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private BoundedRun() {}

  /**
   * @param output file of its output
   * @throws IllegalStateException when it has failed or was ended after two minutes
   */
  static void of(List<String> command, Path output) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(command.getFirst() + " has failed: see " + output);
      }
    } finally {
      process.destroyForcibly();
    }
  }
}
